import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { podOf } from "../../kubernetes/pods";
import { selects } from "../../kubernetes/selectors";
import { selectorOf } from "../../kubernetes/services";
import type { Stack } from "../../kubernetes/stack";

function* faultsOf(stack: Stack, set: KubeObject): Iterable<StackFault> {
    const path = `${set.prefix}spec.serviceName`;
    const name = str(obj(set.body["spec"])["serviceName"]);
    if (name === "") {
        yield {
            object: set,
            path,
            message: `${path} is not set, so no pod has a name of its own in DNS. Name a headless Service.`,
            absent: true,
        };
        return;
    }
    const service = stack.find("Service", set.namespace, name);
    const fault = service?.group === "" ? serviceFault(service, set) : "the stack has no Service of this name";
    if (fault !== undefined) {
        yield {
            object: set,
            path,
            message: `${path} is "${name}", and ${fault}. Name a headless Service of its pods.`,
        };
    }
}

/** What keeps a Service from giving the pods of a StatefulSet their names. */
function serviceFault(service: KubeObject, set: KubeObject): string | undefined {
    if (!service.patch && obj(service.body["spec"])["clusterIP"] !== "None") {
        return 'this Service has an address of its own (clusterIP is not "None")';
    }
    const matchLabels = selectorOf(service);
    const labels = podOf(set)?.labels ?? {};
    // Without a selector somebody else writes the endpoints.
    return matchLabels !== undefined && !selects({ matchLabels }, labels)
        ? "this Service selects other pods"
        : undefined;
}

export const statefulSetsHaveTheirService = stackControl({
    name: "stateful-sets-have-their-service",
    description: "Every StatefulSet names a headless Service that selects its pods.",
    why: "The names by which its pods find each other come from that Service; without it they start and never meet.",
    severity: "low",
    // The Service may come from another stack, and a set of one pod may do without.
    enforcement: "advisory",
    covers: ["rel.selectors"],
    frameworks: [...nist("CM-6", "SI-10"), ...soc2("A1.2")],
    remediation: 'Name a Service with clusterIP "None" whose selector matches the labels of the pods.',
    profiles: ["x0tta6bl4"],
    admission: { none: "The Service is another object, which may well come later." },
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("StatefulSet").filter(({ group }) => group === "apps"),
            (set) => set,
            (set) => faultsOf(stack, set),
        );
    },
});
