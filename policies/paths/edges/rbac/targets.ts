import type { Landscape } from "../../landscape";
import type { NodeKind, PathNode } from "../../nodes";
import type { Reach } from "./family";

/** What stands for all things of a kind, by the kind of one of them. */
const WHOLE = { secret: "secrets", account: "accounts", pod: "pods" } as const satisfies Partial<
    Record<NodeKind, NodeKind>
>;

/** The things of a kind that a right reaches: all of a place, or those of some names. */
export function thingsOf(kind: keyof typeof WHOLE) {
    return (landscape: Landscape, { namespace, names }: Reach): readonly PathNode[] =>
        names === undefined
            ? [landscape.node(WHOLE[kind], namespace)]
            : names.flatMap((name) => named(landscape, kind, namespace, name));
}

function named(landscape: Landscape, kind: keyof typeof WHOLE, namespace: string, name: string): readonly PathNode[] {
    if (kind === "pod") {
        // Only a pod that nobody else makes has the name that its manifest says.
        return landscape
            .nodesOf("pod")
            .filter(({ object }) => object?.kind === "Pod" && object.name === name)
            .filter((node) => namespace === "" || node.namespace === namespace);
    }
    return namespace === ""
        ? landscape.nodesOf(kind).filter((node) => node.name === name)
        : [landscape.node(kind, namespace, name)];
}

/** What follows from a place as a whole, whatever the names. */
export function placeOf(kind: "workloads" | "pods" | "accounts" | "stores") {
    return (landscape: Landscape, { namespace }: Reach): readonly PathNode[] => [landscape.node(kind, namespace)];
}

/** Everything in the namespace where the right holds, or in the cluster. */
export function allOf(landscape: Landscape, { namespace }: Reach): readonly PathNode[] {
    return [namespace === "" ? landscape.node("cluster-admin") : landscape.node("namespace", namespace)];
}

/** The same for a right to something of one name, which has to be cluster-admin's. */
export function allByRole(landscape: Landscape, reach: Reach): readonly PathNode[] {
    return reach.names === undefined || reach.names.includes("cluster-admin") ? allOf(landscape, reach) : [];
}

/** One node of the cluster, whatever the place. */
export function always(kind: "cluster-admin" | "control-plane" | "identities" | "users" | "node") {
    return (landscape: Landscape): readonly PathNode[] => [landscape.node(kind)];
}
