import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noBroadDeletion = grantControl({
    name: "no-broad-deletion",
    description: "No role may delete any workload, Service, Secret, volume or namespace it likes.",
    why: "With delete on whole kinds one stolen token takes the platform down, data included.",
    severity: "medium",
    covers: ["rbac.delete"],
    frameworks: [...mitre("T1485", "T1499"), ...nist("AC-6"), ...soc2("CC6.3", "A1.2"), ...checklist("ACC-3")],
    remediation: "Limit delete to named objects with resourceNames, or leave it to the pipeline identity.",
    profiles: [],
    power: "deleteObjects",
    advice: "Limit it with resourceNames, or leave deleting to the pipeline identity.",
});
