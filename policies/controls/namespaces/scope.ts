import type { KubeObject } from "../../kubernetes/kube";

type GroupKind = Pick<KubeObject, "group" | "kind">;

/** The namespaced kinds of the Kubernetes API, by group. Custom resources are left out: a manifest doesn't say where they live. */
const NAMESPACED: ReadonlyMap<string, readonly string[]> = new Map(
    Object.entries({
        "": [
            "ConfigMap",
            "Endpoints",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
        apps: ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
        extensions: ["DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet"],
        batch: ["CronJob", "Job"],
        autoscaling: ["HorizontalPodAutoscaler"],
        policy: ["PodDisruptionBudget"],
        "networking.k8s.io": ["Ingress", "NetworkPolicy"],
        "rbac.authorization.k8s.io": ["Role", "RoleBinding"],
        "coordination.k8s.io": ["Lease"],
        "discovery.k8s.io": ["EndpointSlice"],
        "gateway.networking.k8s.io": [
            "Gateway",
            "GRPCRoute",
            "HTTPRoute",
            "ReferenceGrant",
            "TCPRoute",
            "TLSRoute",
            "UDPRoute",
        ],
    }),
);

/** Objects that every cluster has in its default namespace. */
export const BUILT_IN: ReadonlyMap<string, readonly string[]> = new Map(
    Object.entries({
        Service: ["kubernetes"],
        Endpoints: ["kubernetes"],
        EndpointSlice: ["kubernetes"],
        ServiceAccount: ["default"],
        ConfigMap: ["kube-root-ca.crt"],
    }),
);

/** Says whether objects of this kind live in a namespace. */
export function isNamespaced(object: GroupKind): boolean {
    return NAMESPACED.get(object.group)?.includes(object.kind) === true;
}

/** Groups of the Kubernetes API without a dot. */
const PLAIN_GROUPS = new Set(["", "apps", "autoscaling", "batch", "extensions", "policy"]);

/** Says whether an object is a custom resource: the API's own groups have no dot or end on k8s.io. */
export function isCustom({ group }: GroupKind): boolean {
    return !PLAIN_GROUPS.has(group) && !group.endsWith(".k8s.io");
}

/** Says whether the cluster itself puts this object into its default namespace. */
export function isBuiltIn(object: KubeObject): boolean {
    return BUILT_IN.get(object.kind)?.includes(object.name) === true;
}
