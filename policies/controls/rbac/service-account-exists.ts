import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { serviceAccountName, serviceAccountOf } from "../../kubernetes/service-accounts";
import { namespaceOf } from "../../kubernetes/stack";

/** Namespaces whose service accounts the cluster itself or its installer makes, so that no stack holds them. */
const SYSTEM_NAMESPACES = new Set(["kube-system", "kube-public", "kube-node-lease"]);

export const serviceAccountExists = stackControl({
    name: "service-account-exists",
    description: "Every service account that a pod names is part of the stack.",
    why: "Without its account no pod starts; and whoever creates the missing account later decides what the pod may do.",
    severity: "medium",
    advisesInPart: "a ServiceAccount",
    covers: ["sa.exists"],
    frameworks: [...nist("CM-2", "IA-4"), ...soc2("CC8.1"), ...checklist("ACC-3")],
    remediation: "Add the ServiceAccount to the stack, in the pod's namespace.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                const name = serviceAccountName(pod);
                const namespace = namespaceOf(pod.object);
                // The controller manager makes the account "default" in every namespace.
                if (
                    name !== "default" &&
                    !SYSTEM_NAMESPACES.has(namespace) &&
                    serviceAccountOf(stack, pod) === undefined
                ) {
                    const path = `${pod.prefix}serviceAccountName`;
                    yield {
                        object: pod.object,
                        path,
                        message: `${path} is "${name}", but namespace "${namespace}" has no such ServiceAccount in this stack. Add it.`,
                    };
                }
            },
        );
    },
    admission: { none: "The ServiceAccount is another object." },
});
