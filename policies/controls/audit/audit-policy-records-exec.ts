import { auditLevel, auditRules } from "./audit-policy";
import { fileControl } from "./files";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";

const SUBJECTS: readonly (readonly [group: string, resource: string, verb: string])[] = [
    ["", "pods/exec", "create"],
    ["", "pods/attach", "create"],
    ["", "pods/portforward", "create"],
    ["", "pods", "delete"],
    ["", "namespaces", "delete"],
];

export const auditPolicyRecordsExec = fileControl({
    name: "audit-policy-records-exec",
    description: "The audit policy writes down who opens a shell in a pod and who deletes what.",
    why: "A shell leaves no other trace; and who deletes what is the first question of every outage.",
    severity: "medium",
    covers: ["aud.exec-event"],
    frameworks: [
        ...cis("3.2.2"),
        ...nsa("Audit Logging and Threat Detection"),
        ...mitre("T1609", "T1485"),
        ...nist("AU-2", "AU-12"),
        ...soc2("CC7.2"),
        ...checklist("MON-5", "CMP-4", "IR-2"),
    ],
    remediation: "Add level Metadata for pods/exec, pods/attach, pods/portforward and the verb delete.",
    profiles: ["cis", "nsa"],
    group: "audit.k8s.io",
    files: ["Policy"],
    *faults({ body, prefix }) {
        const rules = auditRules(body);
        const silent = SUBJECTS.filter(
            ([group, resource, verb]) => auditLevel(rules, group, resource, verb) === "None",
        );
        if (silent.length > 0) {
            const path = `${prefix}rules`;
            yield {
                path,
                message: `${path} write nothing down of ${silent.map(([, resource, verb]) => `${verb} on ${resource}`).join(", ")}. Add level Metadata for them.`,
                absent: true,
            };
        }
    },
});
