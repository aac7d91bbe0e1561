import type * as k8s from "@pulumi/kubernetes";

import { resourcesOf } from "./deployment";
import { pulled } from "./images/pull";
import { AGENT_PATHS, WORKLOAD_SOCKET_DIR } from "./spire/layout";
import { checksum, scratch } from "./spire/pods";
import type { PodIdentity } from "./hardened";
import { containerSecurity } from "./hardened";

/** A proxy beside a program that speaks plain HTTP on its own: it brings mutual TLS with the pod's SVID. */
export interface ProxyArgs {
    /** Reference of Envoy's image with tag and digest, from `Images.ref`. */
    readonly image: string;
    /** The workload's own SPIFFE ID. */
    readonly spiffeId: string;
    /** The trust domain that issues it, and those of the callers. */
    readonly trustDomain: string;
    /** SPIFFE IDs of those who may call; everybody else's handshake fails. */
    readonly callers: readonly string[];
    /**
     * Port of mutual TLS.
     * @default 8443
     */
    readonly port?: number;
    /**
     * Port of the proxy's own metrics and health, in the clear.
     * @default 9902
     */
    readonly metricsPort?: number;
    /**
     * Limits of the proxy's container.
     * @default 500m and 128Mi
     */
    readonly resources?: { readonly cpu: string; readonly memory: string };
}

const PROXY = "envoy";
/** Name of the port of its metrics, and their path there. */
export const PROXY_METRICS = { port: "proxy-metrics", path: "/stats/prometheus" } as const;
const CONFIG_DIR = "/etc/envoy";
const CONFIG_FILE = "envoy.json";
const ADMIN_SOCKET = "/run/envoy/admin.sock";
const TYPES = "type.googleapis.com/envoy.extensions";

/** Ports of the proxy, with what is not set filled in. */
export function proxyPorts({ port = 8443, metricsPort = 9902 }: ProxyArgs): {
    readonly tls: number;
    readonly metrics: number;
} {
    return { tls: port, metrics: metricsPort };
}

/** Name of the ConfigMap with the proxy's configuration. */
export function proxyConfigName(app: string): string {
    return `${app}-${PROXY}`;
}

/** What is wrong with the proxy of a workload at these ports; one line each. */
export function proxyFaults(
    args: ProxyArgs,
    { port, metricsPort }: { readonly port: number; readonly metricsPort?: number | undefined },
): readonly string[] {
    const own = Object.values(proxyPorts(args));
    const others = [port, ...(metricsPort === undefined ? [] : [metricsPort])];
    const prefix = `spiffe://${args.trustDomain}/`;
    return [
        ...(args.callers.length === 0 ? ["proxy.callers is empty; name who may call"] : []),
        ...args.callers
            .filter((id) => !id.startsWith(prefix) || id === prefix)
            .map((id) => `proxy.callers holds ${id}, which is not of the trust domain ${args.trustDomain}`),
        ...own
            .filter((number, index) => others.includes(number) || own.indexOf(number) !== index || number < 1024)
            .map(
                (number) =>
                    `proxy has the port ${number}, which is privileged or taken; give it one of its own from 1024 up`,
            ),
    ];
}

/** Where the agent answers Envoy's secret discovery service. */
const FROM_AGENT = {
    resource_api_version: "V3",
    api_config_source: {
        api_type: "GRPC",
        transport_api_version: "V3",
        grpc_services: [{ envoy_grpc: { cluster_name: "spire_agent" } }],
    },
};

/**
 * Envoy's configuration: TLS 1.3 with the hybrid key exchange first, the caller's SVID required and compared with the list, its
 * SPIFFE ID handed on in `x-forwarded-client-cert`; SVID and bundle come from the agent and are replaced while it runs.
 */
export function proxyConfig(app: string, port: number, args: ProxyArgs): Readonly<Record<string, unknown>> {
    const ports = proxyPorts(args);
    return {
        node: { id: app, cluster: app },
        // Whoever reaches the administration can stop the proxy: nobody over the network does.
        admin: { address: { pipe: { path: ADMIN_SOCKET, mode: 0o600 } } },
        static_resources: {
            listeners: [
                {
                    name: "mtls",
                    address: address(ports.tls),
                    filter_chains: [
                        {
                            transport_socket: { name: "tls", typed_config: serverTls(args) },
                            filters: [
                                http(
                                    "mtls",
                                    [{ match: { prefix: "/" }, route: { cluster: "program", timeout: "30s" } }],
                                    {
                                        forward_client_cert_details: "SANITIZE_SET",
                                        set_current_client_cert_details: { uri: true },
                                    },
                                ),
                            ],
                        },
                    ],
                },
                {
                    name: "metrics",
                    address: address(ports.metrics),
                    filter_chains: [
                        {
                            filters: [
                                http(
                                    "metrics",
                                    [PROXY_METRICS.path, "/ready"].map((path) => ({
                                        match: { path },
                                        route: { cluster: "admin" },
                                    })),
                                ),
                            ],
                        },
                    ],
                },
            ],
            clusters: [
                cluster("program", { socket_address: { address: "127.0.0.1", port_value: port } }),
                cluster("admin", { pipe: { path: ADMIN_SOCKET } }),
                {
                    ...cluster("spire_agent", { pipe: { path: `${WORKLOAD_SOCKET_DIR}/${AGENT_PATHS.socketFile}` } }),
                    typed_extension_protocol_options: {
                        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                            "@type": `${TYPES}.upstreams.http.v3.HttpProtocolOptions`,
                            explicit_http_config: { http2_protocol_options: {} },
                        },
                    },
                },
            ],
        },
    };
}

function serverTls({ spiffeId, trustDomain, callers }: ProxyArgs): object {
    return {
        "@type": `${TYPES}.transport_sockets.tls.v3.DownstreamTlsContext`,
        require_client_certificate: true,
        // A resumed session would go on with an SVID that has expired.
        disable_stateful_session_resumption: true,
        disable_stateless_session_resumption: true,
        common_tls_context: {
            alpn_protocols: ["h2", "http/1.1"],
            tls_params: {
                tls_minimum_protocol_version: "TLSv1_3",
                tls_maximum_protocol_version: "TLSv1_3",
                ecdh_curves: ["X25519MLKEM768", "X25519"],
            },
            tls_certificate_sds_secret_configs: [{ name: spiffeId, sds_config: FROM_AGENT }],
            combined_validation_context: {
                default_validation_context: {
                    match_typed_subject_alt_names: callers.map((exact) => ({ san_type: "URI", matcher: { exact } })),
                },
                validation_context_sds_secret_config: { name: `spiffe://${trustDomain}`, sds_config: FROM_AGENT },
            },
        },
    };
}

function http(name: string, routes: readonly object[], more: object = {}): object {
    return {
        name: "http",
        typed_config: {
            "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
            stat_prefix: name,
            route_config: { virtual_hosts: [{ name, domains: ["*"], routes }] },
            http_filters: [{ name: "router", typed_config: { "@type": `${TYPES}.filters.http.router.v3.Router` } }],
            ...more,
        },
    };
}

const address = (port: number) => ({ socket_address: { address: "0.0.0.0", port_value: port } });

function cluster(name: string, endpoint: object): object {
    return {
        name,
        type: "STATIC",
        connect_timeout: "5s",
        load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: endpoint } }] }] },
    };
}

/** What the proxy adds to a workload's pod. */
export interface ProxyParts {
    readonly container: k8s.types.input.core.v1.Container;
    readonly volumes: readonly k8s.types.input.core.v1.Volume[];
    /** Changes with the configuration, which Envoy reads once. */
    readonly annotations: Readonly<Record<string, string>>;
}

/** The proxy's container, a native sidecar: it is there before the program, and still when the program ends. */
export function proxyParts(app: string, port: number, identity: PodIdentity, args: ProxyArgs): ProxyParts {
    const { cpu, memory } = args.resources ?? { cpu: "500m", memory: "128Mi" };
    const ports = proxyPorts(args);
    const ready = { httpGet: { path: "/ready", port: PROXY_METRICS.port } };
    return {
        container: {
            name: PROXY,
            ...pulled(args.image),
            restartPolicy: "Always",
            args: ["--config-path", `${CONFIG_DIR}/${CONFIG_FILE}`, "--log-level", "warning"],
            ports: [
                { name: "tls", containerPort: ports.tls },
                { name: PROXY_METRICS.port, containerPort: ports.metrics },
            ],
            securityContext: containerSecurity(),
            resources: resourcesOf(cpu, memory),
            startupProbe: { ...ready, periodSeconds: 2, failureThreshold: 60 },
            readinessProbe: { ...ready, periodSeconds: 10, timeoutSeconds: 3 },
            livenessProbe: { ...ready, periodSeconds: 15, failureThreshold: 4 },
            lifecycle: { preStop: { sleep: { seconds: 10 } } },
            volumeMounts: [
                { name: "proxy-config", mountPath: CONFIG_DIR, readOnly: true },
                { name: "proxy-admin", mountPath: "/run/envoy" },
                ...identity.volumeMounts,
            ],
        },
        volumes: [{ name: "proxy-config", configMap: { name: proxyConfigName(app) } }, scratch("proxy-admin", "1Mi")],
        annotations: checksum(proxyConfigText(app, port, args)),
    };
}

/** The file as it stands in the ConfigMap. */
function proxyConfigText(app: string, port: number, args: ProxyArgs): string {
    return `${JSON.stringify(proxyConfig(app, port, args), undefined, 2)}\n`;
}

/** `data` of the ConfigMap. */
export function proxyData(app: string, port: number, args: ProxyArgs): Readonly<Record<string, string>> {
    return { [CONFIG_FILE]: proxyConfigText(app, port, args) };
}
