import { boundSpecs } from "../../../components/responder/bounds";
import { CLUSTER_RULES, DENY_LIST, OWN_RULES, RESPONDERS_RULES } from "../../../components/responder/rights";
import type { KubernetesObject } from "../harness/kubectl";

/** Where the responder is. */
export const NAMESPACE = "responder";
/** Has workloads that it may act on. */
export const SHOP = "responder-shop";
/** Has the same workloads, but is protected. */
export const VAULT = "responder-vault";
/** Label of isolated pods. */
export const QUARANTINE = "responder.x0tta6bl4.io/quarantine";
export const ACCOUNT = `system:serviceaccount:${NAMESPACE}:responder`;

/**
 * A policy that acts: on a shell by isolating its pod and cordoning the node, and by more rules.
 *
 * @param guards as YAML in one line
 * @param rules as YAML, each a list item indented by two spaces
 */
export function actingPolicy(guards: string, rules: string): string {
    return `apiVersion: responder.x0tta6bl4.io/v1alpha1
kind: ResponsePolicy
mode: act
guards: ${guards}
rules:
  - name: shell
    explanation: Nobody needs a shell in there.
    match: { rules: [Shell] }
    actions: [{ type: capture-evidence }, { type: notify }, { type: isolate }, { type: cordon }]
${rules}`;
}

export function namespaces(): readonly KubernetesObject[] {
    return [NAMESPACE, SHOP, VAULT].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}

/** The rights of the component, for its account and for the people who decide. */
export function rights(): readonly KubernetesObject[] {
    const group = "rbac.authorization.k8s.io";
    const apiVersion = `${group}/v1`;
    const subject = [{ kind: "ServiceAccount", name: "responder", namespace: NAMESPACE }];
    const people = [{ kind: "Group", name: "responders", apiGroup: group }];
    const role = (kind: string, name: string, rules: unknown, subjects: unknown): readonly KubernetesObject[] => {
        const metadata = { name, ...(kind === "Role" && { namespace: NAMESPACE }) };
        return [
            { apiVersion, kind, metadata, rules },
            { apiVersion, kind: `${kind}Binding`, metadata, subjects, roleRef: { apiGroup: group, kind, name } },
        ];
    };
    return [
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "responder", namespace: NAMESPACE } },
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: DENY_LIST, namespace: NAMESPACE }, data: {} },
        ...role("ClusterRole", "responder", CLUSTER_RULES, subject),
        ...role("Role", "responder", OWN_RULES, subject),
        ...role("Role", "responders", RESPONDERS_RULES, people),
    ];
}

/** What admission holds the responder and decisions to, as the component has it. */
export function bounds(): readonly KubernetesObject[] {
    const apiVersion = "admissionregistration.k8s.io/v1";
    const specs = boundSpecs(NAMESPACE, ["kube-system", "spire", VAULT]);
    return Object.entries(specs).flatMap(([name, spec]) => [
        { apiVersion, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec },
        {
            apiVersion,
            kind: "ValidatingAdmissionPolicyBinding",
            metadata: { name },
            spec: { policyName: name, validationActions: ["Deny"] },
        },
    ]);
}

export function externalSecret(): KubernetesObject {
    return {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name: "tls", namespace: SHOP },
        spec: {
            secretStoreRef: { name: "none", kind: "SecretStore" },
            target: { name: "tls" },
            data: [{ secretKey: "a", remoteRef: { key: "a" } }],
        },
    };
}

export function workloads(): readonly KubernetesObject[] {
    const labels = { app: "web" };
    const pod = { containers: [{ name: "main", image: "web:1" }] };
    const single = (namespace: string): KubernetesObject => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "vault", namespace },
        spec: pod,
    });
    const deployment = (namespace: string): KubernetesObject => ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace },
        spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    });
    return [deployment(SHOP), deployment(VAULT), single(SHOP), single(VAULT), externalSecret()];
}
