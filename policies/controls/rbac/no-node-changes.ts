import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noNodeChanges = grantControl({
    name: "no-node-changes",
    description: "No role may change nodes or place pods on them.",
    why: "Labels and taints decide which node a pod lands on, and a node's status what the control plane believes of it.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1098", "T1578"), ...nist("AC-6", "CM-5"), ...soc2("CC6.3"), ...checklist("ACC-3")],
    remediation: "Leave nodes to the kubelet, the scheduler and the cloud controller manager.",
    profiles: ["x0tta6bl4"],
    power: "changeNodes",
    advice: "Leave nodes to the kubelet and the controllers.",
});
