import { stackControl } from "../../engine/control";
import { carriedFiles, faultsInFile } from "./files-in-configmaps";
import { foundationOf } from "../../kubernetes/foundation";
import { checklist, gdpr, nist, soc2 } from "../../engine/frameworks";
import { auditPolicyCoversWhatMatters } from "../audit/audit-policy-covers-what-matters";
import { auditPolicyRecordsExec } from "../audit/audit-policy-records-exec";

export const auditPolicyInPlace = stackControl({
    name: "audit-policy-in-place",
    description: "A stack that speaks for a cluster brings the audit policy that the API server is to be started with.",
    why: "The API server writes no audit log by default, and without one nobody can tell what was done.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("AU-2", "AU-12"), ...soc2("CC7.2"), ...gdpr("30"), ...checklist("MON-5", "CMP-4")],
    remediation: "Ship a ConfigMap with an audit.k8s.io/v1 Policy that records secrets, workloads, rights and shells.",
    profiles: ["x0tta6bl4"],
    *check(stack) {
        const files = carriedFiles(stack, "audit.k8s.io", "Policy");
        const cluster = foundationOf(stack);
        if (files.length === 0 && cluster !== undefined) {
            yield {
                object: cluster,
                path: `${cluster.prefix}kind`,
                message: "no ConfigMap of this stack carries an audit policy (audit.k8s.io Policy). Add one.",
                absent: true,
            };
        }
        for (const file of files) {
            yield* faultsInFile(file, auditPolicyCoversWhatMatters);
            yield* faultsInFile(file, auditPolicyRecordsExec);
        }
    },
    admission: { none: "The API server is started with the policy and can't judge it." },
});
