import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { list, obj, str, strings } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { namespaceOf } from "../../kubernetes/stack";

export const podMonitorsMatchAPort = stackControl({
    name: "pod-monitors-match-a-port",
    description: "Every pod monitor scrapes a port that the pods it selects have.",
    why: "A monitor of a port that was renamed scrapes nothing, and every alert on its metrics stays silent for ever.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("SI-4", "AU-12"), ...soc2("CC7.2"), ...checklist("MON-1", "MON-3")],
    remediation: "Name a port of the selected pods' containers.",
    profiles: ["x0tta6bl4"],
    // That one selects no pod at all is a fault of service-monitors-find-services.
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("PodMonitor"),
            (monitor) => monitor,
            function* (monitor) {
                const spec = obj(monitor.body["spec"]);
                const { any, matchNames } = obj(spec["namespaceSelector"]);
                const home = namespaceOf(monitor);
                const namespaces =
                    any === true
                        ? [...new Set(stack.pods().map(({ object }) => namespaceOf(object)))]
                        : strings(matchNames).length > 0
                          ? strings(matchNames)
                          : [home];
                const pods = namespaces.flatMap((namespace) => [...stack.select(namespace, spec["selector"])]);
                const path = `${monitor.prefix}spec`;
                for (const [index, endpoint] of list(spec["podMetricsEndpoints"]).entries()) {
                    const port = str(obj(endpoint)["port"]);
                    if (port !== "" && pods.length > 0 && !pods.some((pod) => portNames(pod).includes(port))) {
                        const at = `${path}.podMetricsEndpoints[${index}].port`;
                        yield {
                            object: monitor,
                            path: at,
                            message: `${at} is "${port}", and no selected pod has a port of that name. They have ${[...new Set(pods.flatMap(portNames))].sort().join(", ") || "none"}.`,
                        };
                    }
                }
            },
        );
    },
    admission: { none: "Which pods a monitor selects can't be told from the monitor alone." },
});

function portNames(pod: PodView): readonly string[] {
    return pod.containers
        .flatMap(({ body }) => list(body["ports"]).map((port) => str(obj(port)["name"])))
        .filter((name) => name !== "");
}
