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

/** Annotations of the platform's pods by which the mesh's proxy is injected, with SPIRE's Workload API where it can use it. */
export function meshAnnotations(settings: MeshSettings): Readonly<Record<string, string>> {
    switch (settings.kind) {
        case "istio":
            // The sidecar template `spire` mounts the Workload API at the path where the proxy looks for it.
            return { "sidecar.istio.io/inject": "true", "inject.istio.io/templates": "sidecar,spire" };
        case "linkerd":
            return { "linkerd.io/inject": "enabled" };
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

function linkerd(callers: Callers, trustDomain: string, { app, port }: MeshContext): readonly MeshResource[] {
    const group = "policy.linkerd.io";
    return [
        {
            apiVersion: `${group}/v1beta3`,
            kind: "Server",
            name: app,
            spec: { podSelector: { matchLabels: { app } }, port, proxyProtocol: "HTTP/1", accessPolicy: "deny" },
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
