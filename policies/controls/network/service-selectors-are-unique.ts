import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { describe, type KubeObject, list, obj } from "../../kubernetes/kube";
import { append } from "../../kubernetes/selectors";
import { selectorOf, servicesOf } from "../../kubernetes/services";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";
import { show } from "../../text";

export const serviceSelectorsAreUnique = stackControl({
    name: "service-selectors-are-unique",
    description: "No two Services of a namespace lead to the same port of the same pods by the same labels.",
    why: "A second Service for the same pods is a second way in, which policies and reviews of the first one miss.",
    severity: "low",
    enforcement: "advisory", // Two Services for one set of pods may be meant.
    covers: ["net.service-selector"],
    frameworks: [...nist("CM-6", "SC-7"), ...soc2("CC8.1"), ...checklist("NET-3")],
    remediation: "Merge the Services, or select by a label that tells their pods apart.",
    profiles: [],
    *check(stack, { each }) {
        yield* each(
            servicesOf(stack),
            (service) => service,
            function* (service) {
                const key = keyOf(service);
                const rival =
                    key &&
                    stack
                        .memo(servicesBySelector)
                        .get(key)
                        ?.find((other) => isRival(service, other));
                if (rival !== undefined && rival !== "") {
                    const path = `${service.prefix}spec.selector`;
                    yield {
                        object: service,
                        path,
                        message: `${path} is that of ${describe(rival)} too. Merge the two or tell their pods apart.`,
                    };
                }
            },
        );
    },
    admission: { none: "The other Services are other objects." },
});

/**
 * A headless Service beside an ordinary one is how a StatefulSet is meant to be served, and one for other ports, as for
 * metrics, is no second way to the same.
 */
function isRival(service: KubeObject, other: KubeObject): boolean {
    return (
        other !== service &&
        other.name !== service.name &&
        isHeadless(service) === isHeadless(other) &&
        sharePort(service, other)
    );
}

/** Says whether two Services lead to one port of their pods; one that names no port leads to all. */
function sharePort(one: KubeObject, other: KubeObject): boolean {
    const ports = targetsOf(one);
    const others = targetsOf(other);
    return ports.size === 0 || others.size === 0 || [...ports].some((port) => others.has(port));
}

/** The ports of the pods that a Service leads to. */
function targetsOf({ body }: KubeObject): ReadonlySet<string> {
    return new Set(
        list(obj(body["spec"])["ports"])
            .map(obj)
            .map(({ port, targetPort, protocol }) => `${show(targetPort ?? port)} ${show(protocol ?? "TCP")}`),
    );
}

function isHeadless({ body }: KubeObject): boolean {
    return obj(body["spec"])["clusterIP"] === "None";
}

/** One text for each set of labels in a namespace; undefined for a Service that selects nothing. */
function keyOf(service: KubeObject): string | undefined {
    const selector = selectorOf(service);
    return (
        selector &&
        JSON.stringify([namespaceOf(service), Object.entries(selector).sort(([a], [b]) => (a < b ? -1 : 1))])
    );
}

function servicesBySelector(stack: Stack): ReadonlyMap<string, readonly KubeObject[]> {
    const found = new Map<string, KubeObject[]>();
    for (const service of servicesOf(stack)) {
        const key = ifKnown(() => keyOf(service));
        if (key !== undefined) {
            append(found, key, service);
        }
    }
    return found;
}
