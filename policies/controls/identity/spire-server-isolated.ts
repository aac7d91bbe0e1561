import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { ANYWHERE, isolatedDirections, Network } from "../../kubernetes/network";
import type { PodView } from "../../kubernetes/pods";

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
                const network = Network.of(stack);
                const server = network.party(pod);
                if (!isolatedDirections(stack, pod).has("Ingress")) {
                    yield {
                        object: pod.object,
                        path,
                        message: `no network policy selects the SPIRE server by ${path} for Ingress, so every pod reaches it. Add one for its agents.`,
                        absent: true,
                    };
                    return;
                }
                const open = network
                    .oneWay(server, ANYWHERE, "Ingress")
                    .filter(({ verdict }) => verdict === "allowed")
                    .flatMap(({ by }) => by);
                for (const rule of new Set(open)) {
                    yield {
                        object: rule.object,
                        path: rule.path,
                        message: `${rule.path} opens the SPIRE server to everybody. Name who may reach it.`,
                    };
                }
            },
        );
    },
    admission: { none: "It compares several objects." },
});
