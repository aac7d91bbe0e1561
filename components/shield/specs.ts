import { resourcesOf } from "../deployment";
import { containerSecurity } from "../workload";
import type { ShieldSettings } from "./settings";

type Spec = Readonly<Record<string, unknown>>;

/** Name of the Gateway and of everything that belongs to it. */
export const SHIELD = "shield";

/** Labels that Envoy Gateway puts on the proxies of a Gateway. */
export function proxyLabels(namespace: string): Readonly<Record<string, string>> {
    return {
        "gateway.envoyproxy.io/owning-gateway-name": SHIELD,
        "gateway.envoyproxy.io/owning-gateway-namespace": namespace,
    };
}

/** Name of the proxies' Service and Route, which stand beside those of other applications. */
function proxyService(namespace: string): string {
    return `${SHIELD}-${namespace}`;
}

/**
 * `spec` of the EnvoyProxy (gateway.envoyproxy.io/v1alpha1): how the proxies run.
 *
 * @param namespace the application's
 */
export function proxySpec({ replicas, exposure, loadBalancerAnnotations }: ShieldSettings, namespace: string): Spec {
    return {
        provider: {
            type: "Kubernetes",
            kubernetes: {
                envoyDeployment: {
                    pod: { priorityClassName: "system-cluster-critical" },
                    container: {
                        resources: resourcesOf("2", "512Mi"),
                        securityContext: { ...containerSecurity(), runAsNonRoot: true },
                    },
                },
                envoyHpa: {
                    minReplicas: replicas.minimum,
                    maxReplicas: replicas.maximum,
                    metrics: [
                        {
                            type: "Resource",
                            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
                        },
                    ],
                },
                envoyPDB: { maxUnavailable: 1 },
                envoyService:
                    exposure.through === "route"
                        ? { type: "ClusterIP", name: proxyService(namespace) }
                        : {
                              type: "LoadBalancer",
                              // Keeps the client's address, which the limits are counted by.
                              externalTrafficPolicy: "Local",
                              loadBalancerSourceRanges: exposure.sourceRanges,
                              annotations: loadBalancerAnnotations,
                          },
            },
        },
    };
}

/**
 * The Route (route.openshift.io/v1) by which the platform's router leads TLS connections to the proxies as they are. What one client
 * may open is limited there: the proxies see the router's address.
 *
 * @param namespace the application's
 */
export function routerRoute({ host, proxyNamespace, exposure, limits }: ShieldSettings, namespace: string) {
    const name = proxyService(namespace);
    return {
        metadata: {
            name,
            namespace: proxyNamespace,
            annotations: {
                "haproxy.router.openshift.io/ip_allowlist": exposure.sourceRanges.join(" "),
                "haproxy.router.openshift.io/rate-limit-connections": "true",
                // As many at once as it may send requests in a second.
                "haproxy.router.openshift.io/rate-limit-connections.concurrent-tcp": String(limits.requestsPerSecond),
            },
        },
        spec: {
            host,
            to: { kind: "Service", name, weight: 100 },
            tls: { termination: "passthrough", insecureEdgeTerminationPolicy: "None" },
            wildcardPolicy: "None",
        },
    };
}

/** `spec` of the Gateway (gateway.networking.k8s.io/v1): one name, one certificate, TLS only. */
export function gatewaySpec(settings: ShieldSettings): Spec {
    return {
        gatewayClassName: settings.gatewayClass,
        infrastructure: {
            parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: SHIELD },
        },
        listeners: [
            {
                name: "https",
                protocol: "HTTPS",
                port: 443,
                hostname: settings.host,
                tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: settings.certificateSecret }] },
                allowedRoutes: { namespaces: { from: "Same" } },
            },
        ],
    };
}

/** The platform, as far as the way in from outside has to know it. */
export interface Shielded {
    readonly app: string;
    readonly port: number;
    /** Path of its metrics, at which it also tells whether it is well. */
    readonly metricsPath: string;
}

/**
 * `spec` of the HTTPRoute to the platform's Service. The longest prefix decides, so the metrics are withheld wherever else
 * they would be served with: a rule without a backend forwards nothing, and the client gets status 500 (Gateway API,
 * HTTPRouteRule, backendRefs).
 */
export function routeSpec(settings: ShieldSettings, { app, port, metricsPath }: Shielded): Spec {
    const below = (value: string) => ({ path: { type: "PathPrefix", value } });
    return {
        parentRefs: [{ name: SHIELD }],
        hostnames: [settings.host],
        rules: [
            { matches: [below(metricsPath)] },
            {
                matches: settings.paths.map(below),
                backendRefs: [{ name: app, port }],
                timeouts: { request: "30s", backendRequest: "25s" },
            },
        ],
    };
}

/**
 * `spec` of the BackendTLSPolicy (gateway.networking.k8s.io/v1): the proxy speaks TLS to the platform's Service and verifies whose
 * certificate it sees.
 *
 * @param spiffeId what the platform's SVID bears
 */
export function backendTlsSpec(
    { hostname, authority, svid }: NonNullable<ShieldSettings["backendTls"]>,
    app: string,
    spiffeId: string,
): Spec {
    return {
        targetRefs: [{ group: "", kind: "Service", name: app }],
        validation: {
            hostname,
            caCertificateRefs: [{ group: "", kind: "ConfigMap", name: authority }],
            // With alternative names, only these count, and the host name is what is asked for (GEP-1897).
            ...(svid && { subjectAltNames: [{ type: "URI", uri: spiffeId }] }),
        },
    };
}

/** `spec` of the ClientTrafficPolicy: what a client may do before its request is looked at. */
export function clientSpec({ limits }: ShieldSettings): Spec {
    return {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: SHIELD }],
        tls: {
            minVersion: "1.3",
            // Hybrid with ML-KEM-768 first; a client without it falls back to X25519.
            ecdhCurves: ["X25519MLKEM768", "X25519"],
        },
        connection: { connectionLimit: { value: limits.connections, closeDelay: "1s" }, bufferLimit: "32Ki" },
        timeout: {
            http: {
                requestHeadersReceivedTimeout: "5s",
                requestReceivedTimeout: `${limits.requestSeconds}s`,
                idleTimeout: "60s",
                streamIdleTimeout: "30s",
            },
        },
        // Bounds what a client can start and reset again at no cost (CVE-2023-44487).
        http2: { maxConcurrentStreams: 100, onInvalidMessage: "TerminateConnection" },
        headers: { withUnderscoresAction: "RejectRequest" },
        path: { escapedSlashesAction: "RejectRequest" },
    };
}

/** `spec` of the BackendTrafficPolicy: what reaches the platform. */
export function backendSpec({ limits }: ShieldSettings): Spec {
    return {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: SHIELD }],
        rateLimit: {
            type: "Local",
            local: {
                rules: [
                    {
                        clientSelectors: [{ sourceCIDR: { type: "Distinct", value: "0.0.0.0/0" } }],
                        limit: { requests: limits.requestsPerSecond, unit: "Second" },
                    },
                    {
                        clientSelectors: [{ sourceCIDR: { type: "Distinct", value: "::/0" } }],
                        limit: { requests: limits.requestsPerSecond, unit: "Second" },
                    },
                ],
            },
        },
        requestBuffer: { limit: limits.bodySize },
        circuitBreaker: {
            maxParallelRequests: limits.parallelRequests,
            maxPendingRequests: limits.parallelRequests,
            maxConnections: limits.parallelRequests,
        },
    };
}
