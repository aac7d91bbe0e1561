import type { Read } from "../../policies/engine/schema";
import { integer, listOf, mapOf, object, oneOf, optional, text, withDefault } from "../../policies/engine/schema";
import { cidr, dnsLabel, port } from "../../policies/engine/values";
import type { Dns, NetworkEngine } from "../../policies/platforms";
import { CLUSTER_DEFAULTS, PLATFORM_NAMES, platformOf } from "../../policies/platforms";
import { podSecurityVersion } from "../namespace";

/** The cluster that the stack is deployed to. */
export const clusterSettings = object({
    /** Name of the cluster, unique among all stacks. */
    name: dnsLabel,
    /** Context of the kubeconfig by which it is reached; the current one, whatever that is, unless set. */
    context: optional(text()),
    /** UID of its namespace `kube-system`: the stack refuses to be deployed to any other; not compared unless set. */
    identity: optional(text("the UID of a namespace", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
    /**
     * `<project>/<stack>` of the stack that brings what a cluster has once: SPIRE, Falco, the API server's files, the responder,
     * the webhook of External Secrets. A stack that names it brings an application only. It is this one unless set.
     */
    foundation: optional(text("a project and a stack such as acme/production", /^[\w.-]{1,100}\/[\w.-]{1,100}$/)),
    /** Addresses of the API server's endpoints, as pods reach them after translation of the Service address. */
    apiServer: object({ cidrs: listOf(cidr, 1), ports: withDefault(listOf(port, 1), CLUSTER_DEFAULTS.apiServerPorts) }),
    /** How the cluster is run (docs/platforms.md): chooses the facts that the settings beside it don't state. */
    platform: withDefault(oneOf(...PLATFORM_NAMES), CLUSTER_DEFAULTS.platform),
    /** What implements network policies; that of the platform unless set. */
    networkEngine: optional(oneOf("kubernetes", "cilium", "calico")),
    /** Where pods resolve names, as far as it is not what the platform does. */
    dns: withDefault(
        object({
            namespace: optional(dnsLabel),
            /** Labels of the pods. */
            labels: optional(mapOf(text())),
            /** The pods' own ports. */
            ports: optional(listOf(port, 1)),
            /** Caches on the nodes, which no label selects. */
            addresses: optional(listOf(cidr)),
        }),
        {},
    ),
    /** How many nodes there may be: what runs on each of them has room for so many. */
    nodes: withDefault(integer(1, 5000), CLUSTER_DEFAULTS.nodes),
    /** Version of the Pod Security Standards that namespaces enforce. */
    podSecurityVersion: withDefault(podSecurityVersion, "latest"),
});

export type ClusterSettings = Read<typeof clusterSettings>;

/** Where pods resolve names: what is set, else what the platform does. */
export function dnsOf({ platform, dns }: ClusterSettings): Dns {
    const { namespace, labels, ports, addresses } = platformOf(platform).dns;
    return {
        namespace: dns.namespace ?? namespace,
        labels: dns.labels ?? labels,
        ports: dns.ports ?? ports,
        addresses: dns.addresses ?? addresses,
    };
}

/** What implements network policies: what is set, else what the platform has. */
export function engineOf({ platform, networkEngine }: ClusterSettings): NetworkEngine {
    return networkEngine ?? platformOf(platform).networkEngine;
}

/** What nodes have in places of their own. */
type NodePath = "kubeletRoot" | "runtimeSocket";

/** A path of the node: what is set, else where the platform has it. */
export function nodePath({ platform }: ClusterSettings, what: NodePath, set: string | undefined): string {
    return set ?? platformOf(platform)[what];
}

/**
 * Why a path of the node can't be the right one: it is that of another platform. A path that is none's was chosen by whoever set
 * the nodes up, and one that is not set is the platform's own.
 */
export function elsewhereFaults(
    { platform }: ClusterSettings,
    what: NodePath,
    path: string | undefined,
): readonly string[] {
    const own = platformOf(platform);
    const known: readonly (string | undefined)[] = PLATFORM_NAMES.map((name) => platformOf(name)[what]);
    return path === undefined || path === own[what] || !known.includes(path)
        ? []
        : [`is "${path}"; on ${own.title} it is "${own[what]}"`];
}
