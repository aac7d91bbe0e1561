import type { ClusterSettings } from "../cluster/settings";
import type { MonitoringSettings } from "../monitoring/settings";
import type { Flow, Peer } from "../network/flows";
import { apiServerFlow, apiServerPeer, dnsFlow, metricsFlow, nodesPeer } from "../network/standard";
import { exposureFlows } from "./exposure";
import { AGENT, CSI_DRIVER, NAMESPACE, OIDC_PROVIDER, PORTS, SERVER } from "./layout";
import type { Destination, SpireSettings } from "./model";
import { selectorOf } from "./pods";

type Pods = Extract<Peer, { kind: "pods" }>;

const pods = (name: string): Pods => ({ kind: "pods", namespace: NAMESPACE, labels: selectorOf(name) });

/** Every connection of the installation. The CSI driver has none but its probe: it talks through sockets. */
export function spireFlows(
    settings: SpireSettings,
    cluster: ClusterSettings,
    monitoring: MonitoringSettings,
): readonly Flow[] {
    const [server, agent] = [pods(SERVER), pods(AGENT)];
    const nodes = nodesPeer(cluster, settings.agent.kubelet.cidrs);
    return [
        {
            name: "spire-agents",
            reason: "Agents attest their nodes and fetch identities.",
            from: agent,
            to: server,
            ports: [{ port: PORTS.server }],
        },
        dnsFlow(server, cluster, "spire-server-dns"),
        dnsFlow(agent, cluster, "spire-agent-dns"),
        apiServerFlow(
            server,
            cluster,
            "The server reviews tokens and publishes the bundle; its controller manager reads pods and entries.",
            "spire-server-api",
        ),
        {
            name: "spire-agent-kubelet",
            reason: "The agent asks its node's kubelet whose process a workload is.",
            from: agent,
            to: nodes,
            ports: [{ port: settings.agent.kubelet.port }],
        },
        ...outside(server, "spire-server", settings.server.egress),
        ...exposureFlows(settings, server),
        ...outside(agent, "spire-agent", settings.agent.egress),
        metricsFlow(server, monitoring, PORTS.metrics, "spire-server-metrics"),
        metricsFlow(server, monitoring, PORTS.managerMetrics, "spire-manager-metrics"),
        metricsFlow(agent, monitoring, PORTS.metrics, "spire-agent-metrics"),
        ...[
            { name: "spire-server-probes", to: server, ports: [PORTS.serverHealth, PORTS.managerHealth] },
            { name: "spire-agent-probes", to: agent, ports: [PORTS.agentHealth] },
            { name: "spiffe-csi-probes", to: pods(CSI_DRIVER), ports: [PORTS.csiHealth] },
        ].map(({ name, to, ports }) => probes(name, nodes, to, ports)),
        ...optionalFlows(settings, cluster, nodes),
    ];
}

/** Kubelets usually get through whatever the policies say, but no specification promises it. */
function probes(name: string, nodes: Peer, to: Pods, ports: readonly number[]): Flow {
    return {
        name,
        reason: "The node's kubelet probes the health of the pod.",
        from: nodes,
        to,
        ports: ports.map((port) => ({ port })),
    };
}

function outside(from: Pods, prefix: string, destinations: readonly Destination[]): readonly Flow[] {
    return destinations.map(({ name, cidrs, ports }) => ({
        name: `${prefix}-${name}`,
        reason: `Reaches ${name}, which is outside the cluster.`,
        from,
        to: { kind: "addresses", cidrs },
        ports: ports.map((port) => ({ port })),
    }));
}

function optionalFlows(settings: SpireSettings, cluster: ClusterSettings, nodes: Peer): readonly Flow[] {
    const { bundleEndpoint } = settings.server;
    const oidc = settings.oidcProvider;
    return [
        ...(settings.controllerManager.validation === "webhook"
            ? [
                  {
                      name: "spire-webhook",
                      reason: "The API server has registration entries validated.",
                      from: apiServerPeer(cluster),
                      to: pods(SERVER),
                      ports: [{ port: PORTS.webhook }],
                  },
              ]
            : []),
        ...(bundleEndpoint === undefined
            ? []
            : [
                  {
                      name: "spire-federation",
                      reason: "Foreign SPIRE servers fetch the trust bundle.",
                      from: { kind: "addresses", cidrs: bundleEndpoint.clients } as const,
                      to: pods(SERVER),
                      ports: [{ port: PORTS.federation }],
                  },
              ]),
        ...(oidc === undefined
            ? []
            : [
                  {
                      name: "spire-oidc",
                      reason: "Verifiers of JWT-SVIDs fetch the keys.",
                      from: { kind: "foreign", namespace: oidc.ingressNamespace } as const,
                      to: pods(OIDC_PROVIDER),
                      ports: [{ port: PORTS.oidc }],
                  },
                  probes("spire-oidc-probes", nodes, pods(OIDC_PROVIDER), [PORTS.oidcHealth]),
              ]),
    ];
}
