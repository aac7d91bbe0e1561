import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import type { Reference } from "./references";
import {
    ingressReferences,
    isDangling,
    isGranted,
    isKeyMissing,
    isPortMissing,
    podReferences,
    ROUTE_KINDS,
    routeReferences,
} from "./references";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { show } from "../../text";

/**
 * What is wrong with the Services of other namespaces that a route refers to. Of a namespace of which the stack holds neither the
 * Namespace nor a Service, another stack decides.
 */
function* otherNamespaceFaults(
    stack: Stack,
    route: KubeObject,
    references: readonly Reference[],
): Iterable<StackFault> {
    for (const reference of references) {
        const { path, name, namespace } = reference;
        if (namespace === undefined) {
            continue;
        }
        if (stack.find("Service", namespace, name) !== undefined) {
            const missing = isPortMissing(stack, namespace, reference)
                ? `and this Service of namespace "${namespace}" has no port ${show(reference.port)}. Name one that exists.`
                : isGranted(stack, route, reference)
                  ? undefined
                  : `a Service of namespace "${namespace}", in which no ReferenceGrant lets a ${route.kind} of "${namespaceOf(route)}" refer to it. Add one.`;
            if (missing !== undefined) {
                yield { object: route, path, message: `${path} is "${name}", ${missing}` };
            }
        } else if (
            stack.find("Namespace", "", namespace) !== undefined ||
            stack.ofKind("Service").some((service) => namespaceOf(service) === namespace)
        ) {
            yield {
                object: route,
                path,
                message: `${path} is "${name}", and the stack has no Service of this name in namespace "${namespace}". Name one that exists.`,
            };
        }
    }
}

function* faultsOf(stack: Stack, object: KubeObject, references: readonly Reference[]): Iterable<StackFault> {
    for (const reference of references) {
        const { path, kind, name, container, key } = reference;
        const whose = container === undefined ? {} : { container };
        if (isKeyMissing(stack, namespaceOf(object), reference)) {
            yield {
                object,
                path,
                ...whose,
                message: `${path} is "${name}", and this ${kind} has no key "${key}"${container === undefined ? "" : ` (container "${container}")`}. Name one that exists.`,
            };
        } else if (isPortMissing(stack, namespaceOf(object), reference)) {
            yield {
                object,
                path,
                message: `${path} is "${name}", and this Service has no port ${show(reference.port)}. Name one that exists.`,
            };
        } else if (isDangling(stack, namespaceOf(object), reference)) {
            yield {
                object,
                path,
                ...whose,
                message: `${path} is "${name}", and the stack has no ${kind} of this name${container === undefined ? "" : ` (container "${container}")`}. Name one that exists.`,
            };
        }
    }
}

export const referencesExist = stackControl({
    name: "references-exist",
    description: "Every ConfigMap, Secret, claim and Service that is referred to exists.",
    why: "A pod whose settings are missing does not start, and an Ingress without its Service answers with errors.",
    severity: "low",
    // What it refers to may be made by hand or by another stack.
    enforcement: "advisory",
    covers: ["rel.selectors"],
    frameworks: [...nist("CM-6", "SI-10"), ...soc2("A1.2")],
    remediation: "Correct the name, or mark the reference optional.",
    profiles: ["x0tta6bl4"],
    admission: { none: "The objects referred to may well come later." },
    *check(stack, { each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            (pod) => faultsOf(stack, pod.object, podReferences(pod)),
        );
        yield* each(
            stack.ofKind("Ingress"),
            (ingress) => ingress,
            (ingress) => faultsOf(stack, ingress, ingressReferences(ingress)),
        );
        yield* each(
            ROUTE_KINDS.flatMap((kind) => stack.ofKind(kind)).filter(
                ({ group }) => group === "gateway.networking.k8s.io",
            ),
            (route) => route,
            (route) => {
                const references = routeReferences(route);
                const own = references.filter(({ namespace }) => namespace === undefined);
                return [...faultsOf(stack, route, own), ...otherNamespaceFaults(stack, route, references)];
            },
        );
    },
});
