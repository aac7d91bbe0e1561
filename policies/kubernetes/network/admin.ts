import type { Body, KubeObject } from "../kube";
import { isObj, list, obj, str, strings } from "../kube";
import { blockTakes } from "./blocks";
import type { Match } from "./match";
import { both, some } from "./match";
import type { Action } from "./outcomes";
import type { Labels, Party, PodParty } from "./parties";
import { takes } from "./parties";
import type { OrderedPolicy, Rule, Surroundings } from "./policies";
import type { Direction } from "./policy";
import type { Listener, PortSet } from "./ports";
import { certainly, EVERY_PORT, namedPorts, PROTOCOLS, rangeOf, union } from "./ports";

/** Before NetworkPolicies, or after them. */
export type AdminTier = "admin" | "baseline";

/** A policy of policy.networking.k8s.io: AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy. */
export interface AdminPolicy extends OrderedPolicy {
    readonly tier: AdminTier;
}

const GROUP = "policy.networking.k8s.io";
const KINDS = ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"];

export function isAdminPolicy({ group, kind }: KubeObject): boolean {
    return group === GROUP && KINDS.includes(kind);
}

/** Reads a policy of sigs.k8s.io/network-policy-api, v1alpha1 or v1alpha2. */
export function readAdminPolicy(object: KubeObject): AdminPolicy {
    const spec = obj(object.body["spec"]);
    const subject = obj(spec["subject"]);
    const isBaseline = object.kind === "BaselineAdminNetworkPolicy" || spec["tier"] === "Baseline";
    return {
        object,
        tier: isBaseline ? "baseline" : "admin",
        order: typeof spec["priority"] === "number" ? spec["priority"] : 0,
        selects: (pod) => selectsPod(subject, pod),
        isolates: () => false,
        rules: (direction) => {
            const field = direction === "Ingress" ? "ingress" : "egress";
            return list(spec[field]).map((rule, index) =>
                readRule(obj(rule), direction, `${object.prefix}spec.${field}[${index}]`),
            );
        },
    };
}

/** A selector of namespaces, or of pods in namespaces. Pods in their node's network are not included. */
function selectsPod(peer: Body, pod: PodParty): Match {
    const { namespaces, pods } = peer;
    const found = isObj(namespaces)
        ? takes(namespaces, pod.namespaceLabels)
        : both(
              selectedBy(obj(pods), "namespaceSelector", pod.namespaceLabels),
              selectedBy(obj(pods), "podSelector", pod.labels),
          );
    return isObj(namespaces) || isObj(pods)
        ? both(found, pod.hostNetwork === "yes" ? "no" : pod.hostNetwork === "no" ? "yes" : "maybe")
        : "no";
}

/** Both selectors are required; one that is left out is the empty one for the types of the API. */
function selectedBy(pods: Body, field: string, labels: Labels): Match {
    return takes(pods[field] ?? {}, labels);
}

const ACTIONS: Readonly<Record<string, Action>> = { Allow: "allow", Accept: "allow", Deny: "deny", Pass: "pass" };

function readRule(rule: Body, direction: Direction, path: string): Rule {
    const peers = list(rule[direction === "Ingress" ? "from" : "to"]).map(obj);
    const action = ACTIONS[str(rule["action"])] ?? "deny";
    // "Fail closed": a peer of an unknown sort matches nothing where it allows, and everything, denying it, elsewhere.
    const failsClosed = action !== "allow" && peers.some((peer) => !PEERS.some((field) => peer[field] !== undefined));
    if (failsClosed) {
        return { path, action: "deny", peer: () => "yes", ports: () => EVERY_PORT };
    }
    return {
        path,
        action,
        peer: (party, surroundings) => some(peers, (peer) => isPeer(peer, direction, party, surroundings)),
        ports: (listener) => rulePorts(rule, listener),
    };
}

const PEERS = ["namespaces", "pods", "nodes", "networks", "domainNames"];

function isPeer(peer: Body, direction: Direction, party: Party, { addressing }: Surroundings): Match {
    const { nodes, networks, domainNames, namespaces, pods } = peer;
    if (isObj(namespaces) || isObj(pods)) {
        return party.kind === "pod" ? selectsPod(peer, party) : party.kind === "anywhere" ? "maybe" : "no";
    }
    if (direction === "Ingress") {
        return "no";
    }
    if (isObj(nodes)) {
        return party.kind === "address" || (party.kind === "pod" && party.hostNetwork === "no") ? "no" : "maybe";
    }
    if (Array.isArray(networks)) {
        return some(strings(networks), (cidr) => blockTakes({ cidr, except: [] }, party, addressing));
    }
    // Which addresses a name has is known at run time only.
    return Array.isArray(domainNames) && party.kind !== "pod" ? "maybe" : "no";
}

function rulePorts(rule: Body, listener: Listener): PortSet {
    const ports = list(rule["ports"]).map((port) => portOf(obj(port), listener));
    const protocols = list(rule["protocols"]).map((protocol) => protocolOf(obj(protocol), listener));
    return ports.length + protocols.length === 0 ? EVERY_PORT : union([...ports, ...protocols]);
}

/** AdminNetworkPolicyPort of v1alpha1. */
function portOf({ portNumber, portRange, namedPort }: Body, listener: Listener): PortSet {
    if (typeof namedPort === "string") {
        return namedPorts(namedPort, PROTOCOLS, listener);
    }
    const { protocol, port, start, end } = { ...obj(portNumber), ...obj(portRange) };
    return certainly([rangeOf(str(protocol) || "TCP", port ?? start, end)]);
}

/** ClusterNetworkPolicyProtocol of v1alpha2. */
function protocolOf(entry: Body, listener: Listener): PortSet {
    const { destinationNamedPort } = entry;
    if (typeof destinationNamedPort === "string") {
        return namedPorts(destinationNamedPort, PROTOCOLS, listener);
    }
    return certainly(
        PROTOCOLS.filter((protocol) => entry[protocol.toLowerCase()] !== undefined).map((protocol) => {
            const port = obj(obj(entry[protocol.toLowerCase()])["destinationPort"]);
            const { start, end } = obj(port["range"]);
            return rangeOf(protocol, port["number"] ?? start, end);
        }),
    );
}
