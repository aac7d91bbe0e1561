import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import type { NodeKind, PathNode } from "../nodes";
import { WHOLE } from "../nodes";
import { TECHNIQUES } from "../techniques";

/** The kinds of what there are many of, each with what stands for all of them. */
const PARTS = Object.entries(WHOLE) as readonly (readonly [part: keyof typeof WHOLE, whole: NodeKind])[];

/** What whoever administers a namespace has in it. */
const IN_NAMESPACE: readonly NodeKind[] = ["workloads", "pods", "secrets", "accounts", "stores"];

function* wholes(landscape: Landscape): Iterable<Link> {
    const everywhere = (kind: NodeKind): PathNode => landscape.node(kind, "");
    for (const namespace of landscape.namespaces) {
        for (const kind of IN_NAMESPACE) {
            yield { from: everywhere(kind), to: landscape.node(kind, namespace) };
            yield { from: landscape.node("namespace", namespace), to: landscape.node(kind, namespace) };
        }
        yield { from: landscape.node("cluster-admin"), to: landscape.node("namespace", namespace) };
    }
    for (const kind of ["node", "users", "identities"] as const) {
        yield { from: landscape.node("cluster-admin"), to: landscape.node(kind) };
    }
    for (const [part, whole] of PARTS) {
        for (const node of landscape.nodesOf(part)) {
            yield { from: landscape.node(whole, node.namespace), to: node };
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
