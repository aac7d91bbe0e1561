/** What took a removed API version's place. */
export interface Removal {
    /** The minor version of Kubernetes 1 that no longer serves it. */
    readonly minor: number;
    /** Undefined where the kind itself is gone. */
    readonly replacement: string | undefined;
    /** An object of the old version means the same in the new one, field by field. */
    readonly unchanged: boolean;
}

/** `[removed in, apiVersion, kinds, replacement]`, from the deprecated API migration guide of Kubernetes. */
type Row = readonly [minor: number, apiVersion: string, kinds: readonly string[], replacement?: string];

const ROWS: readonly Row[] = [
    [16, "extensions/v1beta1", ["DaemonSet", "Deployment", "ReplicaSet"], "apps/v1"],
    [16, "extensions/v1beta1", ["NetworkPolicy"], "networking.k8s.io/v1"],
    [16, "extensions/v1beta1", ["PodSecurityPolicy"]],
    [16, "apps/v1beta1", ["ControllerRevision", "Deployment", "ReplicaSet", "StatefulSet"], "apps/v1"],
    [16, "apps/v1beta2", ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], "apps/v1"],
    [19, "auditregistration.k8s.io/v1alpha1", ["AuditSink"]],
    [20, "settings.k8s.io/v1alpha1", ["PodPreset"]],
    [21, "batch/v2alpha1", ["CronJob"], "batch/v1"],
    [
        22,
        "admissionregistration.k8s.io/v1beta1",
        ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        "admissionregistration.k8s.io/v1",
    ],
    [22, "apiextensions.k8s.io/v1beta1", ["CustomResourceDefinition"], "apiextensions.k8s.io/v1"],
    [22, "apiregistration.k8s.io/v1beta1", ["APIService"], "apiregistration.k8s.io/v1"],
    [22, "authentication.k8s.io/v1beta1", ["TokenReview"], "authentication.k8s.io/v1"],
    [
        22,
        "authorization.k8s.io/v1beta1",
        ["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
        "authorization.k8s.io/v1",
    ],
    [22, "certificates.k8s.io/v1beta1", ["CertificateSigningRequest"], "certificates.k8s.io/v1"],
    [22, "coordination.k8s.io/v1beta1", ["Lease"], "coordination.k8s.io/v1"],
    [22, "extensions/v1beta1", ["Ingress"], "networking.k8s.io/v1"],
    [22, "networking.k8s.io/v1beta1", ["Ingress", "IngressClass"], "networking.k8s.io/v1"],
    [
        22,
        "rbac.authorization.k8s.io/v1alpha1",
        ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
        "rbac.authorization.k8s.io/v1",
    ],
    [
        22,
        "rbac.authorization.k8s.io/v1beta1",
        ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
        "rbac.authorization.k8s.io/v1",
    ],
    [22, "scheduling.k8s.io/v1alpha1", ["PriorityClass"], "scheduling.k8s.io/v1"],
    [22, "scheduling.k8s.io/v1beta1", ["PriorityClass"], "scheduling.k8s.io/v1"],
    [22, "storage.k8s.io/v1beta1", ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], "storage.k8s.io/v1"],
    [24, "storage.k8s.io/v1alpha1", ["CSIStorageCapacity"], "storage.k8s.io/v1"],
    [25, "autoscaling/v2beta1", ["HorizontalPodAutoscaler"], "autoscaling/v2"],
    [25, "batch/v1beta1", ["CronJob"], "batch/v1"],
    [25, "discovery.k8s.io/v1beta1", ["EndpointSlice"], "discovery.k8s.io/v1"],
    [25, "events.k8s.io/v1beta1", ["Event"], "events.k8s.io/v1"],
    [25, "node.k8s.io/v1beta1", ["RuntimeClass"], "node.k8s.io/v1"],
    [25, "policy/v1beta1", ["PodDisruptionBudget"], "policy/v1"],
    [25, "policy/v1beta1", ["PodSecurityPolicy"]],
    [26, "autoscaling/v2beta2", ["HorizontalPodAutoscaler"], "autoscaling/v2"],
    [
        26,
        "flowcontrol.apiserver.k8s.io/v1beta1",
        ["FlowSchema", "PriorityLevelConfiguration"],
        "flowcontrol.apiserver.k8s.io/v1",
    ],
    [27, "storage.k8s.io/v1beta1", ["CSIStorageCapacity"], "storage.k8s.io/v1"],
    [
        29,
        "flowcontrol.apiserver.k8s.io/v1beta2",
        ["FlowSchema", "PriorityLevelConfiguration"],
        "flowcontrol.apiserver.k8s.io/v1",
    ],
    [
        32,
        "flowcontrol.apiserver.k8s.io/v1beta3",
        ["FlowSchema", "PriorityLevelConfiguration"],
        "flowcontrol.apiserver.k8s.io/v1",
    ],
];

/**
 * Versions, or kinds of a version, for which the guide names no notable change, or which had the new version's defaults
 * already. A PodDisruptionBudget whose selector is empty is the exception.
 */
const UNCHANGED: ReadonlySet<string> = new Set([
    "apiregistration.k8s.io/v1beta1",
    "apps/v1beta2",
    "autoscaling/v2beta2",
    "batch/v1beta1",
    "coordination.k8s.io/v1beta1",
    "extensions/v1beta1 NetworkPolicy",
    "networking.k8s.io/v1beta1 IngressClass",
    "node.k8s.io/v1beta1",
    "policy/v1beta1 PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1beta1",
    "scheduling.k8s.io/v1beta1",
    "storage.k8s.io/v1beta1",
]);

const REMOVALS = new Map<string, Removal>(
    ROWS.flatMap(([minor, apiVersion, kinds, replacement]) =>
        kinds.map((kind) => {
            const unchanged = UNCHANGED.has(apiVersion) || UNCHANGED.has(`${apiVersion} ${kind}`);
            return [`${apiVersion} ${kind}`, { minor, replacement, unchanged }] as const;
        }),
    ),
);

/** What is known of a kind in an API version that Kubernetes no longer serves; undefined where it still does. */
export function replacementOf(apiVersion: string, kind: string): Removal | undefined {
    return REMOVALS.get(`${apiVersion} ${kind}`);
}
