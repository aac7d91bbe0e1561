import type { ObjectControl } from "../../policies/engine/control";
import { podCarrier } from "../../policies/kubernetes/kinds";

/** A kind as admission names it: the resource of its API group. */
export interface AdmittedKind {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly resource: string;
    /** Whether its objects are in a namespace, so that a policy can be kept to some. */
    readonly namespaced: boolean;
}

const kinds = (
    group: string,
    version: string,
    namespaced: boolean,
    names: Readonly<Record<string, string>>,
): readonly AdmittedKind[] =>
    Object.entries(names).map(([kind, resource]) => ({ group, version, kind, resource, namespaced }));

/** Every kind that a control may look at and that the API server shows to admission. */
export const CATALOGUE: readonly AdmittedKind[] = [
    ...kinds("", "v1", true, {
        Pod: "pods",
        PodTemplate: "podtemplates",
        ReplicationController: "replicationcontrollers",
        ConfigMap: "configmaps",
        Service: "services",
        ServiceAccount: "serviceaccounts",
        Secret: "secrets",
        PersistentVolumeClaim: "persistentvolumeclaims",
    }),
    ...kinds("", "v1", false, { Namespace: "namespaces", PersistentVolume: "persistentvolumes" }),
    ...kinds("apps", "v1", true, {
        Deployment: "deployments",
        DaemonSet: "daemonsets",
        StatefulSet: "statefulsets",
        ReplicaSet: "replicasets",
    }),
    ...kinds("batch", "v1", true, { Job: "jobs", CronJob: "cronjobs" }),
    ...kinds("networking.k8s.io", "v1", true, { Ingress: "ingresses", NetworkPolicy: "networkpolicies" }),
    ...kinds("policy", "v1", true, { PodDisruptionBudget: "poddisruptionbudgets" }),
    ...kinds("autoscaling", "v2", true, { HorizontalPodAutoscaler: "horizontalpodautoscalers" }),
    ...kinds("rbac.authorization.k8s.io", "v1", true, { Role: "roles", RoleBinding: "rolebindings" }),
    ...kinds("rbac.authorization.k8s.io", "v1", false, {
        ClusterRole: "clusterroles",
        ClusterRoleBinding: "clusterrolebindings",
    }),
    ...kinds("storage.k8s.io", "v1", false, { StorageClass: "storageclasses" }),
    ...kinds("admissionregistration.k8s.io", "v1", false, {
        ValidatingWebhookConfiguration: "validatingwebhookconfigurations",
        MutatingWebhookConfiguration: "mutatingwebhookconfigurations",
    }),
    ...kinds("external-secrets.io", "v1", true, { SecretStore: "secretstores", ExternalSecret: "externalsecrets" }),
    ...kinds("external-secrets.io", "v1", false, { ClusterSecretStore: "clustersecretstores" }),
    ...kinds("gateway.networking.k8s.io", "v1", true, { Gateway: "gateways", HTTPRoute: "httproutes" }),
    ...kinds("cert-manager.io", "v1", true, { Certificate: "certificates" }),
    ...kinds("networking.istio.io", "v1", true, {
        Gateway: "gateways",
        VirtualService: "virtualservices",
        DestinationRule: "destinationrules",
    }),
    ...kinds("traefik.io", "v1alpha1", true, { TLSOption: "tlsoptions" }),
    ...kinds("velero.io", "v1", true, { Schedule: "schedules", BackupStorageLocation: "backupstoragelocations" }),
    ...kinds("policy.networking.k8s.io", "v1alpha2", false, { ClusterNetworkPolicy: "clusternetworkpolicies" }),
    ...kinds("security.istio.io", "v1", true, {
        PeerAuthentication: "peerauthentications",
        AuthorizationPolicy: "authorizationpolicies",
    }),
];

/** The kinds that a control looks at, found by asking it. */
export function kindsOf(applies: ObjectControl["applies"]): readonly AdmittedKind[] {
    return CATALOGUE.filter((kind) => applies({ ...kind, pods: podCarrier(kind.group, kind.kind) !== undefined }));
}
