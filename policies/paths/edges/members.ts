import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import type { NodeKind, PathNode } from "../nodes";
import { TECHNIQUES } from "../techniques";

/** What stands for all things of a kind, and the kind of each. */
const WHOLES: readonly (readonly [whole: NodeKind, part: NodeKind])[] = [
    ["pods", "pod"],
    ["secrets", "secret"],
    ["accounts", "account"],
];

/** What whoever administers a namespace has in it. */
const IN_NAMESPACE: readonly NodeKind[] = ["workloads", "pods", "secrets", "accounts", "stores"];

function* wholes(landscape: Landscape): Iterable<Link> {
    const namespaces = [...landscape.namespaces];
    const everywhere = (kind: NodeKind): PathNode => landscape.node(kind, "");
    for (const namespace of namespaces) {
        for (const kind of IN_NAMESPACE) {
            yield { from: everywhere(kind), to: landscape.node(kind, namespace) };
            yield { from: landscape.node("namespace", namespace), to: landscape.node(kind, namespace) };
        }
        yield { from: landscape.node("cluster-admin"), to: landscape.node("namespace", namespace) };
    }
    for (const kind of ["node", "users", "identities"] as const) {
        yield { from: landscape.node("cluster-admin"), to: landscape.node(kind) };
    }
    for (const [whole, part] of WHOLES) {
        for (const node of landscape.nodesOf(part)) {
            yield { from: landscape.node(whole, node.namespace), to: node };
        }
    }
    for (const [whole, part] of [
        ["users", "user"],
        ["identities", "identity"],
    ] as const) {
        for (const node of landscape.nodesOf(part)) {
            yield { from: landscape.node(whole), to: node };
        }
    }
    yield {
        from: landscape.node("users"),
        to: landscape.node("cluster-admin"),
        reason: "some users may do everything, system:kube-controller-manager by way of tokens among them",
    };
}

export const members: EdgeFamily = {
    name: "members",
    title: "pick any one out of what they have",
    technique: TECHNIQUES.validAccounts,
    needs: "nothing more",
    cut: { effort: "never", remedy: "" },
    find: wholes,
};
