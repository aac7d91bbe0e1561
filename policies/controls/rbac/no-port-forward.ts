import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noPortForward = grantControl({
    name: "no-port-forward",
    description: "No role may forward ports into pods.",
    why: "A forwarded port reaches a pod past every NetworkPolicy, Ingress and authentication in front of it.",
    severity: "medium",
    covers: ["rbac.portforward"],
    frameworks: [...mitre("T1133"), ...nist("AC-6", "AC-17"), ...soc2("CC6.6"), ...checklist("ACC-3")],
    remediation: "Remove pods/portforward from the role.",
    profiles: ["nsa"],
    power: "forwardPorts",
    advice: "Remove it.",
});
