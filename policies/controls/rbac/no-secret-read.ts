import { checklist, cis, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noSecretRead = grantControl({
    name: "no-secret-read",
    description: "No role may read every Secret.",
    why: "Whoever lists or watches Secrets holds every credential of the namespace, or of the cluster where a ClusterRole is bound cluster-wide.",
    severity: "high",
    covers: ["rbac.secrets"],
    frameworks: [
        ...cis("5.1.2"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1552.007"),
        ...nist("AC-6", "IA-5"),
        ...soc2("CC6.1", "CC6.3"),
        ...gdpr("32"),
        ...checklist("SEC-2", "ACC-1", "ACC-3"),
    ],
    remediation: "Drop the rule, or limit it to get on the Secrets needed with resourceNames.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    power: "readSecrets",
    advice: "Drop the rule, or limit it to get on named Secrets with resourceNames.",
});
