import { AUDIT_FLAGS, flagControl, isSet } from "./flags";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

export const apiServerHasAuditPolicy = flagControl({
    name: "api-server-has-audit-policy",
    description: "The API server is given a policy that says what to audit.",
    why: "Without a policy nothing at all is written to the audit log.",
    severity: "high",
    covers: ["aud.audit-policy", "aud.audit-log"],
    frameworks: [
        ...cis("3.2.1"),
        ...nsa("Audit Logging and Threat Detection"),
        ...mitre("T1562.008"),
        ...nist("AU-2", "AU-12"),
        ...soc2("CC7.2"),
        ...checklist("MON-5", "CMP-4"),
    ],
    remediation: "Set --audit-policy-file.",
    profiles: ["cis", "nsa"],
    components: ["kube-apiserver"],
    subject: AUDIT_FLAGS,
    rules: [
        {
            flag: "audit-policy-file",
            accepts: isSet,
            wanted: "the audit policy",
            absent: "that nothing is audited",
            cis: "3.2.1",
        },
    ],
});
