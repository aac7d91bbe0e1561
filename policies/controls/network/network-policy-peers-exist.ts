import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import { allowRules, isEmptySelector, isNetworkPolicy, policyOf } from "../../kubernetes/network";
import { hasOperatedPods } from "../../kubernetes/operators";
import { namespaceOf } from "../../kubernetes/stack";

export const networkPolicyPeersExist = stackControl({
    name: "network-policy-peers-exist",
    description: "Every peer that a NetworkPolicy selects in its own namespace is part of the stack.",
    why: "A rule for pods that are not there is a door kept open for whoever takes their labels.",
    severity: "low",
    enforcement: "advisory", // The peers may be deployed by another stack.
    covers: ["net.policy-dangling"],
    frameworks: [...nist("SC-7", "CM-6"), ...soc2("CC8.1"), ...checklist("NET-3", "PRE-2")],
    remediation: "Correct the peer's podSelector, or remove the rule.",
    profiles: [],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("NetworkPolicy").filter(isNetworkPolicy),
            (object) => object,
            function* (object) {
                for (const rule of allowRules(policyOf(object))) {
                    for (const [index, peer] of rule.peers.entries()) {
                        const { podSelector, namespaceSelector } = obj(peer);
                        // Pods of other namespaces may belong to other stacks.
                        if (
                            podSelector !== undefined &&
                            namespaceSelector === undefined &&
                            !isEmptySelector(podSelector) &&
                            stack.select(object.namespace, podSelector).length === 0 &&
                            !hasOperatedPods(stack, namespaceOf(object))
                        ) {
                            const path = `${rule.path}.${rule.peersField}[${index}].podSelector`;
                            yield {
                                object,
                                path,
                                message: `${path} selects no pod of namespace "${namespaceOf(object)}" in this stack. Correct it or remove the rule.`,
                            };
                        }
                    }
                }
            },
        );
    },
    admission: { none: "The pods are other objects." },
});
