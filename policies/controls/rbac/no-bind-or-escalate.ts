import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noBindOrEscalate = grantControl({
    name: "no-bind-or-escalate",
    description: "No role may bind or escalate roles beyond its own rights.",
    why: "The verbs bind and escalate switch off the check that nobody can hand out more rights than they have.",
    severity: "critical",
    covers: ["rbac.bind-escalate"],
    frameworks: [
        ...cis("5.1.8"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1098.006"),
        ...nist("AC-6", "AC-6(1)"),
        ...soc2("CC6.3"),
        ...checklist("ACC-1", "ACC-3"),
    ],
    remediation: "Remove the verbs bind and escalate.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    power: "escalate",
    advice: "Remove bind, escalate and impersonate.",
});
