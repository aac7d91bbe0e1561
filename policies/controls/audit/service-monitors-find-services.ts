import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, strings } from "../../kubernetes/kube";
import { isEmptySelector } from "../../kubernetes/network";
import { LabelIndex } from "../../kubernetes/selectors";
import { servicesOf } from "../../kubernetes/services";
import type { Stack } from "../../kubernetes/stack";
import { DEFAULT_NAMESPACE, namespaceOf } from "../../kubernetes/stack";

export const serviceMonitorsFindServices = stackControl({
    name: "service-monitors-find-services",
    description: "Every ServiceMonitor and PodMonitor finds something to watch.",
    why: "A monitor that finds nothing raises no alert, and looks as if all were well.",
    severity: "medium",
    advisesInPart: "a Service",
    covers: ["aud.servicemonitor"],
    frameworks: [...nist("AU-6", "SI-4"), ...soc2("CC7.2"), ...checklist("MON-1", "MON-3", "POST-1")],
    remediation: "Correct the selector or the namespaces it looks in.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            ["ServiceMonitor", "PodMonitor"]
                .flatMap((kind) => stack.ofKind(kind))
                .filter(({ group }) => group === "monitoring.coreos.com"),
            (monitor) => monitor,
            function* (monitor) {
                const spec = obj(monitor.body["spec"]);
                const what = monitor.kind === "PodMonitor" ? "pod" : "Service";
                const places = namespacesOf(stack, monitor);
                // A selector for all is there for those to come as well.
                const found =
                    isEmptySelector(spec["selector"]) ||
                    places.some((namespace) => finds(stack, monitor, namespace, spec["selector"]));
                if (!found) {
                    const path = `${monitor.prefix}spec.selector`;
                    yield { object: monitor, path, message: `${path} selects no ${what} of this stack. Correct it.` };
                }
            },
        );
    },
    admission: { none: "What a monitor selects are other objects." },
});

function finds(stack: Stack, monitor: KubeObject, namespace: string, selector: unknown): boolean {
    return monitor.kind === "PodMonitor"
        ? stack.select(namespace, selector).length > 0
        : stack.memo(serviceIndex).select(namespace, selector).length > 0;
}

function namespacesOf(stack: Stack, monitor: KubeObject): readonly string[] {
    const selector = obj(obj(monitor.body["spec"])["namespaceSelector"]);
    if (selector["any"] === true) {
        return stack.memo(allNamespaces);
    }
    const names = strings(selector["matchNames"]);
    return names.length > 0 ? names : [monitor.namespace || DEFAULT_NAMESPACE];
}

function allNamespaces(stack: Stack): readonly string[] {
    const pods = stack.pods().map(({ object }) => object);
    return [...new Set([...servicesOf(stack), ...pods].map(namespaceOf))];
}

function serviceIndex(stack: Stack): LabelIndex<KubeObject> {
    return new LabelIndex(servicesOf(stack), namespaceOf, (service) => service.labels);
}
