import { auditPolicyInPlace } from "../../../../policies/controls/platform/audit-policy-in-place";
import { describeControl } from "../../../support/control-suite";
import { configMap, NODE, pod } from "../../../support/objects";

const policy = (...rules: string[]) =>
    configMap({
        "audit-policy.yaml": `apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n${rules.map((rule) => `- ${rule}\n`).join("")}`,
    });
const missing = "no ConfigMap of this stack carries an audit policy (audit.k8s.io Policy). Add one.";

describeControl(auditPolicyInPlace, {
    refused: {
        "a stack without an audit policy": { stack: [NODE, configMap({})], message: missing },
        "a file of that name that is no policy": {
            stack: [NODE, configMap({ "audit-policy.yaml": "kind: [Policy" })],
            message: missing,
        },
        "a policy that keeps nothing": {
            stack: [NODE, policy("level: None")],
            message: [
                'in data["audit-policy.yaml"]: rules write nothing down of secrets, configmaps, tokenreviews, pods, deployments, services/proxy, clusterrolebindings. Add level Metadata for them.',
                'in data["audit-policy.yaml"]: rules write nothing down of create on pods/exec, create on pods/attach, create on pods/portforward, delete on pods, delete on namespaces. Add level Metadata for them.',
            ],
        },
        "another kind of policy": {
            stack: [NODE, configMap({ "audit-policy.yaml": "apiVersion: example.org/v1\nkind: Policy\n" })],
            message: missing,
        },
    },
    allowed: {
        "a policy beside a ConfigMap without data": { stack: [NODE, policy("level: Metadata"), configMap({})] },
        "a policy that keeps everything": { stack: [NODE, policy("level: Metadata")] },
        "an application's stack": { stack: [pod(), configMap({})] },
    },
    unknown: { document: 1, path: "data" },
});
