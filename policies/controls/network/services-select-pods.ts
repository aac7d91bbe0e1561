import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { hasOperatedPods } from "../../kubernetes/operators";
import { podsBehind, selectorOf, servicesOf } from "../../kubernetes/services";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

export const servicesSelectPods = stackControl({
    name: "services-select-pods",
    description: "Every Service has a selector, and one that a pod of its namespace meets where the stack has pods.",
    why: "A Service that selects nothing is down; one without a selector goes wherever somebody points its endpoints.",
    severity: "medium",
    covers: ["net.service-selector"],
    frameworks: [...nist("CM-6", "SC-7"), ...soc2("A1.2"), ...checklist("NET-3")],
    remediation: "Correct the selector, or remove the Service.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            servicesOf(stack),
            (service) => service,
            function* (service) {
                const path = `${service.prefix}spec.selector`;
                if (str(obj(service.body["spec"])["type"]) === "ExternalName" || hasEndpoints(stack, service)) {
                    return;
                }
                if (selectorOf(service) === undefined) {
                    yield {
                        object: service,
                        path,
                        message: `${path} is unset, and the stack has no endpoints for the Service. Select its pods.`,
                        absent: true,
                    };
                } else if (
                    stack.pods().length > 0 &&
                    podsBehind(stack, service).length === 0 &&
                    !hasOperatedPods(stack, namespaceOf(service))
                ) {
                    yield {
                        object: service,
                        path,
                        message: `${path} selects no pod of namespace "${namespaceOf(service)}" in this stack. Correct it.`,
                    };
                }
            },
        );
    },
    admission: { none: "The pods are other objects." },
});

/** A Service without a selector is served by endpoints of its name, or slices that carry it as a label. */
function hasEndpoints(stack: Stack, service: KubeObject): boolean {
    return (
        stack.find("Endpoints", service.namespace, service.name) !== undefined ||
        stack.memo(slicedServices).has(`${namespaceOf(service)}/${service.name}`)
    );
}

function slicedServices(stack: Stack): ReadonlySet<string> {
    return new Set(
        stack
            .ofKind("EndpointSlice")
            .map((slice) => `${namespaceOf(slice)}/${str(slice.labels["kubernetes.io/service-name"])}`),
    );
}
