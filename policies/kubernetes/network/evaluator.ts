import { NAMESPACE_LABEL } from "../breadth";
import type { KubeObject } from "../kube";
import { list, obj, str } from "../kube";
import type { PodView } from "../pods";
import type { Stack } from "../stack";
import { namespaceOf } from "../stack";
import { ifKnown } from "../unknown";
import type { Answer, Port } from "./answer";
import type { Addressing } from "./blocks";
import type { RuleLayer } from "./engine";
import { Engine } from "./engine";
import type { Match } from "./match";
import { both } from "./match";
import type { Layer, Segment } from "./outcomes";
import { ALLOW, combined, DENY, segments, through, together } from "./outcomes";
import type { Labels, Party, PodParty } from "./parties";
import { listenerOf, podParty, strangerParty } from "./parties";
import type { Direction } from "./policy";
import type { Surroundings } from "./policies";
import type { Listener, PortRange, PortSet } from "./ports";
import { ALL_PORTS, PROTOCOLS } from "./ports";

/**
 * What the network policies of a stack let through: those of networking.k8s.io/v1, policy.networking.k8s.io (v1alpha1 and
 * v1alpha2), Cilium (cilium.io/v2) and Calico (projectcalico.org/v3). Whoever implements the API is taken to be there; where
 * both Cilium's and Calico's are used, what only one of them would do is unknown.
 *
 * Each answer is about a connection that one party opens to a port of another; replies are never stopped.
 */
export class Network {
    /** The pods of the stack, by namespace and name. */
    public readonly pods: readonly (PodParty & { readonly view: PodView })[];
    private readonly parties = new Map<PodView, PodParty>();
    private readonly namespaces: ReadonlyMap<string, KubeObject>;
    private readonly places: ReadonlySet<string>;
    private readonly engines: readonly Engine[];
    private readonly nodes: ReadonlyMap<string, readonly string[]>;

    /** @param addressing what is known of the cluster's addresses; see {@link Network.of} for one that is kept */
    constructor(
        stack: Stack,
        private readonly addressing: Addressing = {},
    ) {
        this.namespaces = new Map(
            stack
                .ofKind("Namespace")
                .filter(({ group, patch }) => group === "" && !patch)
                .map((object) => [object.name, object]),
        );
        this.nodes = new Map(stack.ofKind("Node").map((node) => [node.name, addressesOf(node)]));
        this.engines = Engine.of(stack);
        this.pods = stack.pods().map((view) => {
            const namespace = namespaceOf(view.object);
            const party = { ...podParty(view, namespace, this.labelsOf(namespace)), view };
            this.parties.set(view, party);
            return party;
        });
        this.places = new Set([...this.namespaces.keys(), ...this.pods.map(({ namespace }) => namespace)]);
    }

    /** The network of a stack without further knowledge, built once. */
    public static of(stack: Stack): Network {
        return stack.memo(networkOf);
    }

    /** The party of a pod of the stack. */
    public party(view: PodView): PodParty {
        return (
            this.parties.get(view) ?? podParty(view, namespaceOf(view.object), this.labelsOf(namespaceOf(view.object)))
        );
    }

    /** The party of any pod of a namespace, whatever labels it has. */
    public anyPod(namespace: string): PodParty {
        return { ...strangerParty(namespace, {}, {}), namespaceLabels: this.labelsOf(namespace) };
    }

    /** A node of the cluster; without a name any of them. */
    public node(name = ""): Party {
        return { kind: "node", name, addresses: this.nodes.get(name) ?? [] };
    }

    /** Says whether the stack has a namespace, or pods in it. */
    public has(namespace: string): boolean {
        return this.places.has(namespace);
    }

    /** The labels of a namespace: all of them where the stack has it, else its name. */
    public labelsOf(namespace: string): Labels {
        const object = this.namespaces.get(namespace);
        return object === undefined
            ? { known: { [NAMESPACE_LABEL]: namespace }, complete: false }
            : { known: { ...object.labels, [NAMESPACE_LABEL]: namespace }, complete: true };
    }

    /** What becomes of a connection. */
    public ask(from: Party, to: Party, { protocol, port }: Port): Answer {
        const [answer] = this.ports(from, to, [{ protocol, from: port, to: port }]);
        return answer ?? { protocol, from: port, to: port, verdict: "unknown", by: [] };
    }

    /** What becomes of connections to each of some ports, in ranges of one answer; to all ports unless some are named. */
    public ports(from: Party, to: Party, universe: readonly PortRange[] = ALL_PORTS): readonly Answer[] {
        const sent = this.direction(from, to, "Egress", universe);
        const taken = this.direction(to, from, "Ingress", universe);
        return joined(together(sent, taken).map(answerOf));
    }

    /**
     * What one end does with the traffic between it and a party: the sender for Egress, the receiver for Ingress. Where
     * that end is no pod of the cluster no policy is about it, and all is allowed.
     */
    public oneWay(self: Party, other: Party, direction: Direction, universe = ALL_PORTS): readonly Answer[] {
        return joined(this.direction(self, other, direction, universe).map(answerOf));
    }

    /** Says whether what no rule allows is denied to a pod. */
    public isolation(pod: PodParty, direction: Direction): Match {
        const found = this.engines.map((engine) => engine.isolation(pod, direction));
        return found.every((match) => match === found[0]) ? (found[0] ?? "no") : "maybe";
    }

    /** The error that keeps a policy about a pod from being read, because a value of it is unknown in preview. */
    public doubt(pod: PodParty): Error | undefined {
        return this.engines.map((engine) => engine.doubt(pod)).find((error) => error !== undefined);
    }

    private direction(
        self: Party,
        other: Party,
        direction: Direction,
        universe: readonly PortRange[],
    ): readonly Segment[] {
        const open = segments(universe, { outcomes: ALLOW, by: [] });
        if (self.kind !== "pod") {
            return open;
        }
        const listener = listenerOf(direction === "Ingress" ? self : other);
        const surroundings = { addressing: this.addressing, self };
        const found = this.engines.map((engine) =>
            engine
                .layers(self, direction)
                .map((layer) => bound(layer, other, surroundings, listener))
                .reduceRight((below, layer) => through(layer, below), open),
        );
        const [first = open, second] = found;
        const agreed = second === undefined ? first : unsure(first, second);
        return this.isSameNode(self, other) === "no" ? agreed : alsoAllowed(agreed);
    }

    /** Traffic between a pod and the node it runs on is always allowed, and so is that of pods in the node's network. */
    private isSameNode(self: PodParty, other: Party): Match {
        const onNode = other.kind === "node" || (other.kind === "pod" && other.hostNetwork !== "no");
        if (!onNode) {
            return "no";
        }
        const name = other.kind === "node" ? other.name : other.node;
        return self.node !== "" && name !== "" && self.node !== name ? "no" : "maybe";
    }
}

function networkOf(stack: Stack): Network {
    return new Network(stack);
}

function addressesOf(node: KubeObject): readonly string[] {
    return list(obj(node.body["status"])["addresses"])
        .map(obj)
        .filter(({ type }) => type === "InternalIP" || type === "ExternalIP")
        .map(({ address }) => str(address));
}

/** A layer's rules as they stand once both ends are known. What is unknown in preview may be anything. */
function bound(layer: RuleLayer, other: Party, surroundings: Surroundings, listener: Listener): Layer {
    return {
        end: layer.end,
        groups: layer.groups.map((group) =>
            group.map((rules) =>
                rules.flatMap(({ rule, match, object }) => {
                    const known = both(match, ifKnown(() => rule.peer(other, surroundings)) ?? "maybe");
                    return known === "no"
                        ? []
                        : [
                              {
                                  action: rule.action,
                                  match: known,
                                  ports: ifKnown(() => rule.ports(listener)) ?? ANY_PORT,
                                  by: { object, path: rule.path },
                              },
                          ];
                }),
            ),
        ),
    };
}

const ANY_PORT: PortSet = { certain: [], possible: ALL_PORTS };

/** What two engines may make of one connection. */
function unsure(one: readonly Segment[], other: readonly Segment[]): readonly Segment[] {
    return combined(one, other, (left, right) => ({
        outcomes: left.outcomes | right.outcomes,
        by: [...left.by, ...right.by],
    }));
}

function alsoAllowed(all: readonly Segment[]): readonly Segment[] {
    return all.map((segment) => ({ ...segment, outcomes: segment.outcomes | ALLOW }));
}

function answerOf({ outcomes, by, ...range }: Segment): Answer {
    const verdict = outcomes === ALLOW ? "allowed" : outcomes === DENY ? "denied" : "unknown";
    return { ...range, verdict, by: [...new Set(by)] };
}

/** Neighbours with one answer become one. */
function joined(answers: readonly Answer[]): readonly Answer[] {
    const sorted = [...answers].sort(
        (one, other) => order(one.protocol) - order(other.protocol) || one.from - other.from,
    );
    return sorted.reduce<Answer[]>((done, answer) => {
        const last = done.at(-1);
        const isNext = last?.protocol === answer.protocol && last.to + 1 === answer.from;
        if (last !== undefined && isNext && last.verdict === answer.verdict && isSame(last.by, answer.by)) {
            done[done.length - 1] = { ...last, to: answer.to };
        } else {
            done.push(answer);
        }
        return done;
    }, []);
}

function isSame(one: Answer["by"], other: Answer["by"]): boolean {
    return (
        one.length === other.length &&
        one.every((rule, index) => rule.object === other[index]?.object && rule.path === other[index].path)
    );
}

function order(protocol: string): number {
    return (PROTOCOLS as readonly string[]).indexOf(protocol);
}
