import { checklist, mitre, nist } from "../../engine/frameworks";
import { anyPodPathControl } from "./any-pod";

export const noPathFromAnyPodToNode = anyPodPathControl({
    name: "no-path-from-any-pod-to-node",
    description: "No pod leads on to a node, whoever comes to run code in it.",
    why: "A dependency with a back door needs no way in from outside: from the node it has every pod, token and Secret there.",
    frameworks: [...mitre("T1611"), ...nist("SC-39", "AC-6"), ...checklist("CTR-7", "ACC-3")],
    includes: ["no-privileged-containers", "no-runtime-socket", "proc-mount-masked", "no-windows-host-process"],
    to: ["node", "control-plane"],
});
