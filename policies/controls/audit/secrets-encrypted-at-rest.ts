import { flagControl, isSet } from "./flags";
import { checklist, cis, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

export const secretsEncryptedAtRest = flagControl({
    name: "secrets-encrypted-at-rest",
    description: "The API server encrypts Secrets before it stores them.",
    why: "Whoever gets a copy of etcd's disk or of its backup reads every Secret.",
    severity: "high",
    covers: ["sec.etcd-encryption"],
    frameworks: [
        ...cis("1.2.27"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1552.001"),
        ...nist("SC-28", "SC-28(1)"),
        ...soc2("CC6.1"),
        ...gdpr("32"),
        ...checklist("SEC-5"),
    ],
    remediation: "Set --encryption-provider-config.",
    profiles: ["cis", "nsa"],
    components: ["kube-apiserver"],
    rules: [
        {
            flag: "encryption-provider-config",
            accepts: isSet,
            wanted: "an EncryptionConfiguration",
            absent: "that Secrets are stored in plain text",
            cis: "1.2.27",
        },
    ],
});
