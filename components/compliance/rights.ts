import type * as k8s from "@pulumi/kubernetes";

import { ALERTMANAGER, PROMETHEUS } from "../../policies/kubernetes/monitoring-services";
import type { ComplianceSettings } from "./settings";

type PolicyRule = k8s.types.input.rbac.v1.PolicyRule;

/** Name of the CronJob, its ServiceAccount, its roles and its claim. */
export const COMPLIANCE = "compliance";

/**
 * What is listed: every kind that a cluster of Kubernetes and this foundation holds but Secrets, Events, Leases and copies of other
 * objects. A kind that is not among them is told of as not seen.
 */
const LISTED: Readonly<Record<string, readonly string[]>> = {
    "": [
        ...[
            "configmaps",
            "endpoints",
            "limitranges",
            "namespaces",
            "nodes",
            "persistentvolumeclaims",
            "persistentvolumes",
        ],
        ...["pods", "podtemplates", "replicationcontrollers", "resourcequotas", "serviceaccounts", "services"],
    ],
    "admissionregistration.k8s.io": [
        ...["mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "mutatingwebhookconfigurations"],
        ...["validatingadmissionpolicies", "validatingadmissionpolicybindings", "validatingwebhookconfigurations"],
    ],
    "apiextensions.k8s.io": ["customresourcedefinitions"],
    "apiregistration.k8s.io": ["apiservices"],
    apps: ["daemonsets", "deployments", "replicasets", "statefulsets"],
    autoscaling: ["horizontalpodautoscalers"],
    batch: ["cronjobs", "jobs"],
    "certificates.k8s.io": ["certificatesigningrequests"],
    "discovery.k8s.io": ["endpointslices"],
    "flowcontrol.apiserver.k8s.io": ["flowschemas", "prioritylevelconfigurations"],
    "networking.k8s.io": ["ingressclasses", "ingresses", "ipaddresses", "networkpolicies", "servicecidrs"],
    "node.k8s.io": ["runtimeclasses"],
    policy: ["poddisruptionbudgets"],
    "rbac.authorization.k8s.io": ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
    "resource.k8s.io": ["deviceclasses", "resourceclaims", "resourceclaimtemplates", "resourceslices"],
    "scheduling.k8s.io": ["priorityclasses"],
    "storage.k8s.io": [
        ...["csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments"],
        "volumeattributesclasses",
    ],
    // What this foundation brings or speaks to.
    "aquasecurity.github.io": ["vulnerabilityreports"],
    "external-secrets.io": ["clusterexternalsecrets", "clustersecretstores", "externalsecrets", "secretstores"],
    "gateway.networking.k8s.io": ["gatewayclasses", "gateways", "httproutes", "referencegrants"],
    "monitoring.coreos.com": [
        "alertmanagers",
        "podmonitors",
        "probes",
        "prometheuses",
        "prometheusrules",
        "servicemonitors",
    ],
    "spire.spiffe.io": ["clusterfederatedtrustdomains", "clusterspiffeids", "clusterstaticentries"],
};

/** What the job may do in the whole cluster: list, and ask whether somebody else may do something. */
export function clusterRules({ reads }: Pick<ComplianceSettings, "reads">): readonly PolicyRule[] {
    const listed = [...Object.entries(LISTED), ...reads.map(({ group, resources }) => [group, resources] as const)];
    return [
        ...listed.map(([group, resources]) => ({ apiGroups: [group], resources: [...resources], verbs: ["list"] })),
        // Which cluster it is.
        { apiGroups: [""], resources: ["namespaces"], resourceNames: ["kube-system"], verbs: ["get"] },
        { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
        { nonResourceURLs: ["/metrics"], verbs: ["get"] },
    ];
}

/** What it may do in each namespace of the stack: read logs, for errors and for secrets in them. */
export const LOG_RULES: readonly PolicyRule[] = [{ apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }];

/** Prometheus and Alertmanager, as their operator and as the platform calls them, through the API server's proxy. */
export const PROMETHEUS_RULES: readonly PolicyRule[] = [
    {
        apiGroups: [""],
        resources: ["services/proxy"],
        resourceNames: [PROMETHEUS, ALERTMANAGER].flatMap(({ services, port }) =>
            services.map((service) => `${service}:${port}`),
        ),
        verbs: ["get"],
    },
];
