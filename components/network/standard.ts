import type { ClusterSettings } from "../cluster/settings";
import { dnsOf, engineOf } from "../cluster/settings";
import type { MonitoringSettings } from "../monitoring/settings";
import type { PlatformSettings } from "../platform/settings";
import type { CiliumEntity, Flow, Peer } from "./flows";

/** Name resolution through the cluster's DNS, over both transports: large answers come over TCP. */
export function dnsFlow(from: Extract<Peer, { kind: "pods" }>, cluster: ClusterSettings, name = "dns"): Flow {
    const { namespace, labels, ports, addresses } = dnsOf(cluster);
    // A cache on the node listens where the Service does, whatever port the pods behind it have.
    const all = [...new Set([...ports, ...(addresses.length > 0 ? [DNS_PORT] : [])])];
    return {
        name,
        reason: "Resolves the names of services.",
        from,
        to: { kind: "foreign", namespace, labels, ...(addresses.length > 0 && { addresses }) },
        ports: all.flatMap((port) => [{ port, protocol: "UDP" as const }, { port }]),
    };
}

const DNS_PORT = 53;

/** The API server, at its endpoints' addresses. */
export function apiServerPeer(cluster: ClusterSettings): Extract<Peer, { kind: "addresses" }> {
    const { cidrs } = cluster.apiServer;
    return { kind: "addresses", cidrs, ...entities(cluster, ["kube-apiserver"]) };
}

/** The cluster's nodes, at the addresses given. */
export function nodesPeer(cluster: ClusterSettings, cidrs: readonly string[]): Extract<Peer, { kind: "addresses" }> {
    return { kind: "addresses", cidrs, ...entities(cluster, ["host", "remote-node"]) };
}

function entities(cluster: ClusterSettings, named: readonly CiliumEntity[]): { entities?: readonly CiliumEntity[] } {
    return engineOf(cluster) === "cilium" ? { entities: named } : {};
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
        to: apiServerPeer(cluster),
        ports: cluster.apiServer.ports.map((port) => ({ port })),
    };
}

/** Prometheus scraping a pod's metrics port. */
export function metricsFlow(
    to: Extract<Peer, { kind: "pods" }>,
    monitoring: Pick<MonitoringSettings, "namespace" | "prometheusLabels">,
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

/** An application of the program: where it is, and the name of its account, which is a label `app` of its pods too. */
export interface Tenant {
    readonly namespace: string;
    readonly app: string;
}

/**
 * The pods of somebody who may call an application.
 *
 * @param tenants the program's applications, in whose namespaces both ends are opened
 */
export function callerPeer(
    caller: { readonly namespace: string; readonly labels?: Readonly<Record<string, string>> | undefined },
    tenants: readonly Tenant[],
): Peer {
    const { namespace, labels } = caller;
    return tenants.some((tenant) => tenant.namespace === namespace)
        ? { kind: "pods", namespace, labels: labels ?? {} }
        : { kind: "foreign", namespace, ...(labels && { labels }) };
}

/** An application's flows: metrics in, queries to Prometheus out, and name resolution. */
export function platformFlows(
    platform: PlatformSettings,
    cluster: ClusterSettings,
    monitoring: MonitoringSettings,
): readonly Flow[] {
    const pods: Peer = { kind: "pods", namespace: platform.namespace, labels: { app: platform.app } };
    return [
        metricsFlow(pods, monitoring, platform.metricsPort ?? platform.port),
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
