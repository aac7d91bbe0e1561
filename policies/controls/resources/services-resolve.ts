import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj } from "../../kubernetes/kube";
import { hasOperatedPods } from "../../kubernetes/operators";
import type { PodView } from "../../kubernetes/pods";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

/** A port's name (RFC 6335, as the API checks it): at most 15 of a-z, 0-9 and single hyphens, with a letter. */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;

function isPortNumber(port: number): boolean {
    return Number.isInteger(port) && port >= 1 && port <= 65535;
}

function* selectorFaults(stack: Stack, service: KubeObject, pods: readonly PodView[]): Iterable<StackFault> {
    // Where the stack has no pods at all in the namespace, or an operator makes some there, they come from elsewhere.
    const namespace = namespaceOf(service);
    if (pods.length === 0 && stack.podsIn(namespace).length > 0 && !hasOperatedPods(stack, namespace)) {
        const path = `${service.prefix}spec.selector`;
        yield { object: service, path, message: `${path} picks no pod of the stack. Use labels that a pod has.` };
    }
}

function* portFaults(service: KubeObject, pods: readonly PodView[]): Iterable<StackFault> {
    const names = new Set(
        pods.flatMap((pod) =>
            pod.containers.flatMap(({ body }) => list(body["ports"]).map((port) => obj(port)["name"])),
        ),
    );
    for (const [index, port] of list(obj(service.body["spec"])["ports"]).entries()) {
        const target = obj(port)["targetPort"];
        const path = `${service.prefix}spec.ports[${index}].targetPort`;
        if (
            typeof target === "number" ? !isPortNumber(target) : typeof target === "string" && !PORT_NAME.test(target)
        ) {
            yield {
                object: service,
                path,
                message: `${path} is ${JSON.stringify(target)}, which is no port. Use 1 to 65535 or a port's name.`,
            };
        } else if (typeof target === "string" && pods.length > 0 && !names.has(target)) {
            yield {
                object: service,
                path,
                message: `${path} is "${target}", and no container that the Service picks has a port of this name. Name one that exists.`,
            };
        }
    }
}

function* containerPortFaults(pod: PodView): Iterable<StackFault> {
    for (const { name, path, body } of pod.containers) {
        for (const [index, port] of list(body["ports"]).entries()) {
            const called = obj(port)["name"];
            if (typeof called === "string" && called !== "" && !PORT_NAME.test(called)) {
                const where = `${path}.ports[${index}].name`;
                yield {
                    object: pod.object,
                    path: where,
                    container: name,
                    message: `${where} is "${called}", which is no port name (container "${name}"). Use at most 15 of a-z, 0-9 and hyphens.`,
                };
            }
        }
    }
}

export const servicesResolve = stackControl({
    name: "services-resolve",
    description: "Every Service leads to pods of the stack, on ports that they have.",
    why: "Requests to a Service without pods or ports go nowhere, and labels that another pod happens to have send them there.",
    severity: "low",
    // A part of a stack may be scanned without the pods.
    enforcement: "advisory",
    covers: ["rel.selectors"],
    frameworks: [...nist("CM-6", "SI-10"), ...soc2("A1.2")],
    remediation: "Use the pods' labels in the selector and the containers' port names in targetPort.",
    profiles: ["x0tta6bl4"],
    admission: { none: "The pods are other objects." },
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("Service").filter(({ group }) => group === ""),
            (service) => service,
            function* (service) {
                const { selector, type } = obj(service.body["spec"]) as { selector?: unknown; type?: unknown };
                const chosen = obj(selector);
                if (type !== "ExternalName" && Object.keys(chosen).length > 0) {
                    const pods = stack.select(namespaceOf(service), { matchLabels: chosen });
                    yield* selectorFaults(stack, service, pods);
                    yield* portFaults(service, pods);
                } else {
                    yield* portFaults(service, []);
                }
            },
        );
        yield* each(stack.pods(), (pod) => pod.object, containerPortFaults);
    },
});
