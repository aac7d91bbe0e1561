import { auditPolicyRecordsExec } from "../../../../policies/controls/audit/audit-policy-records-exec";
import { auditPolicy } from "../../../support/audit";
import { describeControl } from "../../../support/control-suite";

const message = (what: string): string => `rules write nothing down of ${what}. Add level Metadata for them.`;

describeControl(auditPolicyRecordsExec, {
    refused: {
        "a policy for shells only": {
            object: auditPolicy({ level: "Metadata", resources: [{ group: "", resources: ["pods/*"] }] }),
            message: message("delete on pods, delete on namespaces"),
        },
        "an exception for shells": {
            object: auditPolicy(
                { level: "None", resources: [{ group: "", resources: ["*/exec"] }] },
                { level: "Metadata" },
            ),
            message: message("create on pods/exec"),
        },
    },
    allowed: {
        "a rule for everything": { object: auditPolicy({ level: "Metadata" }) },
        "an exception for one named pod": {
            object: auditPolicy(
                { level: "None", resources: [{ group: "", resources: ["pods/exec"], resourceNames: ["probe"] }] },
                { level: "Metadata" },
            ),
        },
        "a policy of another API": { object: { ...auditPolicy(), apiVersion: "policy.example.org/v1" } },
    },
});
