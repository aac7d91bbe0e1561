import type { ContainerView, PodView } from "../../policies/kubernetes/pods";
import type { AllowRule, Direction, PolicyView } from "../../policies/kubernetes/network";
import { allowRules, isNetworkPolicy, policyOf } from "../../policies/kubernetes/network";
import { selects } from "../../policies/kubernetes/selectors";
import type { Stack } from "../../policies/kubernetes/stack";
import { namespaceOf } from "../../policies/kubernetes/stack";
import type { Endpoint } from "./peers";
import { ANYWHERE, Landscape } from "./peers";
import type { PortRange } from "./ports";
import { ALL_PORTS, difference, intersection, merged, portRanges } from "./ports";

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
}

/**
 * The connectivity that the NetworkPolicies of a stack leave (networking.k8s.io/v1): policies add up, a pod is isolated in a
 * direction once any policy selects it for that direction, and a connection needs both ends.
 *
 * Connections between two endpoints outside the stack are none of its business and left out.
 */
export function connectivity(stack: Stack): Matrix {
    const landscape = new Landscape(stack);
    const policies = stack.objects.filter(isNetworkPolicy).map(policyOf);
    const sides = landscape.workloads.map((workload) => ({
        workload,
        ingress: new Side(workload.pod, policies, "Ingress", landscape),
        egress: new Side(workload.pod, policies, "Egress", landscape),
    }));
    const connections: Connection[] = [];
    const halfOpen: (Connection & { missing: Direction })[] = [];
    for (const { workload: to, ingress } of sides) {
        connections.push(...ingress.foreign().map(({ peer, ports }) => ({ from: peer, to, ports })));
        for (const { workload: from, egress } of sides) {
            const sent = egress.toward(to.pod, to.pod.containers);
            const taken = ingress.toward(from.pod, to.pod.containers);
            connections.push({ from, to, ports: intersection(sent, taken) });
            // A pod that is not isolated allows everything by default; that is no intent to be matched.
            if (egress.isolated) {
                halfOpen.push({ from, to, ports: difference(sent, taken), missing: "Ingress" });
            }
            if (ingress.isolated) {
                halfOpen.push({ from, to, ports: difference(taken, sent), missing: "Egress" });
            }
        }
    }
    for (const { workload: from, egress } of sides) {
        connections.push(...egress.foreign().map(({ peer, ports }) => ({ from, to: peer, ports })));
    }
    const open = ({ ports }: Connection): boolean => ports.length > 0;
    return { connections: connections.filter(open).sort(byNames), halfOpen: halfOpen.filter(open).sort(byNames) };
}

/** What the policies allow one workload in one direction. */
class Side {
    public readonly isolated: boolean;
    private readonly rules: readonly { readonly rule: AllowRule; readonly namespace: string }[];

    constructor(
        pod: PodView,
        policies: readonly PolicyView[],
        direction: Direction,
        private readonly landscape: Landscape,
    ) {
        const namespace = namespaceOf(pod.object);
        const selecting = policies.filter(
            (policy) =>
                namespaceOf(policy.object) === namespace &&
                policy.directions.has(direction) &&
                (policy.selectsAll || selects(policy.spec["podSelector"], pod.labels)),
        );
        this.isolated = selecting.length > 0;
        this.pod = pod;
        this.rules = selecting
            .flatMap((policy) => allowRules(policy))
            .filter((rule) => rule.direction === direction)
            .map((rule) => ({ rule, namespace }));
        this.direction = direction;
    }

    private readonly pod: PodView;
    private readonly direction: Direction;

    /** The ports open between this workload and another of the stack; `receiver` holds the containers that listen. */
    public toward(other: PodView, receiver: readonly ContainerView[]): readonly PortRange[] {
        if (!this.isolated) {
            return ALL_PORTS;
        }
        return merged(
            this.rules.flatMap(({ rule, namespace }) =>
                rule.peers.length === 0 || rule.peers.some((peer) => this.landscape.matches(peer, namespace, other))
                    ? portRanges(rule.ports, receiver)
                    : [],
            ),
        );
    }

    /** The ports open between this workload and what is outside the stack. */
    public foreign(): readonly { readonly peer: Endpoint; readonly ports: readonly PortRange[] }[] {
        if (!this.isolated) {
            return [{ peer: ANYWHERE, ports: ALL_PORTS }];
        }
        const receiver = this.direction === "Ingress" ? this.pod.containers : undefined;
        const found = new Map<string, { peer: Endpoint; ports: readonly PortRange[] }>();
        for (const { rule } of this.rules) {
            const peers =
                rule.peers.length === 0 ? [ANYWHERE] : rule.peers.flatMap((peer) => this.landscape.foreign(peer) ?? []);
            for (const peer of peers) {
                const known = found.get(peer.name)?.ports ?? [];
                found.set(peer.name, { peer, ports: merged([...known, ...portRanges(rule.ports, receiver)]) });
            }
        }
        return [...found.values()];
    }
}

function byNames(a: Connection, b: Connection): number {
    return compare(a.from.name, b.from.name) || compare(a.to.name, b.to.name);
}

function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}
