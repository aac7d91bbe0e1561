import { describe } from "../../policies/kubernetes/kube";
import type { Answer, Direction, PodParty } from "../../policies/kubernetes/network";
import { Network } from "../../policies/kubernetes/network";
import type { PortRange } from "../../policies/kubernetes/network/ports";
import { difference, intersection, merged } from "../../policies/kubernetes/network/ports";
import type { Stack } from "../../policies/kubernetes/stack";
import type { Endpoint, Named } from "./peers";
import { endpointOf, namedPeers } from "./peers";

/** A connection that the policies allow. */
export interface Connection {
    readonly from: Endpoint;
    readonly to: Endpoint;
    readonly ports: readonly PortRange[];
}

/** Who may talk to whom. */
export interface Matrix {
    /** What works: both ends allow it. */
    readonly connections: readonly Connection[];
    /** What only one end allows, between workloads of the stack: it does not work, and was probably meant to. */
    readonly halfOpen: readonly (Connection & { readonly missing: Direction })[];
    /** What can't be told from the stack, and the policies that it depends on. */
    readonly unknown: readonly (Connection & { readonly by: readonly string[] })[];
}

/** A workload of the stack, as it is drawn and as the policies see it. */
interface Workload {
    readonly endpoint: Endpoint;
    readonly party: PodParty;
}

/**
 * The connectivity that the network policies of a stack leave, by the answers of {@link Network}. An address range stands
 * for all that has an address in it, so no pod is looked for there.
 *
 * Connections between two endpoints outside the stack are none of its business and left out.
 */
export function connectivity(stack: Stack): Matrix {
    const network = new Network(stack, { podRanges: [] });
    const workloads = network.pods
        .map((party): Workload => ({ endpoint: endpointOf(party.view), party }))
        .sort((one, other) => compare(one.endpoint.name, other.endpoint.name));
    const drawing = new Drawing();
    for (const to of workloads) {
        namedPeers(stack, network, to.party, "Ingress").forEach((peer) => {
            drawing.foreign(peer, network.ports(peer.party, to.party, peer.ports), peer.endpoint, to.endpoint);
        });
        workloads.forEach((from) => {
            drawing.pair(network, from, to);
        });
    }
    for (const from of workloads) {
        namedPeers(stack, network, from.party, "Egress").forEach((peer) => {
            drawing.foreign(peer, network.ports(from.party, peer.party, peer.ports), from.endpoint, peer.endpoint);
        });
    }
    return drawing.matrix();
}

class Drawing {
    private readonly connections: Connection[] = [];
    private readonly halfOpen: (Connection & { readonly missing: Direction })[] = [];
    private readonly unknown: (Connection & { readonly by: readonly string[] })[] = [];

    /** Draws what becomes of connections between two workloads of the stack. */
    public pair(network: Network, { party, endpoint: from }: Workload, { party: other, endpoint: to }: Workload): void {
        this.add(network.ports(party, other), from, to);
        const sent = network.oneWay(party, other, "Egress");
        const taken = network.oneWay(other, party, "Ingress");
        // A pod that is not isolated allows everything by default; that is no intent to be matched.
        if (network.isolation(party, "Egress") === "yes") {
            const ports = intersection(of(sent, "allowed"), of(taken, "denied"));
            keep(this.halfOpen, { from, to, ports, missing: "Ingress" });
        }
        if (network.isolation(other, "Ingress") === "yes") {
            const ports = intersection(of(taken, "allowed"), of(sent, "denied"));
            keep(this.halfOpen, { from, to, ports, missing: "Egress" });
        }
    }

    /** Draws what becomes of connections between a workload and what is outside the stack. */
    public foreign({ isBroad }: Named, answers: readonly Answer[], from: Endpoint, to: Endpoint): void {
        // Whoever a NetworkPolicy names is drawn apart, so that of everybody together nothing is left to be told.
        const told = ({ verdict, by }: Answer): boolean =>
            isBroad && verdict === "unknown" && by.every(({ object }) => object.group === "networking.k8s.io");
        this.add(
            answers.filter((answer) => !told(answer)),
            from,
            to,
        );
    }

    public matrix(): Matrix {
        return {
            connections: this.connections.sort(byNames),
            halfOpen: this.halfOpen.sort(byNames),
            unknown: this.unknown.sort(byNames),
        };
    }

    private add(answers: readonly Answer[], from: Endpoint, to: Endpoint): void {
        const allowed = of(answers, "allowed");
        const unsure = answers.filter(({ verdict }) => verdict === "unknown");
        keep(this.connections, { from, to, ports: allowed });
        if (unsure.length === 0) {
            return;
        }
        keep(this.unknown, {
            from,
            to,
            ports: difference(of(answers, "unknown"), allowed),
            by: [...new Set(unsure.flatMap(({ by }) => by.map(({ object }) => describe(object))))],
        });
    }
}

/** Keeps what has a port. Of most pairs nothing is kept, and there are as many as the square of the workloads. */
function keep<Kept extends Connection>(kept: Kept[], connection: Kept): void {
    if (connection.ports.length > 0) {
        kept.push(connection);
    }
}

/** The ports of one verdict. */
function of(answers: readonly Answer[], verdict: Answer["verdict"]): readonly PortRange[] {
    return merged(
        answers
            .filter((answer) => answer.verdict === verdict)
            .map(({ protocol, from, to }) => ({ protocol, from, to })),
    );
}

function byNames(a: Connection, b: Connection): number {
    return compare(a.from.name, b.from.name) || compare(a.to.name, b.to.name);
}

function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}
