import { ingressServices, isIngress } from "./ingress";
import type { KubeObject } from "./kube";
import { isObj, list, obj, str } from "./kube";
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
    return found;
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
