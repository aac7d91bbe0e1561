import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noSecretWrite = grantControl({
    name: "no-secret-write",
    description: "No role may change every Secret.",
    why: "Who writes Secrets can swap the credentials and certificates that workloads trust, and the answer to a patch shows what was there.",
    severity: "medium",
    covers: ["rbac.secrets"],
    frameworks: [
        ...cis("5.1.2"),
        ...mitre("T1552.007", "T1098"),
        ...nist("AC-6", "IA-5"),
        ...soc2("CC6.3"),
        ...checklist("ACC-3"),
    ],
    remediation:
        "Leave writing Secrets to the operator that syncs them, limited to its namespace and to named Secrets.",
    profiles: [],
    power: "writeSecrets",
    advice: "Leave that to the operator that syncs Secrets, or limit it with resourceNames.",
});
