import { stackControl } from "../../engine/control";
import { checklist, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import { append } from "../../kubernetes/selectors";
import type { Stack } from "../../kubernetes/stack";
import { DEFAULT_NAMESPACE, namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";

export const gatewayListenersUseTls = stackControl({
    name: "gateway-listeners-use-tls",
    description: "Every listener of a Gateway serves TLS, or does nothing but redirect to it.",
    why: "Without TLS whoever is on the way reads sessions and passwords and rewrites what is served.",
    severity: "high",
    covers: ["net.ingress-tls"],
    frameworks: [
        ...nsa("Network separation and hardening"),
        ...mitre("T1557", "T1040"),
        ...nist("SC-8", "SC-8(1)"),
        ...soc2("CC6.7"),
        ...gdpr("32"),
        ...checklist("SEC-6"),
    ],
    remediation: "Set the listener's protocol to HTTPS and name its certificate; keep HTTP for a redirect only.",
    profiles: ["nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("Gateway").filter(({ group }) => group === "gateway.networking.k8s.io"),
            (gateway) => gateway,
            function* (gateway) {
                const routes = stack.memo(routesByGateway).get(`${namespaceOf(gateway)}/${gateway.name}`) ?? [];
                for (const [index, listener] of list(obj(gateway.body["spec"])["listeners"]).entries()) {
                    const name = str(obj(listener)["name"]);
                    const own = routes.filter(({ section }) => section === "" || section === name);
                    const redirects = own.length > 0 && own.every(({ route }) => onlyRedirects(route));
                    if (obj(listener)["protocol"] === "HTTP" && !redirects) {
                        const path = `${gateway.prefix}spec.listeners[${index}].protocol`;
                        yield {
                            object: gateway,
                            path,
                            message: `${path} is "HTTP" (listener "${name}"). Set it to "HTTPS" and name the certificate.`,
                        };
                    }
                }
            },
        );
    },
    admission: { none: "Whether a listener only redirects stands in its routes, which are other objects." },
});

interface Attached {
    readonly route: KubeObject;
    /** The listener it is attached to; empty for all. */
    readonly section: string;
}

function routesByGateway(stack: Stack): ReadonlyMap<string, readonly Attached[]> {
    const found = new Map<string, Attached[]>();
    for (const route of stack.ofKind("HTTPRoute")) {
        const parents = ifKnown(() => list(obj(route.body["spec"])["parentRefs"]).map(obj)) ?? [];
        for (const parent of parents) {
            const namespace = str(parent["namespace"]) || route.namespace || DEFAULT_NAMESPACE;
            append(found, `${namespace}/${str(parent["name"])}`, { route, section: str(parent["sectionName"]) });
        }
    }
    return found;
}

function onlyRedirects(route: KubeObject): boolean {
    const rules = list(obj(route.body["spec"])["rules"]);
    return (
        rules.length > 0 &&
        rules.every((rule) =>
            list(obj(rule)["filters"]).some(
                (filter) =>
                    obj(filter)["type"] === "RequestRedirect" &&
                    obj(obj(filter)["requestRedirect"])["scheme"] === "https",
            ),
        )
    );
}
