import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { isNetworkPolicy, policyOf } from "../../kubernetes/network";
import { hasOperatedPods } from "../../kubernetes/operators";
import { namespaceOf } from "../../kubernetes/stack";

export const networkPoliciesSelectPods = stackControl({
    name: "network-policies-select-pods",
    description: "Every NetworkPolicy selects at least one pod of the stack.",
    why: "A policy whose selector has a typing error protects nothing, and looks as if it did.",
    severity: "medium",
    covers: ["net.policy-dangling"],
    frameworks: [...nist("SC-7", "CM-6"), ...soc2("CC8.1"), ...checklist("NET-1", "NET-3", "PRE-2")],
    remediation: "Correct the podSelector, or remove the policy.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("NetworkPolicy").filter(isNetworkPolicy),
            (object) => object,
            function* (object) {
                const { selectsAll, spec } = policyOf(object);
                // A policy for all pods is there for those to come as well.
                if (
                    !selectsAll &&
                    stack.select(object.namespace, spec["podSelector"]).length === 0 &&
                    !hasOperatedPods(stack, namespaceOf(object))
                ) {
                    const path = `${object.prefix}spec.podSelector`;
                    yield {
                        object,
                        path,
                        message: `${path} selects no pod of namespace "${namespaceOf(object)}" in this stack. Correct it or remove the policy.`,
                    };
                }
            },
        );
    },
    admission: { none: "The pods are other objects." },
});
