import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";
import { allowRules, policiesIn } from "../../kubernetes/network";
import type { PodView } from "../../kubernetes/pods";
import { selects } from "../../kubernetes/selectors";

/** Says whether a pod runs a SPIRE server. */
function isServer(pod: PodView): boolean {
    return pod.containers.some(({ body }) => /(?:^|\/)spire-server(?::|@|$)/.test(str(body["image"])));
}

export const spireServerIsolated = stackControl({
    name: "spire-server-isolated",
    description: "SPIRE servers are reached by named peers only.",
    why: "The server issues every identity; each pod that can connect to it can try its attestation and its parsers.",
    severity: "high",
    covers: [],
    frameworks: [
        ...cis("5.3.2"),
        ...mitre("T1046", "T1190"),
        ...nist("SC-7", "AC-4"),
        ...soc2("CC6.6"),
        ...checklist("NET-3", "ZT-4"),
    ],
    remediation:
        "Select the servers' pods by a NetworkPolicy for Ingress whose rules name agents, Prometheus and nothing else.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }): Iterable<StackFault> {
        yield* each(
            stack.pods().filter(isServer),
            (pod) => pod.object,
            function* (pod) {
                const path = `${pod.metadataPath}.labels`;
                const policies = policiesIn(stack, pod.object.namespace).filter(
                    ({ directions, spec }) =>
                        directions.has("Ingress") && selects(obj(spec["podSelector"]), pod.labels),
                );
                if (policies.length === 0) {
                    yield {
                        object: pod.object,
                        path,
                        message: `no NetworkPolicy selects the SPIRE server by ${path} for Ingress, so every pod reaches it. Add one for its agents.`,
                        absent: true,
                    };
                }
                for (const policy of policies) {
                    const open = allowRules(policy).filter(
                        ({ direction, peers }) => direction === "Ingress" && peers.length === 0,
                    );
                    for (const rule of open) {
                        yield {
                            object: policy.object,
                            path: rule.path,
                            message: `${rule.path} names no peers, so it opens the SPIRE server to everybody. Name them in from.`,
                        };
                    }
                }
            },
        );
    },
    admission: { none: "It compares several objects." },
});
