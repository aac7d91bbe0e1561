import type { Manifest } from "../../../support/controls";
import { object, pod } from "../manifests";
import type { Case } from "./case";
import { POD } from "./case";

type Fields = Readonly<Record<string, unknown>>;

const service = (spec: Fields, annotations: Fields = {}): Manifest =>
    object("v1", "Service", "web", { metadata: { annotations }, spec: { selector: { app: "web" }, ...spec } });
const annotatedIngress = (annotations: Fields): Manifest =>
    object("networking.k8s.io/v1", "Ingress", "web", {
        metadata: { annotations },
        spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
    });
const ingress = annotatedIngress({});
const denied = object("networking.k8s.io/v1", "NetworkPolicy", "deny", {
    spec: { podSelector: {}, policyTypes: ["Ingress"] },
});
const route = object("gateway.networking.k8s.io/v1", "HTTPRoute", "web", {
    spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: [{ name: "web", port: 80 }] }] },
});
/** A Gateway of Envoy Gateway, whose Service is as its proxy's object says. */
const gateway = (annotations: Fields, envoyService: Fields = {}): readonly Manifest[] => [
    object("gateway.networking.k8s.io/v1", "Gateway", "edge", {
        spec: {
            infrastructure: {
                annotations,
                parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: "proxy" },
            },
        },
    }),
    object("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", "proxy", {
        spec: { provider: { type: "Kubernetes", kubernetes: { envoyService } } },
    }),
];

/** How the Internet comes in. */
export const ENTRIES: readonly Case[] = [
    {
        family: "exposed-service",
        open: [service({ type: "LoadBalancer" }), pod()],
        edge: "the Internet -> Service shop/web",
        mended: [service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] }), pod()],
    },
    {
        family: "published-route",
        open: [service({}), pod(), ingress],
        edge: "the Internet -> Service shop/web",
        mended: [service({}), pod()],
    },
    {
        family: "published-route",
        // What is for the load balancer of a Service says nothing of an Ingress.
        open: [
            service({}),
            pod(),
            annotatedIngress({ "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" }),
        ],
        edge: "the Internet -> Service shop/web",
        mended: [service({}), pod(), annotatedIngress({ "alb.ingress.kubernetes.io/scheme": "internal" })],
    },
    {
        family: "service-backend",
        open: [service({ type: "NodePort" }), pod()],
        edge: `Service shop/web -> ${POD}`,
        mended: [service({ type: "NodePort" }), pod(), denied],
    },
    {
        family: "host-port",
        open: [pod({}, { ports: [{ containerPort: 80, hostPort: 80 }] })],
        edge: `the Internet -> ${POD}`,
        mended: [pod({}, { ports: [{ containerPort: 80 }] })],
    },
    {
        family: "exposed-service",
        open: [service({ type: "LoadBalancer" }), pod()],
        edge: "the Internet -> Service shop/web",
        mended: [service({ type: "LoadBalancer" }, { "networking.gke.io/load-balancer-type": "Internal" }), pod()],
    },
    {
        family: "exposed-service",
        open: [service({ externalIPs: ["203.0.113.1"] }), pod()],
        edge: "the Internet -> Service shop/web",
        mended: [service({ externalIPs: ["10.1.2.3"] }), pod()],
    },
    {
        family: "published-route",
        open: [service({}), pod(), route, ...gateway({})],
        edge: "the Internet -> Service shop/web",
        mended: [
            service({}),
            pod(),
            route,
            ...gateway({ "service.beta.kubernetes.io/azure-load-balancer-internal": "true" }),
        ],
    },
    {
        family: "published-route",
        open: [service({}), pod(), route],
        edge: "the Internet -> Service shop/web",
        mended: [service({}), pod(), route, ...gateway({}, { loadBalancerSourceRanges: ["10.0.0.0/8"] })],
    },
];
