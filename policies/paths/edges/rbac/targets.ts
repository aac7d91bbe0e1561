import { subjectNode } from "../../grants";
import type { Landscape } from "../../landscape";
import type { NodeKind, PathNode } from "../../nodes";
import { WHOLE } from "../../nodes";
import type { Reach } from "./family";

/** The kinds of objects of namespaces that a right may reach by name. */
type Placed = "secret" | "account" | "pod";

/** The things of a kind that a right reaches: all of a place, or those of some names. */
export function thingsOf(kind: Placed) {
    return (landscape: Landscape, { namespace, names }: Reach): readonly PathNode[] =>
        names === undefined
            ? [landscape.node(WHOLE[kind], namespace)]
            : names.flatMap((name) => named(landscape, kind, namespace, name));
}

/** The users that a right reaches: all, or those of some names. */
export function usersOf(landscape: Landscape, { names }: Reach): readonly PathNode[] {
    return names === undefined
        ? [landscape.node("users")]
        : names.flatMap((name) => subjectNode(landscape, { kind: "User", name, namespace: "", path: "" }) ?? []);
}

function named(landscape: Landscape, kind: Placed, namespace: string, name: string): readonly PathNode[] {
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

/** The node of a kind in the whole cluster, whatever the place. */
export function always(kind: NodeKind) {
    return (landscape: Landscape): readonly PathNode[] => [landscape.node(kind)];
}
