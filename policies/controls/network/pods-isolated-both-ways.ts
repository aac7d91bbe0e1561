import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { describe } from "../../kubernetes/kube";
import { DIRECTIONS, isolatedDirections } from "../../kubernetes/network";
import { namespaceOf } from "../../kubernetes/stack";

export const podsIsolatedBothWays = stackControl({
    name: "pods-isolated-both-ways",
    description: "A pod that a network policy selects is isolated in both directions.",
    why: "A policy for one direction leaves the other as it was: what breaks in goes on to reach everything, or the reverse.",
    severity: "medium",
    enforcement: "advisory",
    covers: ["net.pod-has-policy"],
    frameworks: [
        ...nsa("Network separation and hardening"),
        ...mitre("T1046", "T1210"),
        ...nist("SC-7", "AC-4"),
        ...soc2("CC6.6"),
        ...checklist("NET-3"),
    ],
    remediation: "Name both directions in policyTypes and allow what is needed, or add a policy for the other one.",
    profiles: ["nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            // A PodTemplate runs nothing by itself.
            stack.pods().filter((pod) => pod.object.kind !== "PodTemplate"),
            (pod) => pod.object,
            function* (pod) {
                const isolated = isolatedDirections(stack, pod);
                const [open] = DIRECTIONS.filter((direction) => !isolated.has(direction));
                // A pod that no policy selects at all is a fault of pods-have-a-network-policy.
                if (open !== undefined && isolated.size > 0) {
                    yield {
                        object: pod.object,
                        path: `${pod.metadataPath}.labels`,
                        message: `the network policies of namespace "${namespaceOf(pod.object)}" that select the pods of ${describe(pod.object)} leave ${open} open. Add ${open} to policyTypes.`,
                        absent: true,
                    };
                }
            },
        );
    },
    admission: { none: "Whether a policy selects a pod can't be told from the pod alone." },
});
