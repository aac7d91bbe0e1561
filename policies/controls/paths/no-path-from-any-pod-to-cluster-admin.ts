import { checklist, mitre, nist } from "../../engine/frameworks";
import { anyPodPathControl } from "./any-pod";

/** By way of a node it is the other control's question. */
export const noPathFromAnyPodToClusterAdmin = anyPodPathControl({
    name: "no-path-from-any-pod-to-cluster-admin",
    description: "No pod leads on to every right in the cluster by the rights of its account.",
    why: "One line in a program's dependencies is enough to use the account of its pod, and all that one comes to by it.",
    frameworks: [...mitre("T1078", "T1528"), ...nist("AC-3", "AC-6"), ...checklist("ACC-1", "ACC-3")],
    to: ["cluster-admin"],
});
