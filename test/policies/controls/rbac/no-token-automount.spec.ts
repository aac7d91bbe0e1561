import { noTokenAutomount } from "../../../../policies/controls/rbac/no-token-automount";
import { describeControl } from "../../../support/control-suite";
import { pod, serviceAccount } from "../../../support/objects";

const unset = (account: string): string =>
    `spec.automountServiceAccountToken is unset and service account "${account}" does not set it to false, so every container gets a token for the API server. Set it to false.`;

describeControl(noTokenAutomount, {
    refused: {
        "a pod that says nothing": { message: unset("default") },
        "a pod whose account has rights, which may need a token of another kind": {
            stack: [
                serviceAccount("web", {}),
                pod({}, { serviceAccountName: "web" }),
                {
                    apiVersion: "rbac.authorization.k8s.io/v1",
                    kind: "RoleBinding",
                    metadata: { name: "web", namespace: "shop" },
                    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "web" },
                    subjects: [{ kind: "ServiceAccount", name: "web", namespace: "shop" }],
                },
            ],
            message: unset("web").replace(
                /Set it to false\.$/,
                "Set it to false, and mount a projected token where the rights are used that are bound to the account.",
            ),
        },
        "a pod that asks for it": {
            pod: { automountServiceAccountToken: true },
            message:
                "spec.automountServiceAccountToken is true, so every container gets a token for the API server. Set it to false.",
        },
        "a pod that asks for it though its service account declines": {
            stack: [
                serviceAccount("web", { automountServiceAccountToken: false }),
                pod({}, { serviceAccountName: "web", automountServiceAccountToken: true }),
            ],
            message:
                "spec.automountServiceAccountToken is true, so every container gets a token for the API server. Set it to false.",
        },
        "a pod whose service account declines in another namespace": {
            stack: [
                serviceAccount("web", { automountServiceAccountToken: false }, "other"),
                pod({}, { serviceAccountName: "web" }),
            ],
            message: unset("web"),
        },
    },
    allowed: {
        "a pod that declines": { pod: { automountServiceAccountToken: false } },
        "a pod whose service account declines": {
            stack: [
                serviceAccount("web", { automountServiceAccountToken: false }),
                pod({}, { serviceAccountName: "web" }),
            ],
        },
        "a pod whose service account declines, under the field's old name": {
            stack: [serviceAccount("web", { automountServiceAccountToken: false }), pod({}, { serviceAccount: "web" })],
        },
        "a pod and a default service account that name no namespace": {
            stack: [
                {
                    apiVersion: "v1",
                    kind: "ServiceAccount",
                    metadata: { name: "default" },
                    automountServiceAccountToken: false,
                },
                pod({}, {}, { namespace: "default" }),
            ],
        },
    },
    roles: [],
});
