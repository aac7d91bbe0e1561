import type { PodParty, Verdict } from "../../kubernetes/network";
import { Network } from "../../kubernetes/network";
import type { PodView } from "../../kubernetes/pods";
import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import { TECHNIQUES } from "../techniques";

type Workload = PodParty & { readonly view: PodView };

/**
 * From pods that send to whom they like to those that take from anybody there is one node, not an edge for each pair. The rest
 * is asked pair by pair, so that time grows with the square of the pods that policies isolate.
 */
function* reaches(landscape: Landscape): Iterable<Link> {
    const network = Network.of(landscape.stack);
    const open = landscape.node("network", "", "the network between pods that no policy isolates");
    const senders = sorted(network, "Egress");
    const takers = sorted(network, "Ingress");
    for (const { view } of senders.free) {
        yield { from: landscape.pod(view), to: open };
    }
    for (const { view } of takers.free) {
        yield { from: open, to: landscape.pod(view), object: view.object, field: view.path };
    }
    for (const taker of takers.held) {
        yield* pairs(landscape, network, [...senders.free, ...senders.held], [taker]);
    }
    for (const sender of senders.held) {
        yield* pairs(landscape, network, [sender], takers.free);
    }
}

/** Pods that no policy isolates in a direction, and those that one does or may. */
function sorted(
    network: Network,
    direction: "Ingress" | "Egress",
): { readonly free: Workload[]; readonly held: Workload[] } {
    const [free, held]: [Workload[], Workload[]] = [[], []];
    for (const pod of network.pods) {
        (network.isolation(pod, direction) === "no" ? free : held).push(pod);
    }
    return { free, held };
}

const OPEN: readonly Verdict[] = ["allowed", "unknown"];

function* pairs(
    landscape: Landscape,
    network: Network,
    senders: readonly Workload[],
    takers: readonly Workload[],
): Iterable<Link> {
    for (const sender of senders) {
        for (const taker of takers) {
            const answer = network.ports(sender, taker).find(({ verdict }) => OPEN.includes(verdict));
            if (answer !== undefined) {
                const rule = answer.by.at(-1);
                yield {
                    from: landscape.pod(sender.view),
                    to: landscape.pod(taker.view),
                    object: rule?.object ?? taker.view.object,
                    field: rule?.path ?? taker.view.path,
                    reason:
                        answer.verdict === "allowed"
                            ? `policies let ${answer.protocol} ${answer.from} through`
                            : "what the policies make of it is not known",
                };
            }
        }
    }
}

/** Asked for apart from the others: it is followed only where the network alone is taken to be enough. */
export const networkReach: EdgeFamily = {
    name: "network-reach",
    title: "take over a program that listens, over the network of the pods",
    technique: TECHNIQUES.exploitRemote,
    needs: "a flaw in the program, and that it listens at a port that the policies let through",
    flaw: true,
    cut: {
        effort: "change",
        remedy: "Let NetworkPolicies of both ends name who has to talk to whom.",
        control: "pods-isolated-both-ways",
    },
    find: reaches,
};
