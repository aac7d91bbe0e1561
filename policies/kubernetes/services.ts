import { ingressServices, isIngress } from "./ingress";
import type { KubeObject } from "./kube";
import { isObj, list, obj, str, strings } from "./kube";
import type { PodView } from "./pods";
import { append } from "./selectors";
import type { Stack } from "./stack";
import { DEFAULT_NAMESPACE, namespaceOf } from "./stack";
import { ifKnown } from "./unknown";

/** The Services of the Kubernetes API; Knative has a kind of that name too. */
export function servicesOf(stack: Stack): readonly KubeObject[] {
    return stack.ofKind("Service").filter(({ group }) => group === "");
}

/** The labels a Service selects pods by; undefined where it selects none. */
export function selectorOf(service: KubeObject): Readonly<Record<string, unknown>> | undefined {
    const selector = obj(service.body["spec"])["selector"];
    return isObj(selector) && Object.keys(selector).length > 0 ? selector : undefined;
}

/** The pods behind a Service. */
export function podsBehind(stack: Stack, service: KubeObject): readonly PodView[] {
    const matchLabels = selectorOf(service);
    return matchLabels === undefined ? [] : stack.select(service.namespace, { matchLabels });
}

/** How a Service is reached from outside the cluster. */
export interface Exposure {
    /** The Service itself, an Ingress, or a route of a Gateway. */
    readonly by: KubeObject;
}

/** How a Service is reached from outside the cluster, in the order of the manifests; empty where it is not. */
export function exposuresOf(stack: Stack, service: KubeObject): readonly Exposure[] {
    const type = str(obj(service.body["spec"])["type"]);
    const own = ["NodePort", "LoadBalancer"].includes(type) ? [{ by: service }] : [];
    const routes = stack.memo(routesByService).get(`${namespaceOf(service)}/${service.name}`) ?? [];
    return [...own, ...routes.map((by) => ({ by }))];
}

/** Kinds of Gateway API routes. */
const ROUTES = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"];

function routesByService(stack: Stack): ReadonlyMap<string, readonly KubeObject[]> {
    const found = new Map<string, KubeObject[]>();
    for (const ingress of stack.objects.filter(isIngress)) {
        for (const name of ifKnown(() => ingressServices(ingress)) ?? []) {
            append(found, `${namespaceOf(ingress)}/${name}`, ingress);
        }
    }
    for (const route of ROUTES.flatMap((kind) => stack.ofKind(kind))) {
        for (const key of ifKnown(() => backendsOf(route)) ?? []) {
            append(found, key, route);
        }
    }
    for (const route of stack.ofKind("VirtualService").filter(({ group }) => group === "networking.istio.io")) {
        for (const key of ifKnown(() => istioDestinations(route)) ?? []) {
            append(found, key, route);
        }
    }
    return found;
}

/** The Services a VirtualService publishes through a gateway; one for the mesh alone publishes nothing. */
function istioDestinations(route: KubeObject): readonly string[] {
    const spec = obj(route.body["spec"]);
    if (!strings(spec["gateways"]).some((gateway) => gateway !== "mesh")) {
        return [];
    }
    const routes = ["http", "tls", "tcp"].flatMap((field) =>
        list(spec[field]).flatMap((entry) => list(obj(entry)["route"])),
    );
    // A host is `name`, `name.namespace` or `name.namespace.svc.domain`.
    const hosts = routes.map((entry) => str(obj(obj(entry)["destination"])["host"]).split("."));
    return [...new Set(hosts.map(([name = "", namespace]) => `${namespace ?? namespaceOf(route)}/${name}`))];
}

function backendsOf(route: KubeObject): readonly string[] {
    const backends = list(obj(route.body["spec"])["rules"]).flatMap((rule) => list(obj(rule)["backendRefs"]).map(obj));
    const services = backends.filter((backend) => ["", "Service"].includes(str(backend["kind"])));
    return [
        ...new Set(
            services.map(
                (backend) =>
                    `${str(backend["namespace"]) || route.namespace || DEFAULT_NAMESPACE}/${str(backend["name"])}`,
            ),
        ),
    ];
}
