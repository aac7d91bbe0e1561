import { readFile } from "node:fs/promises";

import type { KubernetesObject } from "../harness/kubectl";
import type { Authority } from "../harness/pki";

/** A namespace that stands for the secrets manager. */
export const SOURCE = "secret-source";

/** A Secret of {@link SOURCE}. */
export function sourceSecret(name: string, entries: Readonly<Record<string, string>>): KubernetesObject {
    return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: SOURCE }, stringData: entries };
}

/** {@link SOURCE}, and the right of some namespaces' accounts `secret-reader` to see its Secrets. */
export function secretSource(...readers: readonly string[]): readonly KubernetesObject[] {
    const group = "rbac.authorization.k8s.io";
    const metadata = { name: "reader", namespace: SOURCE };
    return [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: SOURCE } },
        {
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: { name: "default-deny", namespace: SOURCE },
            spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
        },
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
            subjects: readers.map((namespace) => ({ kind: "ServiceAccount", name: "secret-reader", namespace })),
        },
    ];
}

/** A certificate and its key, of one authority, with the entries by which the stacks' ExternalSecrets ask for them. */
export async function certificateAtSource(
    authority: Authority,
    name: string,
    host: string,
): Promise<KubernetesObject & { readonly stringData: Readonly<Record<string, string>> }> {
    const pair = await authority.issue({ name, commonName: host, alternativeNames: [`DNS:${host}`] });
    const entries = {
        certificate: await readFile(pair.certificate, "utf8"),
        "private-key": await readFile(pair.key, "utf8"),
        "issuing-ca": await readFile(authority.certificate, "utf8"),
    };
    return { ...sourceSecret(name, entries), stringData: entries };
}
