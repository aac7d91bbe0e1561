import { MAKERS } from "../../policies/kubernetes/kinds";
import type { Body } from "../../policies/kubernetes/kube";
import { str } from "../../policies/kubernetes/kube";

/**
 * Kinds in the order in which they are applied: what others need first. Everything not named here comes before workloads,
 * except custom resources and admission, which come last: the former need their definition, the latter would judge the rest.
 */
const FIRST = [
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "ResourceQuota",
    "LimitRange",
    "NetworkPolicy",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "CSIDriver",
    "PersistentVolumeClaim",
    "Service",
];
/** What runs pods: agents of the nodes first, then what keeps state. Others of the table follow. */
const WORKLOADS = [...new Set(["DaemonSet", "StatefulSet", ...MAKERS, "Pod"])];
const AFTER = ["PodDisruptionBudget", "HorizontalPodAutoscaler", "Ingress"];
const LAST = [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/** API groups that are part of Kubernetes itself end like this or have no dot. */
const BUILT_IN = /(?:^[^.]*|\.k8s\.io)$/;

/** Position of an object in apply order; objects of equal rank keep the program's order. */
export function applyRank(object: Body): number {
    const kind = str(object["kind"]);
    const apiVersion = str(object["apiVersion"]);
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    const known = [...FIRST, ...WORKLOADS, ...AFTER].indexOf(kind);
    if (LAST.includes(kind)) {
        return 2000 + LAST.indexOf(kind);
    }
    if (!BUILT_IN.test(group)) {
        return 1000;
    }
    return known === -1 ? FIRST.length - 0.5 : known;
}
