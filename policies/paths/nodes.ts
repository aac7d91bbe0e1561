import type { KubeObject } from "../kubernetes/kube";
import { describe } from "../kubernetes/kube";

/**
 * What an attacker can hold. A node of one kind stands for many things where nothing tells them apart for the attacker: whoever
 * may read every Secret of a namespace holds one node, from which each of its Secrets follows. So the graph stays about as
 * large as the manifests.
 */
export type NodeKind =
    /** Anybody who can send packets to a public address. */
    | "internet"
    /** Requests that reach a Service. */
    | "service"
    /** Code of the attacker's runs in a pod of this workload. */
    | "pod"
    /** Code runs in any pod of a namespace; without a namespace, of the cluster. */
    | "pods"
    /** A pod of the attacker's own making starts in a namespace; without one, in any. */
    | "workloads"
    /** Code runs as root on a node of the cluster. */
    | "node"
    /** The same on a node of the control plane. */
    | "control-plane"
    /** The API server takes the attacker for this service account. */
    | "account"
    | "accounts"
    /** The same for a user or a group, as the authenticators name them. */
    | "user"
    | "group"
    | "users"
    /** What a binding grants is theirs. */
    | "binding"
    /** The content of a Secret is known. */
    | "secret"
    | "secrets"
    /** Everything an account at an external secret store may read. */
    | "store"
    /** What a SecretStore can read can be fetched into a namespace; without one, into any. */
    | "stores"
    /** Workloads take the attacker for this SPIFFE identity. */
    | "identity"
    | "identities"
    /** A cloud's API takes the attacker for this principal. */
    | "cloud"
    /** What a source of GitOps says is applied. */
    | "repository"
    /** Everything in a namespace. */
    | "namespace"
    /** Everything in the cluster. */
    | "cluster-admin"
    /** Pods that one network rule lets reach others. */
    | "network"
    /** One of several conditions that an edge needs is met. */
    | "step";

/** A node of the graph. */
export interface PathNode {
    /** Its place in the graph's list. */
    readonly id: number;
    readonly kind: NodeKind;
    /** Empty: of the cluster, or of every namespace. */
    readonly namespace: string;
    readonly name: string;
    /** What it stands for, where it is one object of the stack. */
    readonly object: KubeObject | undefined;
}

/** What stands for all things of a kind, by the kind of one of them. */
export const WHOLE = {
    pod: "pods",
    secret: "secrets",
    account: "accounts",
    user: "users",
    identity: "identities",
} as const satisfies Partial<Record<NodeKind, NodeKind>>;

/** How what stands for all things of a kind begins its title; where they are follows. */
const EVERY: Partial<Record<NodeKind, string>> = {
    pods: "every pod",
    workloads: "a pod of one's own making",
    accounts: "every service account",
    secrets: "every Secret",
    stores: "every secret store",
};

/** What a node is called in a report: `Deployment shop/web`, `every Secret of shop`. */
export function titleOf({ kind, namespace, name, object }: PathNode): string {
    const every = EVERY[kind];
    if (every !== undefined) {
        const where = namespace === "" ? "the cluster" : namespace;
        return `${every} ${kind === "workloads" ? "in" : "of"} ${where}`;
    }
    const placed = namespace === "" ? name : `${namespace}/${name}`;
    switch (kind) {
        case "internet":
            return "the Internet";
        case "node":
            return "a node";
        case "control-plane":
            return "a node of the control plane";
        case "cluster-admin":
            return "cluster-admin";
        case "namespace":
            return `everything in ${namespace}`;
        case "identities":
            return "every SPIFFE identity";
        case "users":
            return "every user";
        case "account":
            return `service account ${placed}`;
        case "binding":
        case "service":
        case "pod":
            return object === undefined ? name : describe(object);
        case "secret":
            return `Secret ${placed}`;
        case "identity":
            return `SPIFFE identity ${name}`;
        case "cloud":
            return `cloud identity ${name}`;
        case "repository":
            return `repository ${name}`;
        case "store":
            return `external store ${name}`;
        case "user":
        case "group":
            return `${kind} ${name}`;
        default:
            return name;
    }
}
