import { blockOf, NAMESPACE_LABEL } from "../../policies/kubernetes/breadth";
import type { Body } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../policies/kubernetes/kube";
import type { Direction, Network, Party, PodParty, PortRange } from "../../policies/kubernetes/network";
import {
    addressParty,
    ALL_PORTS,
    allowRules,
    ANYWHERE,
    policiesIn,
    strangerParty,
} from "../../policies/kubernetes/network";
import { takes } from "../../policies/kubernetes/network/parties";
import { merged, portsOf } from "../../policies/kubernetes/network/ports";
import type { PodView } from "../../policies/kubernetes/pods";
import type { Stack } from "../../policies/kubernetes/stack";
import { namespaceOf } from "../../policies/kubernetes/stack";
import { ifKnown } from "../../policies/kubernetes/unknown";

/** One end of a connection: a workload of the stack, or something outside that a policy names. */
export interface Endpoint {
    /** Unique, and what people read: `spire/spire-server`, `kube-system (k8s-app=kube-dns)`, `10.0.0.0/28`, `anywhere`. */
    readonly name: string;
    /** Where it is drawn: a namespace, or undefined for what is outside the pod network. */
    readonly namespace: string | undefined;
    readonly pod?: PodView;
}

/** Somebody outside the stack whom a workload's policies name, and on which ports. */
export interface Named {
    readonly endpoint: Endpoint;
    readonly party: Party;
    readonly ports: readonly PortRange[];
    /** It stands for everybody. */
    readonly isBroad: boolean;
}

/** A workload of the stack as an endpoint. */
export function endpointOf(pod: PodView): Endpoint {
    const namespace = namespaceOf(pod.object);
    return { name: `${namespace}/${pod.object.name}`, namespace, pod };
}

/** Whom to ask about for what is outside the stack: everybody, and each peer that a NetworkPolicy of the workload names. */
export function namedPeers(stack: Stack, network: Network, pod: PodParty, direction: Direction): readonly Named[] {
    const listener = direction === "Ingress" ? (pod.containers ?? "unknown") : "none";
    const found = new Map<string, Named>();
    const add = (peer: Omit<Named, "ports">, ports: readonly PortRange[]): void => {
        const known = found.get(peer.endpoint.name)?.ports ?? [];
        found.set(peer.endpoint.name, { ...peer, ports: merged([...known, ...ports]) });
    };
    add({ endpoint: { name: "anywhere", namespace: undefined }, party: ANYWHERE, isBroad: true }, ALL_PORTS);
    for (const { spec, rules } of readPolicies(stack, pod.namespace)) {
        if (takes(spec["podSelector"] ?? {}, pod.labels) === "no") {
            continue;
        }
        for (const rule of rules.filter((one) => one.direction === direction)) {
            for (const peer of rule.peers.flatMap((one) => foreignPeer(network, one) ?? [])) {
                add(peer, portsOf(rule.ports, listener).certain);
            }
        }
    }
    return [...found.values()];
}

/** A policy that is unknown in preview names nobody; what it may allow is unknown all the same. */
function readPolicies(stack: Stack, namespace: string) {
    const policies = ifKnown(() => policiesIn(stack, namespace)) ?? [];
    return policies.map((policy) => ({ spec: policy.spec, rules: allowRules(policy) }));
}

/** What a peer means beyond the stack, or undefined where it can only mean workloads of the stack. */
function foreignPeer(network: Network, peer: unknown): Omit<Named, "ports"> | undefined {
    const { namespaceSelector, podSelector } = obj(peer);
    const block = blockOf(peer);
    if (block !== undefined) {
        const { cidr, except } = block;
        const name = `${cidr}${except.length === 0 ? "" : ` except ${except.join(", ")}`}`;
        return { endpoint: { name, namespace: undefined }, party: addressParty(cidr, except), isBroad: false };
    }
    if (!isObj(namespaceSelector)) {
        return undefined;
    }
    const named = obj(namespaceSelector["matchLabels"])[NAMESPACE_LABEL];
    if (typeof named === "string" && network.has(named)) {
        return undefined;
    }
    const namespace = typeof named === "string" ? named : selectorText(namespaceSelector) || "every namespace";
    const pods = isObj(podSelector) ? selectorText(podSelector) : "";
    return {
        endpoint: { name: pods === "" ? namespace : `${namespace} (${pods})`, namespace },
        party: strangerParty(str(named), labelsIn(namespaceSelector), labelsIn(obj(podSelector))),
        isBroad: false,
    };
}

/** Labels that a selector takes. */
function labelsIn(selector: Body): Body {
    const asked = list(selector["matchExpressions"])
        .map(obj)
        .map(({ key, operator, values }): [string, unknown] => [
            str(key),
            operator === "In" ? strings(values)[0] : operator === "Exists" ? "" : null,
        ]);
    return { ...Object.fromEntries(asked), ...obj(selector["matchLabels"]) };
}

/** A label selector in one line. */
function selectorText(selector: Body): string {
    return [
        ...Object.entries(obj(selector["matchLabels"])).map(([key, value]) => `${key}=${String(value)}`),
        ...list(selector["matchExpressions"]).map((expression) => {
            const { key, operator, values } = obj(expression);
            return `${str(key)} ${str(operator)} ${strings(values).join("|")}`.trim();
        }),
    ].join(", ");
}
