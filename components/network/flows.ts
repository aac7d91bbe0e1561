/**
 * Network intent: who may talk to whom, and on which ports. NetworkPolicies are additive allow lists and both ends must
 * allow a connection, so a flow between two managed peers becomes two policies, an egress and an ingress one.
 */

const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

/** A port as a policy names it. Always the pod's own port: a Service's is translated before policies see it. */
export interface FlowPort {
    readonly port: number;
    /** Default: TCP. */
    readonly protocol?: (typeof PROTOCOLS)[number];
}

/** One end of a flow. */
export type Peer =
    /** Pods whose namespace this program closes with a default deny, so that both directions must be opened. */
    | { readonly kind: "pods"; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
    /**
     * Pods of a namespace that others run (CoreDNS, Prometheus, a gateway). No policy is written there: selecting foreign
     * pods would isolate them. Without labels, every pod of the namespace; with addresses, whoever has these instead, too.
     */
    | {
          readonly kind: "foreign";
          readonly namespace: string;
          readonly labels?: Readonly<Record<string, string>>;
          readonly addresses?: readonly string[];
      }
    /** Address ranges outside the pod network: the API server, nodes, a database. */
    | {
          readonly kind: "addresses";
          readonly cidrs: readonly string[];
          readonly except?: readonly string[];
          /** What Cilium calls these: it doesn't match the cluster's own machines by their addresses. */
          readonly entities?: readonly CiliumEntity[];
      };

/** Cilium's names for the cluster's own machines (documentation, "Entities based"). */
export type CiliumEntity = "kube-apiserver" | "host" | "remote-node";

/** An allowed connection. */
export interface Flow {
    /** DNS label, unique in each namespace it touches; the policies are named after it. */
    readonly name: string;
    /** Why the connection is needed; kept on the policies as an annotation. */
    readonly reason: string;
    readonly from: Peer;
    readonly to: Peer;
    readonly ports: readonly FlowPort[];
}

/** Key of the annotation that carries a flow's reason. */
export const REASON_ANNOTATION = "security.x0tta6bl4.io/reason";

/** A NetworkPolicy as it is to be registered. */
export interface PolicySpec {
    readonly name: string;
    readonly namespace: string;
    readonly reason: string;
    readonly spec: {
        readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
        readonly policyTypes: readonly ("Ingress" | "Egress")[];
        readonly ingress?: readonly { readonly from: readonly PeerSpec[]; readonly ports: readonly PortSpec[] }[];
        readonly egress?: readonly { readonly to: readonly PeerSpec[]; readonly ports: readonly PortSpec[] }[];
    };
}

interface PortSpec {
    readonly protocol: string;
    readonly port: number;
}

type PeerSpec =
    | {
          readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> };
          readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
      }
    | { readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] } };

/** The policies that open some flows: one for each end that is a managed pod. */
export function policySpecs(flows: readonly Flow[]): readonly PolicySpec[] {
    return flows.flatMap((flow) => [...egressSide(flow), ...ingressSide(flow)]);
}

/** Flows of which one would replace the other's policy; one line each. */
export function repeatedPolicies(flows: readonly Flow[]): readonly string[] {
    const names = policySpecs(flows).map(({ namespace, name }) => `${namespace}/${name}`);
    return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
        (name) => `two flows make the NetworkPolicy ${name}; give each flow a name of its own`,
    );
}

/** What is wrong with some flows; one line each. */
export function flowFaults(flows: readonly Flow[]): readonly string[] {
    return [
        ...repeatedPolicies(flows),
        ...flows.flatMap((flow) => [
            ...(flow.ports.length === 0
                ? [`flow ${flow.name} names no port; without ports it would open all of them`]
                : []),
            ...flow.ports.flatMap(({ protocol = "TCP" }) =>
                // Programs in other languages know no such type.
                PROTOCOLS.includes(protocol)
                    ? []
                    : [`flow ${flow.name} has the protocol "${protocol}"; it must be one of ${PROTOCOLS.join(", ")}`],
            ),
            ...(flow.from.kind !== "pods" && flow.to.kind !== "pods"
                ? [`flow ${flow.name} has no end in a managed namespace, so no policy can allow it`]
                : []),
            ...[flow.from, flow.to].flatMap((peer) => peerFaults(flow.name, peer)),
        ]),
    ];
}

function peerFaults(flow: string, peer: Peer): readonly string[] {
    switch (peer.kind) {
        case "pods":
            return Object.keys(peer.labels).length === 0
                ? [`flow ${flow} selects every pod of ${peer.namespace}; name the labels of the pods it is for`]
                : [];
        case "foreign":
            return everywhere(flow, peer.addresses ?? []);
        case "addresses":
            return [
                ...(peer.cidrs.length === 0
                    ? [`flow ${flow} names no addresses; an empty list would mean anywhere`]
                    : []),
                ...((peer.except ?? []).length === 0 ? everywhere(flow, peer.cidrs) : []),
            ];
    }
}

function everywhere(flow: string, cidrs: readonly string[]): readonly string[] {
    return cidrs
        .filter((cidr) => cidr.endsWith("/0"))
        .map((cidr) => `flow ${flow} opens ${cidr}, which is everywhere; name the addresses`);
}

function egressSide(flow: Flow): readonly PolicySpec[] {
    return flow.from.kind !== "pods"
        ? []
        : [
              {
                  name: `${flow.name}-egress`,
                  namespace: flow.from.namespace,
                  reason: flow.reason,
                  spec: {
                      podSelector: { matchLabels: flow.from.labels },
                      policyTypes: ["Egress"],
                      egress: [{ to: peerSpecs(flow.to), ports: portSpecs(flow.ports) }],
                  },
              },
          ];
}

function ingressSide(flow: Flow): readonly PolicySpec[] {
    return flow.to.kind !== "pods"
        ? []
        : [
              {
                  name: `${flow.name}-ingress`,
                  namespace: flow.to.namespace,
                  reason: flow.reason,
                  spec: {
                      podSelector: { matchLabels: flow.to.labels },
                      policyTypes: ["Ingress"],
                      ingress: [{ from: peerSpecs(flow.from), ports: portSpecs(flow.ports) }],
                  },
              },
          ];
}

function peerSpecs(peer: Peer): readonly PeerSpec[] {
    if (peer.kind === "addresses") {
        return peer.cidrs.map((cidr) => ({ ipBlock: { cidr, ...(peer.except && { except: peer.except }) } }));
    }
    // One element with both selectors means "and"; two elements would mean "or".
    return [
        {
            // Set by the API server on every namespace since 1.22, and immutable.
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } },
            ...(peer.labels && { podSelector: { matchLabels: peer.labels } }),
        },
        ...(peer.kind === "foreign" ? (peer.addresses ?? []) : []).map((cidr) => ({ ipBlock: { cidr } })),
    ];
}

function portSpecs(ports: readonly FlowPort[]): readonly PortSpec[] {
    return ports.map(({ port, protocol = "TCP" }) => ({ protocol, port }));
}

/** A CiliumNetworkPolicy (cilium.io/v2) as it is to be registered. */
export interface CiliumPolicySpec {
    readonly name: string;
    readonly namespace: string;
    readonly reason: string;
    readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * What opens the ends of flows that Cilium doesn't match by addresses, beside the policies of {@link policySpecs}; none where no
 * flow names entities.
 */
export function ciliumPolicySpecs(flows: readonly Flow[]): readonly CiliumPolicySpec[] {
    return flows.flatMap((flow) => {
        const { from, to, name, reason } = flow;
        const toPorts = [
            { ports: portSpecs(flow.ports).map(({ port, protocol }) => ({ port: String(port), protocol })) },
        ];
        const policy = (side: string, pods: Extract<Peer, { kind: "pods" }>, rule: object) => ({
            name: `${name}-${side}`,
            namespace: pods.namespace,
            reason,
            spec: { endpointSelector: { matchLabels: pods.labels }, [side]: [{ ...rule, toPorts }] },
        });
        return [
            ...(from.kind === "pods" && to.kind === "addresses" && to.entities !== undefined
                ? [policy("egress", from, { toEntities: to.entities })]
                : []),
            ...(to.kind === "pods" && from.kind === "addresses" && from.entities !== undefined
                ? [policy("ingress", to, { fromEntities: from.entities })]
                : []),
        ];
    });
}
