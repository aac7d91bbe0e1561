import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noWorkloadCreation = grantControl({
    name: "no-workload-creation",
    description: "No role may create, change or delete pods or the workloads that make them.",
    why: "A pod can mount any Secret, use any service account of its namespace and, where Pod Security lets it, take over its node.",
    severity: "high",
    covers: ["rbac.create-pods"],
    frameworks: [
        ...cis("5.1.4"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1610"),
        ...nist("AC-6", "CM-5"),
        ...soc2("CC6.3", "CC8.1"),
        ...checklist("ACC-3"),
    ],
    remediation:
        "Leave deploying to the pipeline identity and remove the verbs that write workloads from everybody else.",
    profiles: ["cis"],
    power: "runWorkloads",
    advice: "Leave deploying to the pipeline identity.",
});
