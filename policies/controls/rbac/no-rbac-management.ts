import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noRbacManagement = grantControl({
    name: "no-rbac-management",
    description: "No role may create or change roles or role bindings.",
    why: "Who writes bindings decides who else gets in, and can give a stolen account every right the writer has.",
    severity: "high",
    covers: ["rbac.bind-escalate"],
    frameworks: [
        ...cis("5.1.8"),
        ...mitre("T1098.006"),
        ...nist("AC-2", "AC-6"),
        ...soc2("CC6.2", "CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation: "Leave roles and bindings to the pipeline identity that applies reviewed manifests.",
    profiles: ["nsa", "x0tta6bl4"],
    power: "manageRoles",
    advice: "Leave roles and bindings to the pipeline identity.",
});
