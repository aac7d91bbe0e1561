import type { KubernetesObject } from "../harness/kubectl";

/** A namespace that stands for the secrets manager. */
export const SOURCE = "secret-source";

/** A Secret of {@link SOURCE}. */
export function sourceSecret(name: string, entries: Readonly<Record<string, string>>): KubernetesObject {
    return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: SOURCE }, stringData: entries };
}

/** {@link SOURCE}, and the right of a namespace's account `secret-reader` to see its Secrets. */
export function secretSource(readersNamespace: string): readonly KubernetesObject[] {
    const group = "rbac.authorization.k8s.io";
    const metadata = { name: "reader", namespace: SOURCE };
    return [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: SOURCE } },
        {
            apiVersion: `${group}/v1`,
            kind: "Role",
            metadata,
            rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] }],
        },
        {
            apiVersion: `${group}/v1`,
            kind: "RoleBinding",
            metadata,
            roleRef: { apiGroup: group, kind: "Role", name: "reader" },
            subjects: [{ kind: "ServiceAccount", name: "secret-reader", namespace: readersNamespace }],
        },
    ];
}
