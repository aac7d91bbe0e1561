import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noPodStatusWrites = grantControl({
    name: "no-pod-status-writes",
    description: "No role may write what a pod says of itself, nor resize it.",
    why: "A pod made ready, or given another address, by its status takes a Service's traffic; a resize evades what was admitted.",
    severity: "medium",
    covers: [],
    frameworks: [...mitre("T1557", "T1565"), ...nist("AC-6", "AC-4"), ...soc2("CC6.6"), ...checklist("ACC-3")],
    remediation: "Leave pods/status to the kubelet.",
    profiles: ["x0tta6bl4"],
    power: "changePods",
    advice: "Leave it to the kubelet and the autoscaler.",
});
