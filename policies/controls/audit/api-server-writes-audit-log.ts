import { atLeast, AUDIT_FLAGS, flagControl, isSet } from "./flags";
import { checklist, cis, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

export const apiServerWritesAuditLog = flagControl({
    name: "api-server-writes-audit-log",
    description: "The API server writes an audit log and keeps it for a month.",
    why: "Without it nobody can say afterwards who read a Secret or opened a shell.",
    severity: "high",
    covers: ["aud.audit-log"],
    frameworks: [
        ...cis("1.2.16", "1.2.17", "1.2.18", "1.2.19"),
        ...nsa("Audit Logging and Threat Detection"),
        ...mitre("T1562.008"),
        ...nist("AU-2", "AU-4", "AU-11", "AU-12"),
        ...soc2("CC7.2"),
        ...gdpr("30", "33"),
        ...checklist("MON-5", "CMP-4", "CMP-5"),
    ],
    remediation: "Set --audit-log-path, --audit-log-maxage=30, --audit-log-maxbackup=10 and --audit-log-maxsize=100.",
    profiles: ["cis", "nsa"],
    components: ["kube-apiserver"],
    subject: AUDIT_FLAGS,
    rules: [
        {
            flag: "audit-log-path",
            accepts: isSet,
            wanted: "a file, or - for standard output",
            absent: "no audit log",
            cis: "1.2.16",
        },
        {
            flag: "audit-log-maxage",
            accepts: atLeast(30),
            wanted: "30 or more",
            absent: "that only the other limits apply",
            cis: "1.2.17",
        },
        {
            flag: "audit-log-maxbackup",
            accepts: atLeast(10),
            wanted: "10 or more",
            absent: "that only the other limits apply",
            cis: "1.2.18",
        },
        {
            flag: "audit-log-maxsize",
            accepts: atLeast(100),
            wanted: "100 or more",
            absent: "that only the other limits apply",
            cis: "1.2.19",
        },
    ],
});
