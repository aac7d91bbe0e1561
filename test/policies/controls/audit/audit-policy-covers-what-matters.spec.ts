import { auditPolicyCoversWhatMatters } from "../../../../policies/controls/audit/audit-policy-covers-what-matters";
import { auditPolicy } from "../../../support/audit";
import { describeControl } from "../../../support/control-suite";

const ALL = "secrets, configmaps, tokenreviews, pods, deployments, services/proxy, clusterrolebindings";
const message = (what: string): string => `rules write nothing down of ${what}. Add level Metadata for them.`;
const secrets = { resources: [{ group: "", resources: ["secrets"] }] };

const carrier = (policy: object) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "audit" },
    data: { policy: JSON.stringify(policy) },
});

describeControl(auditPolicyCoversWhatMatters, {
    refused: {
        "a policy that is silent on everything": { object: auditPolicy({ level: "None" }), message: message(ALL) },
        "a policy without rules": { object: auditPolicy(), message: message(ALL) },
        "an exception for secrets": {
            object: auditPolicy({ level: "None", ...secrets }, { level: "Metadata" }),
            message: message("secrets"),
        },
        "a rule for one user only": {
            object: auditPolicy({ level: "Metadata", users: ["jane"] }),
            message: message(ALL),
        },
        "somebody who is left out": {
            object: auditPolicy(
                { level: "None", users: ["system:kube-proxy", "system:serviceaccount:shop:web"] },
                { level: "Metadata" },
            ),
            message:
                'rules[0].users have nothing written down of what "system:serviceaccount:shop:web" does. Name the resources that are harmless.',
        },
        "everybody who is left out": {
            object: auditPolicy({ level: "None", userGroups: ["system:authenticated"] }, { level: "Metadata" }),
            message: [
                'rules[0].userGroups have nothing written down of what "system:authenticated" does. Name the resources that are harmless.',
            ],
        },
        "a policy that a ConfigMap carries": {
            object: carrier(auditPolicy({ level: "None" })),
            message: `in data.policy: ${message(ALL)}`,
        },
        "a rule for secrets only": {
            object: auditPolicy({ level: "Metadata", ...secrets }),
            message: message(ALL.replace("secrets, ", "")),
        },
    },
    allowed: {
        "somebody who is left out where he watches": {
            object: auditPolicy(
                { level: "None", users: ["jane"], resources: [{ group: "", resources: ["events"] }] },
                { level: "None", users: ["system:serviceaccount:kube-system:namespace-controller"] },
                { level: "Metadata" },
            ),
        },
        "a rule for everything": { object: auditPolicy({ level: "Metadata" }) },
        "an exception for reading what is harmless": {
            object: auditPolicy(
                { level: "None", verbs: ["get", "list", "watch"], resources: [{ group: "", resources: ["events"] }] },
                { level: "None", users: ["system:kube-proxy"] },
                { level: "RequestResponse" },
            ),
        },
        "a rule for everything in a ConfigMap": { object: carrier(auditPolicy({ level: "Metadata" })) },
        "a policy of another API": { object: { ...auditPolicy(), apiVersion: "policy.example.org/v1" } },
    },
});
