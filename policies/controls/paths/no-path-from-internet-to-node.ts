import { checklist, mitre, nist } from "../../engine/frameworks";
import { internetPathControl } from "./internet";

export const noPathFromInternetToNode = internetPathControl({
    name: "no-path-from-internet-to-node",
    description: "Nothing that the Internet reaches leads on to a node.",
    why: "Whoever takes over a published program by a flaw in it has the node, and with it every pod, token and Secret there.",
    frameworks: [...mitre("T1190", "T1611"), ...nist("SC-7", "SC-39", "AC-6"), ...checklist("NET-3", "CTR-7")],
    to: ["node", "control-plane"],
});
