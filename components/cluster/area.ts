import { area } from "../area";
import { clusterSettings } from "./settings";

export const clusterArea = area({
    key: "cluster",
    description: "The cluster that the stack is deployed to",
    settings: clusterSettings,
});
