import {
    AllowedFlows,
    clusterOf,
    dnsFlow,
    Falco,
    GuardedNamespace,
    GuardNamespaces,
    metricsFlow,
    Spire,
    Workload,
    WorkloadIdentity,
} from "@x0tta6bl4/foundation";

const cluster = clusterOf({ name: "shop", apiServer: { cidrs: ["10.0.0.0/28"] } });
const trust = {
    trustDomain: "trust.acme.io",
    clusterName: "shop",
    server: { replicas: 1, dataStore: { type: "sqlite" } },
    agent: { kubelet: { cidrs: ["10.0.1.0/24"] } },
} as const;

// Agents on the nodes need what the level "restricted" forbids; no other workload belongs into their namespaces.
const agents = {
    owner: "platform",
    podSecurity: "privileged",
    quota: { cpu: "16", memory: "48Gi", pods: "260" },
} as const;
const guards = new GuardNamespaces("guards", {
    namespaces: [
        { namespace: "spire", ...agents },
        { namespace: "falco", ...agents },
    ],
});
const spire = new Spire("spire", { settings: trust, cluster }, { dependsOn: guards });
new Falco("falco", { cluster, namespaces: { applications: ["web"] } }, { dependsOn: guards });

const home = new GuardedNamespace("web", { namespace: "web", owner: "shop" });
const pods = { kind: "pods", namespace: "web", labels: { app: "web" } } as const;
const monitoring = { namespace: "monitoring", prometheusLabels: { "app.kubernetes.io/name": "prometheus" } };
const flows = new AllowedFlows(
    "web",
    { flows: [dnsFlow(pods, cluster), metricsFlow(pods, monitoring, 8080)] },
    { dependsOn: home },
);
const identity = new WorkloadIdentity(
    "web",
    { settings: trust, namespace: "web", serviceAccount: "web" },
    { dependsOn: spire },
);
const web = new Workload(
    "web",
    {
        app: "web",
        namespace: home.namespaceName,
        image: `ghcr.io/shop/web:1.4.2@sha256:${"a".repeat(64)}`,
        version: "1.4.2",
        port: 8080,
        metricsPath: "/metrics",
        owner: "shop",
        identity: identity.pod,
    },
    { dependsOn: flows },
);

export const service = web.serviceName;
