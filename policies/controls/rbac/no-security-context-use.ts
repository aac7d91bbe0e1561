import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noSecurityContextUse = grantControl({
    name: "no-security-context-use",
    description: "No role may use a security context constraint beyond the restricted one.",
    why: "OpenShift admits what the constraint allows to whoever may use it, root and the node's own files included.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1611"), ...nist("AC-6"), ...soc2("CC6.3"), ...checklist("ACC-3")],
    remediation: "Use restricted-v2 or nonroot-v2, or a constraint that names what the workload needs.",
    profiles: ["x0tta6bl4"],
    power: "useSecurityContexts",
    advice: "Use restricted-v2, nonroot-v2 or a constraint of your own that names what is needed.",
});
