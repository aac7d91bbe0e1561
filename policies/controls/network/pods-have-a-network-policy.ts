import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { describe } from "../../kubernetes/kube";
import { isIsolated } from "../../kubernetes/network";
import { namespaceOf } from "../../kubernetes/stack";
import { show } from "../../text";

export const podsHaveANetworkPolicy = stackControl({
    name: "pods-have-a-network-policy",
    description: "Every pod is selected by a network policy.",
    why: "A pod that no policy selects accepts traffic from anywhere and sends it anywhere.",
    severity: "high",
    advisesInPart: "a NetworkPolicy",
    covers: ["net.pod-has-policy"],
    frameworks: [
        ...cis("5.3.2"),
        ...nsa("Network separation and hardening"),
        ...mitre("T1046", "T1210"),
        ...nist("SC-7", "AC-4"),
        ...soc2("CC6.6"),
        ...checklist("NET-1", "NET-3", "STEP-1"),
    ],
    remediation: "Add a NetworkPolicy to the pod's namespace whose podSelector matches the pod's labels.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            // A PodTemplate runs nothing by itself.
            stack.pods().filter((pod) => pod.object.kind !== "PodTemplate"),
            (pod) => pod.object,
            function* (pod) {
                if (!isIsolated(stack, pod)) {
                    const labels = Object.entries(pod.labels)
                        .sort(([a], [b]) => (a < b ? -1 : 1))
                        .map(([key, value]) => `${key}=${show(value)}`)
                        .join(", ");
                    yield {
                        object: pod.object,
                        path: `${pod.metadataPath}.labels`,
                        message: `no NetworkPolicy of namespace "${namespaceOf(pod.object)}" selects the pods of ${describe(pod.object)} (${labels === "" ? "no labels" : labels}). Add one whose podSelector matches them.`,
                        absent: true,
                    };
                }
            },
        );
    },
    admission: { none: "Whether a policy selects a pod can't be told from the pod alone." },
});
