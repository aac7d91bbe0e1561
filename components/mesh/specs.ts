import type { Flow, Peer } from "../network/flows";
import type { Tenant } from "../network/standard";
import { callerPeer } from "../network/standard";
import { AGENT_PATHS } from "../spire/layout";
import type { MeshSettings } from "./settings";

/** A custom resource of a mesh, as it is to be registered in the platform's namespace. */
export interface MeshResource {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly spec: Readonly<Record<string, unknown>>;
}

export interface MeshContext {
    readonly namespace: string;
    readonly app: string;
    readonly port: number;
    /** The port of its metrics alone, which stays outside of mutual TLS: neither Prometheus nor the kubelet has an identity. */
    readonly metricsPort: number;
    /** SPIRE's trust domain. */
    readonly trustDomain: string;
}

/** The mesh's objects: mutual TLS enforced, and calls allowed from named identities only. */
export function meshResources(settings: MeshSettings, context: MeshContext): readonly MeshResource[] {
    switch (settings.kind) {
        case "istio":
            return istio(settings.callers, context);
        case "linkerd":
            return linkerd(settings.callers, settings.trustDomain, context);
    }
}

/** What the platform's pods say to the mesh, so that its proxy is injected and starts. */
export interface MeshMarks {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
}

/** Labels and annotations of the platform's pods by which the mesh's proxy is injected, with SPIRE's Workload API where it can use it. */
export function meshMarks(settings: MeshSettings, { metricsPort }: Pick<MeshContext, "metricsPort">): MeshMarks {
    switch (settings.kind) {
        case "istio":
            return {
                // By the label Istio's webhook is asked about a pod at all.
                labels: { "sidecar.istio.io/inject": "true" },
                annotations: {
                    // The sidecar template `spire` mounts the Workload API at the path where the proxy looks for it.
                    "inject.istio.io/templates": "sidecar,spire",
                    "proxy.istio.io/config": JSON.stringify({
                        // Neither does the platform call before the proxy is there, nor does it answer after it.
                        holdApplicationUntilProxyStarts: true,
                        // Istio looks for a socket called `socket` unless it is told.
                        proxyMetadata: { WORKLOAD_IDENTITY_SOCKET_FILE: AGENT_PATHS.socketFile },
                    }),
                    "traffic.sidecar.istio.io/excludeInboundPorts": String(metricsPort),
                },
            };
        case "linkerd":
            return { labels: {}, annotations: { "linkerd.io/inject": "enabled" } };
    }
}

/** Ports of istiod: configuration and certificates, over TLS. */
const ISTIOD = 15012;
/** Ports of Linkerd's control plane: identity; destinations, policies. */
const LINKERD_IDENTITY = 8080;
const LINKERD_DESTINATION = [8086, 8090];
/** Where a proxy of Linkerd takes what another one sends it in one connection, whatever port it is for. */
const LINKERD_INBOUND = 4143;

/**
 * What the mesh needs of the network: the application's proxies reach its control plane, and callers the application.
 *
 * @param tenants the program's applications
 */
export function meshFlows(
    settings: MeshSettings,
    application: Pick<MeshContext, "namespace" | "app" | "port">,
    tenants: readonly Tenant[],
): readonly Flow[] {
    const { namespace, app, port } = application;
    const pods: Peer = { kind: "pods", namespace, labels: { app } };
    const callers = settings.callers.map((caller): Flow => ({
        name: `mesh-${caller.namespace}-${caller.serviceAccount}`,
        reason: "Calls the application by mutual TLS of the mesh.",
        from: callerPeer(caller, tenants),
        to: pods,
        ports: [{ port }, ...(settings.kind === "linkerd" ? [{ port: LINKERD_INBOUND }] : [])],
    }));
    switch (settings.kind) {
        case "istio":
            return [
                {
                    name: "mesh-istiod",
                    reason: "The proxy takes its configuration from istiod.",
                    from: pods,
                    to: { kind: "foreign", namespace: settings.namespace, labels: settings.labels },
                    ports: [{ port: ISTIOD }],
                },
                ...callers,
            ];
        case "linkerd": {
            const component = (name: string): Peer => ({
                kind: "foreign",
                namespace: settings.namespace,
                labels: { "linkerd.io/control-plane-component": name },
            });
            return [
                {
                    name: "mesh-identity",
                    reason: "The proxy has its certificate signed.",
                    from: pods,
                    to: component("identity"),
                    ports: [{ port: LINKERD_IDENTITY }],
                },
                {
                    name: "mesh-destination",
                    reason: "The proxy asks where services are, and who may call.",
                    from: pods,
                    to: component("destination"),
                    ports: LINKERD_DESTINATION.map((number) => ({ port: number })),
                },
                ...callers,
            ];
        }
    }
}

type Callers = MeshSettings["callers"];

const SECURITY = "security.istio.io/v1";

function istio(callers: Callers, { app, namespace, port, trustDomain }: MeshContext): readonly MeshResource[] {
    return [
        { apiVersion: SECURITY, kind: "PeerAuthentication", name: "default", spec: { mtls: { mode: "STRICT" } } },
        // An empty spec allows nothing: what follows is the whole list.
        { apiVersion: SECURITY, kind: "AuthorizationPolicy", name: "deny-all", spec: {} },
        {
            apiVersion: SECURITY,
            kind: "AuthorizationPolicy",
            name: app,
            spec: {
                selector: { matchLabels: { app } },
                action: "ALLOW",
                rules: [
                    {
                        from: [
                            {
                                source: {
                                    principals: callers.map(
                                        (caller) => `${trustDomain}/ns/${caller.namespace}/sa/${caller.serviceAccount}`,
                                    ),
                                },
                            },
                        ],
                        to: [{ operation: { ports: [String(port)] } }],
                    },
                ],
            },
        },
        {
            apiVersion: "networking.istio.io/v1",
            kind: "DestinationRule",
            name: app,
            spec: {
                host: `${app}.${namespace}.svc.cluster.local`,
                trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
            },
        },
    ];
}

function linkerd(
    callers: Callers,
    trustDomain: string,
    { app, port, metricsPort }: MeshContext,
): readonly MeshResource[] {
    const group = "policy.linkerd.io";
    return [
        {
            apiVersion: `${group}/v1beta3`,
            kind: "Server",
            name: app,
            spec: { podSelector: { matchLabels: { app } }, port, proxyProtocol: "HTTP/1", accessPolicy: "deny" },
        },
        {
            apiVersion: `${group}/v1beta3`,
            kind: "Server",
            name: `${app}-metrics`,
            // Whoever the network lets through to it: Prometheus, and the kubelet.
            spec: {
                podSelector: { matchLabels: { app } },
                port: metricsPort,
                proxyProtocol: "HTTP/1",
                accessPolicy: "all-unauthenticated",
            },
        },
        {
            apiVersion: `${group}/v1alpha1`,
            kind: "MeshTLSAuthentication",
            name: app,
            spec: {
                identities: callers.map(
                    (caller) =>
                        `${caller.serviceAccount}.${caller.namespace}.serviceaccount.identity.linkerd.${trustDomain}`,
                ),
            },
        },
        {
            apiVersion: `${group}/v1alpha1`,
            kind: "AuthorizationPolicy",
            name: app,
            spec: {
                targetRef: { group, kind: "Server", name: app },
                requiredAuthenticationRefs: [{ group, kind: "MeshTLSAuthentication", name: app }],
            },
        },
    ];
}
