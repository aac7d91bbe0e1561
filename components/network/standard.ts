import type { ClusterSettings } from "../cluster/settings";
import type { MonitoringSettings } from "../monitoring/settings";
import type { PlatformSettings } from "../platform/settings";
import type { Flow, Peer } from "./flows";

/** Name resolution through the cluster's DNS, over both transports: large answers come over TCP. */
export function dnsFlow(from: Extract<Peer, { kind: "pods" }>, cluster: ClusterSettings, name = "dns"): Flow {
    return {
        name,
        reason: "Resolves the names of services.",
        from,
        to: { kind: "foreign", namespace: "kube-system", labels: cluster.dnsLabels },
        ports: [{ port: 53, protocol: "UDP" }, { port: 53 }],
    };
}

/** Calls to the API server, at its endpoints' addresses: the Service address is translated before policies see it. */
export function apiServerFlow(
    from: Extract<Peer, { kind: "pods" }>,
    cluster: ClusterSettings,
    reason: string,
    name = "api-server",
): Flow {
    return {
        name,
        reason,
        from,
        to: { kind: "addresses", cidrs: cluster.apiServer.cidrs },
        ports: cluster.apiServer.ports.map((port) => ({ port })),
    };
}

/** Prometheus scraping a pod's metrics port. */
export function metricsFlow(
    to: Extract<Peer, { kind: "pods" }>,
    monitoring: MonitoringSettings,
    port: number,
    name = "metrics",
): Flow {
    return {
        name,
        reason: "Prometheus scrapes the metrics.",
        from: { kind: "foreign", namespace: monitoring.namespace, labels: monitoring.prometheusLabels },
        to,
        ports: [{ port }],
    };
}

/** The platform's flows: metrics in, queries to Prometheus out, and name resolution. */
export function platformFlows(
    platform: PlatformSettings,
    cluster: ClusterSettings,
    monitoring: MonitoringSettings,
): readonly Flow[] {
    const pods: Peer = { kind: "pods", namespace: platform.namespace, labels: { app: platform.app } };
    return [
        metricsFlow(pods, monitoring, platform.port),
        {
            name: "prometheus",
            reason: "Queries metrics for the platform's control loop.",
            from: pods,
            to: { kind: "foreign", namespace: monitoring.namespace, labels: monitoring.prometheusLabels },
            ports: [{ port: monitoring.prometheusPort }],
        },
        dnsFlow(pods, cluster),
    ];
}
