import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noImpersonation = grantControl({
    name: "no-impersonation",
    description: "No role may impersonate users, groups or service accounts.",
    why: "Who may impersonate holds the rights of everybody they may become, and the audit log needs a second look to tell.",
    severity: "critical",
    covers: ["rbac.impersonate"],
    frameworks: [
        ...cis("5.1.8"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078", "T1550.001"),
        ...nist("AC-6", "AC-6(1)"),
        ...soc2("CC6.3"),
        ...checklist("ACC-1", "ACC-3"),
    ],
    remediation: "Remove the verb impersonate.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    power: "impersonate",
    advice: "Remove the verb impersonate.",
});
