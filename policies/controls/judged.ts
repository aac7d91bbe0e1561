import { judgedBy } from "../engine/judged";
import { carriedBy, isComponentFile, SETUP_GROUPS } from "../kubernetes/carried";
import type { KubeObject } from "../kubernetes/kube";
import { unappliedTexts } from "../kubernetes/manifest-texts";
import { controls } from "./index";
import { unjudgedParts } from "./unjudged-parts";

/**
 * Kinds that only controls over whole stacks read, by name and not by an `applies` of theirs. The specs of the controls
 * hold the list to what they refuse.
 */
export const READ_STACK_WIDE: readonly string[] = [
    "Node",
    "autoscaling/HorizontalPodAutoscaler",
    "autoscaling.k8s.io/VerticalPodAutoscaler",
    "keda.sh/ScaledObject",
    "policy/PodDisruptionBudget",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
    "extensions/NetworkPolicy",
    ...["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"].map(
        (kind) => `gateway.networking.k8s.io/${kind}`,
    ),
    "storage.k8s.io/CSIDriver",
    "monitoring.coreos.com/PodMonitor",
    "monitoring.coreos.com/ServiceMonitor",
    "security.istio.io/AuthorizationPolicy",
    "policy.linkerd.io/AuthorizationPolicy",
    "kubescape.io/ServiceScanResult",
    "kyverno.io/ClusterPolicy",
    "kyverno.io/Policy",
    "policies.kyverno.io/ImageValidatingPolicy",
    "policy.sigstore.dev/ClusterImagePolicy",
];

/**
 * Kinds that hold no setting of a workload, right, network or secret: records that controllers keep, and names of classes.
 * From the API reference of each.
 */
export const INERT: readonly string[] = [
    "Event",
    "ComponentStatus",
    "events.k8s.io/Event",
    "apps/ControllerRevision",
    "networking.k8s.io/IngressClass",
    "gateway.networking.k8s.io/GatewayClass",
    "storage.k8s.io/CSINode",
    "storage.k8s.io/CSIStorageCapacity",
    "metrics.k8s.io/NodeMetrics",
    "metrics.k8s.io/PodMetrics",
    "monitoring.coreos.com/PrometheusRule",
    "integreatly.org/GrafanaDashboard",
    "grafana.integreatly.org/GrafanaDashboard",
];

/** Says whether a control of the registry knows what an object's kind means, or there is nothing in it to know. */
export const isJudged = judgedBy(controls, { readStackWide: READ_STACK_WIDE, inert: INERT });

/** Why some of an object, or all of it, has passed every control unseen, a reason each; none where nothing has. */
export function unjudgedReasons(object: KubeObject): readonly string[] {
    const { documents, unread } = carriedBy(object);
    const isRead = documents.some(({ body }) => isComponentFile(body));
    const ofKind = SETUP_GROUPS.includes(object.group)
        ? ["only the flags and configurations of the cluster's components are read in it"]
        : isJudged(object)
          ? []
          : ["no control knows this kind"];
    return [
        ...(ofKind.length > 0 ? ofKind : unjudgedParts(object, isRead)),
        ...unread.map((path) => `${path} is a configuration of Kubernetes, and no YAML`),
        ...unappliedTexts(object).map(({ path, what }) => `${path} ${what}`),
    ];
}
