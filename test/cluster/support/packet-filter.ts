import { selects } from "../../../policies/kubernetes/selectors";
import type { Cluster } from "../harness/cluster";
import { NODE_ADDRESS, NODE_NAME } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import { must } from "../harness/exec";
import type { Node } from "../harness/node";

const TABLE = "network-policies";

/** A pod, as policies and packets know it. */
interface Member {
    readonly namespace: string;
    readonly labels: Record<string, string>;
    readonly address: string;
    /** Container ports by name. */
    readonly ports: ReadonlyMap<string, number>;
}

interface Selector {
    readonly matchLabels?: Record<string, string>;
}

interface PolicyPeer {
    readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
    readonly namespaceSelector?: Selector;
    readonly podSelector?: Selector;
}

interface PolicyRule {
    readonly from?: readonly PolicyPeer[];
    readonly to?: readonly PolicyPeer[];
    readonly ports?: readonly { protocol?: string; port?: number | string; endPort?: number }[];
}

type Policy = KubernetesObject & {
    readonly spec: {
        readonly podSelector: Selector;
        readonly policyTypes: readonly string[];
        readonly ingress?: readonly PolicyRule[];
        readonly egress?: readonly PolicyRule[];
    };
};

/**
 * Enforces the cluster's NetworkPolicies on its real node with the packet filter, for the pods that are there now: what an
 * engine does all the time, done once. No engine can be had from a registry, and without one policies are only words.
 *
 * As the API says (networking.k8s.io/v1): a pod is isolated in a direction once a policy selects it for that, policies add up,
 * both ends must allow a connection, answers may return, and the node itself always reaches its pods.
 *
 * @returns what ends it
 */
export async function startPacketFilter(cluster: Cluster, node: Node): Promise<() => Promise<void>> {
    const { kubectl } = cluster;
    const namespaces = new Map(
        (await kubectl.list("namespaces")).map(({ metadata: { name, labels } }) => [name, labels ?? {}]),
    );
    const members = (await kubectl.list("pods")).flatMap(memberOf);
    const policies = (await kubectl.list("networkpolicies")) as Policy[];
    const chains = members.flatMap((member, index) =>
        (["Egress", "Ingress"] as const).flatMap((direction) => {
            const own = policies.filter(
                ({ metadata, spec }) =>
                    metadata.namespace === member.namespace &&
                    spec.policyTypes.includes(direction) &&
                    selects(spec.podSelector, member.labels),
            );
            if (own.length === 0) {
                return [];
            }
            const accepted = own.flatMap((policy) =>
                (policy.spec[direction === "Egress" ? "egress" : "ingress"] ?? []).flatMap((rule) =>
                    matches(rule, direction, member, members, namespaces),
                ),
            );
            return [{ name: `${direction.toLowerCase()}-${index}`, direction, member, accepted }];
        }),
    );
    const jumps = chains.map(
        ({ name, direction, member }) =>
            `ip ${direction === "Egress" ? "saddr" : "daddr"} ${member.address} jump ${name}`,
    );
    const hook = (name: string): string =>
        [
            `chain ${name} {`,
            `type filter hook ${name} priority filter; policy accept;`,
            "ct state established,related accept",
            ...jumps,
            "}",
        ].join("\n");
    const text = [
        `table ip ${TABLE} {`,
        ...chains.map(({ name, accepted }) =>
            [`chain ${name} {`, ...accepted.map((match) => `${match} return`), "drop", "}"].join("\n"),
        ),
        hook("forward"),
        hook("input"),
        "}\n",
    ].join("\n");
    await nft(node, ["-f", "-"], text);
    return async () => nft(node, ["delete", "table", "ip", TABLE]);
}

async function nft(node: Node, args: readonly string[], input = ""): Promise<void> {
    const [first = "nft", ...rest] = [...node.prefix, "nft", ...args];
    await must(first, rest, { input });
}

/** The cluster's DNS runs beside the pods here, at the node's address. */
const DNS: Member = {
    namespace: "kube-system",
    labels: { "k8s-app": "kube-dns" },
    address: NODE_ADDRESS,
    ports: new Map(),
};

function memberOf(pod: KubernetesObject): Member[] {
    const { nodeName, containers } = pod["spec"] as {
        nodeName?: string;
        containers: { ports?: { name?: string; containerPort: number }[] }[];
    };
    const { podIP } = pod["status"] as { podIP?: string };
    if (nodeName !== NODE_NAME || podIP === undefined) {
        return [];
    }
    const ports = containers.flatMap(({ ports: own = [] }) => own);
    return [
        {
            namespace: pod.metadata.namespace ?? "",
            labels: pod.metadata.labels ?? {},
            address: podIP,
            ports: new Map(ports.map(({ name = "", containerPort }) => [name, containerPort])),
        },
    ];
}

/** What packets of a rule look like, seen from the pod that the policy selects. */
function matches(
    rule: PolicyRule,
    direction: "Egress" | "Ingress",
    member: Member,
    members: readonly Member[],
    namespaces: ReadonlyMap<string, Record<string, string>>,
): string[] {
    const field = direction === "Egress" ? "daddr" : "saddr";
    const peers = direction === "Egress" ? rule.to : rule.from;
    const pods = [DNS, ...members];
    const selected = (peer: PolicyPeer): readonly Member[] =>
        pods.filter(
            ({ namespace, labels }) =>
                (peer.namespaceSelector === undefined
                    ? namespace === member.namespace
                    : selects(peer.namespaceSelector, namespaces.get(namespace) ?? {})) &&
                (peer.podSelector === undefined || selects(peer.podSelector, labels)),
        );
    /** Everything that a port may be said of: the addresses, and the pod whose ports have names. */
    const ends: { readonly match: string; readonly listener?: Member }[] =
        peers === undefined
            ? [{ match: "" }]
            : peers.flatMap((peer) =>
                  peer.ipBlock !== undefined
                      ? [{ match: `ip ${field} ${peer.ipBlock.cidr}${exceptions(field, peer.ipBlock.except)}` }]
                      : selected(peer).map((one) => ({ match: `ip ${field} ${one.address}`, listener: one })),
              );
    return ends.flatMap(({ match, listener }) =>
        rule.ports === undefined
            ? [match]
            : rule.ports.flatMap(({ protocol = "TCP", port, endPort }) => {
                  const named = direction === "Egress" ? listener : member;
                  const number = typeof port === "string" ? named?.ports.get(port) : port;
                  return port !== undefined && number === undefined
                      ? []
                      : [`${match} ${portMatch(protocol.toLowerCase(), number, endPort)}`];
              }),
    );
}

function exceptions(field: string, except: readonly string[] = []): string {
    return except.length === 0 ? "" : ` ip ${field} != { ${except.join(", ")} }`;
}

function portMatch(protocol: string, port: number | undefined, endPort: number | undefined): string {
    return port === undefined
        ? `ip protocol ${protocol}`
        : `${protocol} dport ${endPort === undefined ? port : `${port}-${endPort}`}`;
}
