import { rangeOf as addressRange } from "../addresses";
import type { Block } from "../breadth";
import { blockIn } from "../breadth";
import type { Body, KubeObject } from "../kube";
import { isObj, list, obj, str, strings } from "../kube";
import { namespaceOf } from "../stack";
import { blockTakes } from "./blocks";
import type { Match } from "./match";
import { both, certain, every, some } from "./match";
import type { Labels, Party, PodParty } from "./parties";
import { requirementsOf, takes } from "./parties";
import type { Policy, Rule, Surroundings } from "./policies";
import { ciliumDirections, ciliumSpecs } from "./policy";
import type { Listener, PortSet } from "./ports";
import { certainly, EVERY_PORT, namedPorts, NO_PORT, PROTOCOLS, rangeOf, union } from "./ports";

export function isCiliumPolicy({ group, kind }: KubeObject): boolean {
    return group === "cilium.io" && ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].includes(kind);
}

/** Reads a policy of cilium.io/v2, one for each of its specs. Those for nodes are about no pod, and left out. */
export function readCiliumPolicy(object: KubeObject): readonly Policy[] {
    const namespace = object.kind === "CiliumNetworkPolicy" ? namespaceOf(object) : undefined;
    const several = !isObj(object.body["spec"]);
    return ciliumSpecs(object).flatMap((spec, index) =>
        isObj(spec["endpointSelector"])
            ? [readSpec(object, spec, namespace, `${object.prefix}${several ? `specs[${index}]` : "spec"}`)]
            : [],
    );
}

function readSpec(object: KubeObject, spec: Body, namespace: string | undefined, path: string): Policy {
    const directions = new Set(ciliumDirections(spec));
    return {
        object,
        selects: (pod) =>
            namespace === undefined || pod.namespace === namespace ? takesPod(spec["endpointSelector"], pod) : "no",
        isolates: (direction) => directions.has(direction),
        rules: (direction) => {
            const [field, way] = direction === "Ingress" ? (["ingress", "from"] as const) : (["egress", "to"] as const);
            return [`${field}Deny`, field].flatMap((name) =>
                list(spec[name]).map((rule, index): Rule => {
                    const reading = { rule: obj(rule), way, namespace };
                    return {
                        path: `${path}.${name}[${index}]`,
                        action: name === field ? "allow" : "deny",
                        peer: (party, surroundings) => isPeer(reading, party, surroundings),
                        ports: (listener) => rulePorts(obj(rule), listener),
                    };
                }),
            );
        },
    };
}

interface Reading {
    readonly rule: Body;
    readonly way: "from" | "to";
    /** Undefined for a policy of the whole cluster. */
    readonly namespace: string | undefined;
}

/** Fields that name peers, without `from` and `to`. The list is that of the API's types IngressRule and EgressRule. */
const PEERS = ["Endpoints", "Entities", "CIDR", "CIDRSet", "Groups", "Nodes", "FQDNs", "Services"];

function isPeer({ rule, way, namespace }: Reading, party: Party, { addressing }: Surroundings): Match {
    const named = PEERS.filter((field) => Array.isArray(rule[`${way}${field}`]));
    if (named.length === 0) {
        // A rule without peers takes everybody to its ports; without ports it is there to isolate only.
        return list(rule["toPorts"]).length > 0 ? "yes" : "no";
    }
    const found = some(named, (field) => {
        const values = list(rule[`${way}${field}`]);
        switch (field) {
            case "Endpoints":
                return some(values, (selector) => isEndpoint(selector, namespace, party));
            case "Entities":
                return some(strings(values), (entity) => isEntity(entity, party));
            case "CIDR":
                return some(strings(values), (cidr) => inBlock({ cidr, except: [] }, party, addressing));
            case "CIDRSet":
                return some(values, (set) => inBlock(blockIn(obj(set)), party, addressing));
            case "Nodes":
                return isOnNode(party);
            default:
                // Names, groups of a cloud and Services have addresses that are known at run time only.
                return party.kind === "pod" && field !== "Services" ? "no" : "maybe";
        }
    });
    return list(rule[`${way}Requires`]).length > 0 ? both(found, "maybe") : found;
}

/** Ranges are about what is outside the cluster: neither pods nor, by default, nodes have an identity of that sort. */
function inBlock(block: Block, party: Party, addressing: Surroundings["addressing"]): Match {
    switch (party.kind) {
        case "address":
            return blockTakes(block, party, addressing);
        case "anywhere":
            return "maybe";
        default:
            return isOnNode(party);
    }
}

/** In the network of a node, whose identities are told apart at run time. */
function isOnNode(party: Party): Match {
    return party.kind === "node" || party.kind === "anywhere" || (party.kind === "pod" && party.hostNetwork !== "no")
        ? "maybe"
        : "no";
}

const NAMESPACE = "io.kubernetes.pod.namespace";
const NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels.";
const ACCOUNT = "io.cilium.k8s.policy.serviceaccount";

/** Label keys carry their source, `k8s:` or `any:`; without one it is `any`. */
function bare(key: string): string {
    return key.replace(/^(?:k8s|any):/, "");
}

function bareRequirements(selector: unknown): readonly Body[] {
    return requirementsOf(obj(selector)).map((requirement) => ({ ...requirement, key: bare(str(requirement["key"])) }));
}

/** A peer's selector stays in the policy's namespace unless it speaks of namespaces itself. */
function isEndpoint(selector: unknown, namespace: string | undefined, party: Party): Match {
    if (party.kind === "anywhere") {
        return "maybe";
    }
    if (party.kind !== "pod") {
        return "no";
    }
    const speaks = bareRequirements(selector).some(
        ({ key }) => key === NAMESPACE || str(key).startsWith(NAMESPACE_LABELS),
    );
    const stays = namespace === undefined || speaks || party.namespace === namespace;
    return stays ? takesPod(selector, party) : "no";
}

/** A pod in its node's network is no endpoint of Cilium. */
function takesPod(selector: unknown, pod: PodParty): Match {
    const isEndpointOfCilium: Match = pod.hostNetwork === "no" ? "yes" : pod.hostNetwork === "yes" ? "no" : "maybe";
    return both(
        isEndpointOfCilium,
        every(bareRequirements(selector), (requirement) => {
            const { labels, key } = labelsFor(str(requirement["key"]), pod);
            return takes({ matchExpressions: [{ ...requirement, key }] }, labels);
        }),
    );
}

/** Which labels a key is about: the pod's, its namespace's, or those that Cilium makes. */
function labelsFor(key: string, pod: PodParty): { readonly labels: Labels; readonly key: string } {
    if (key === NAMESPACE) {
        return { key, labels: { known: { [key]: pod.namespace }, complete: true } };
    }
    if (key === ACCOUNT) {
        const account = pod.serviceAccount;
        return {
            key,
            labels: { known: account === undefined ? {} : { [key]: account }, complete: account !== undefined },
        };
    }
    if (key.startsWith(NAMESPACE_LABELS)) {
        return { key: key.slice(NAMESPACE_LABELS.length), labels: pod.namespaceLabels };
    }
    const isOfCilium = key.startsWith("io.cilium.") || key.includes(":");
    return { key, labels: isOfCilium ? { known: {}, complete: key.startsWith("reserved:") } : pod.labels };
}

/** Cilium, "Layer 3 Examples", "Entities Based". */
function isEntity(entity: string, party: Party): Match {
    if (entity === "all") {
        return "yes";
    }
    switch (party.kind) {
        case "anywhere":
            return "maybe";
        case "address":
            return isOutside(entity, party.block);
        default:
            return entity === "cluster"
                ? "yes"
                : ["host", "remote-node", "kube-apiserver"].includes(entity)
                  ? isOnNode(party)
                  : "no";
    }
}

function isOutside(entity: string, { cidr }: Block): Match {
    const family = addressRange(cidr)?.family;
    switch (entity) {
        case "world":
            return "yes";
        case "world-ipv4":
        case "world-ipv6":
            return certain(family === entity.slice("world-".length));
        case "kube-apiserver":
            return "maybe";
        default:
            return "no";
    }
}

function rulePorts(rule: Body, listener: Listener): PortSet {
    const toPorts = list(rule["toPorts"]).map(obj);
    if (toPorts.length === 0) {
        return list(rule["icmps"]).length > 0 ? NO_PORT : EVERY_PORT;
    }
    return union(
        toPorts.flatMap(({ ports }) =>
            list(ports).length === 0 ? [EVERY_PORT] : list(ports).map((port) => portOf(obj(port), listener)),
        ),
    );
}

/** PortProtocol: the port is a number in a string, or a name; 0 is every port. */
function portOf({ port, endPort, protocol }: Body, listener: Listener): PortSet {
    const protocols = ["", "ANY"].includes(str(protocol)) ? PROTOCOLS : [str(protocol)];
    const text = typeof port === "number" ? String(port) : str(port);
    if (!/^\d*$/.test(text)) {
        return namedPorts(text, protocols, listener);
    }
    const number = Number(text);
    return certainly(protocols.map((name) => rangeOf(name, number === 0 ? undefined : number, endPort)));
}
