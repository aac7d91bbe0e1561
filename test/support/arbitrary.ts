import fc from "fast-check";

import type { Manifest } from "./controls";

/** Kinds that controls look at, each with its group. */
const KINDS: readonly (readonly [apiVersion: string, kind: string])[] = [
    ...[
        "Pod",
        "Service",
        "Namespace",
        "Secret",
        "ConfigMap",
        "ServiceAccount",
        "PersistentVolume",
        "ResourceQuota",
    ].map((kind) => ["v1", kind] as const),
    ...[
        "PersistentVolumeClaim",
        "LimitRange",
        "ReplicationController",
        "PodTemplate",
        "Endpoints",
        "PodList",
        "List",
    ].map((kind) => ["v1", kind] as const),
    ...["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"].map((kind) => ["apps/v1", kind] as const),
    ["batch/v1", "Job"],
    ["batch/v1", "CronJob"],
    ["batch/v1beta1", "CronJob"],
    ["networking.k8s.io/v1", "NetworkPolicy"],
    ["networking.k8s.io/v1", "Ingress"],
    ["extensions/v1beta1", "Ingress"],
    ["discovery.k8s.io/v1", "EndpointSlice"],
    ["policy/v1", "PodDisruptionBudget"],
    ["policy/v1beta1", "PodSecurityPolicy"],
    ["autoscaling/v2", "HorizontalPodAutoscaler"],
    ["storage.k8s.io/v1", "StorageClass"],
    ...["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"].map(
        (kind) => ["rbac.authorization.k8s.io/v1", kind] as const,
    ),
    ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
    ["admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"],
    ["cilium.io/v2", "CiliumNetworkPolicy"],
    ["policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"],
    ["security.istio.io/v1", "PeerAuthentication"],
    ["networking.istio.io/v1", "VirtualService"],
    ["gateway.networking.k8s.io/v1", "Gateway"],
    ["cert-manager.io/v1", "Certificate"],
    ["external-secrets.io/v1", "ExternalSecret"],
    ["external-secrets.io/v1", "ClusterSecretStore"],
    ["spire.spiffe.io/v1alpha1", "ClusterSPIFFEID"],
    ["audit.k8s.io/v1", "Policy"],
    ["kubelet.config.k8s.io/v1beta1", "KubeletConfiguration"],
];

/** Field names that controls read, so that arbitrary objects reach deep into them, and names that trip up careless code. */
const FIELDS = [
    ..."metadata spec template containers initContainers ephemeralContainers securityContext capabilities add drop".split(
        " ",
    ),
    ..."name namespace labels annotations selector matchLabels matchExpressions key operator values image command".split(
        " ",
    ),
    ..."args env valueFrom value ports containerPort hostPort volumeMounts volumes hostPath path projected sources".split(
        " ",
    ),
    ..."serviceAccountToken secret items resources limits requests cpu memory livenessProbe readinessProbe exec".split(
        " ",
    ),
    ..."httpGet host rules verbs apiGroups roleRef subjects kind ingress egress from to podSelector ipBlock cidr".split(
        " ",
    ),
    ..."policyTypes tls hosts http paths backend replicas strategy rollingUpdate maxUnavailable minAvailable data".split(
        " ",
    ),
    ..."stringData jobTemplate aggregationRule clusterRoleSelectors webhooks failurePolicy seccompProfile type".split(
        " ",
    ),
    ..."__proto__ constructor toString hasOwnProperty length then toJSON 0 -1".split(" "),
    "",
];

const scalar = fc.oneof(
    fc.constantFrom<unknown>(
        null,
        true,
        false,
        0,
        -1,
        1e308,
        "",
        "*",
        "0",
        "latest",
        "ALL",
        "Localhost",
        "100m",
        "1Gi",
    ),
    fc.constantFrom<unknown>(
        "a:b@sha256:0",
        "10.0.0.0/8",
        "::/0",
        "%",
        "$(X)",
        "{{ x }}",
        "\u0000",
        "https://x",
        "1h",
        "50%",
    ),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.string({ maxLength: 12 }),
    fc.string({ unit: "binary", maxLength: 6 }),
);

const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
        { depthSize: "medium", withCrossShrink: true },
        scalar,
        fc.array(tie("value"), { maxLength: 4 }),
        fc
            .array(fc.tuple(fc.constantFrom(...FIELDS), tie("value")), { maxLength: 6 })
            .map((entries) => Object.fromEntries(entries)),
    ),
}));

/** Any JSON value, made of the field names that controls read. */
export const jsonValue: fc.Arbitrary<unknown> = value;

/** An object of a Kubernetes kind with arbitrary content. */
export const kubernetesObject: fc.Arbitrary<Manifest> = fc
    .tuple(fc.constantFrom(...KINDS), fc.array(fc.tuple(fc.constantFrom(...FIELDS), value), { maxLength: 8 }))
    .map(([[apiVersion, kind], entries]) => ({ ...Object.fromEntries(entries), apiVersion, kind }));

/** Every place of a value, as the steps that lead there; the root is left out. */
function placesOf(root: unknown, above: readonly string[] = []): readonly (readonly string[])[] {
    if (typeof root !== "object" || root === null) {
        return [];
    }
    return Object.entries(root).flatMap(([key, child]) => {
        const place = [...above, key];
        return [place, ...placesOf(child, place)];
    });
}

/** A manifest with something at one to four places replaced or taken away; kind and version are left alone. */
export function mutated(manifest: Manifest): fc.Arbitrary<Manifest> {
    const places = placesOf(manifest).filter(([first]) => first !== "kind" && first !== "apiVersion");
    const change = fc.tuple(fc.nat({ max: Math.max(0, places.length - 1) }), fc.option(value));
    return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
        const copy = structuredClone(manifest) as Record<string, unknown>;
        for (const [index, put] of changes) {
            const way = [...(places[index] ?? [])];
            const last = way.pop();
            const holder = way.reduce<unknown>(
                (at, step) =>
                    typeof at === "object" && at !== null ? (at as Record<string, unknown>)[step] : undefined,
                copy,
            );
            // An earlier change may have taken the place away.
            if (last !== undefined && typeof holder === "object" && holder !== null && Object.hasOwn(holder, last)) {
                (holder as Record<string, unknown>)[last] = put;
            }
        }
        return copy;
    });
}
