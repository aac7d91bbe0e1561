import { area } from "../area";
import type { ClusterSettings } from "./settings";
import { clusterSettings } from "./settings";

export interface ClusterConfig {
    readonly cluster: ClusterSettings;
}

export const clusterArea = area({
    key: "cluster",
    description: "The cluster that the stack is deployed to",
    settings: clusterSettings,
    faults: ({ cluster: { foundation } }: ClusterConfig, path, { program }) =>
        foundation?.startsWith(`${program}/`) === true
            ? [
                  `${path}.foundation is "${foundation}", a stack of this project; what is outside of namespaces is named after the project, so the two need projects of their own`,
              ]
            : [],
});
