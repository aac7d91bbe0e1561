import type { KubeObject } from "../kubernetes/kube";
import type { AccessRequest } from "../kubernetes/rbac/rule";
import type { Landscape } from "./landscape";
import type { PathNode } from "./nodes";
import type { Right } from "./rights";

/** A technique of MITRE ATT&CK for Containers. */
export interface Technique {
    readonly id: string;
    readonly name: string;
}

/**
 * How hard it is to take an edge away, which is what a cut adds up. `simple`: one field, and a working program hardly notices.
 * `change`: what a program is given changes, so it has to be tried. `redesign`: the program has to do its work another way.
 * `never`: the edge is how Kubernetes works.
 */
export const EFFORT = { simple: 1, change: 3, redesign: 10, never: Infinity } as const;

export type Effort = keyof typeof EFFORT;

/** What takes an edge away. */
export interface Cut {
    readonly effort: Effort;
    /** What to do, as a sentence; empty for what nothing in a manifest ends. */
    readonly remedy: string;
    /** The control whose remedy it is, where there is one. */
    readonly control?: string;
}

/** What joins two nodes: who holds the first can come to hold the second. */
export interface Link {
    readonly from: PathNode;
    readonly to: PathNode;
    /** The object that makes it so; none where it is how Kubernetes works. */
    readonly object?: KubeObject | undefined;
    /** The field of it, where one is at fault. */
    readonly field?: string;
    /** Why, in the words of this very edge; the family's title where there is no more to say. */
    readonly reason?: string;
    /** What ends it, where that differs from the family's. */
    readonly cut?: Cut;
    /** What the API server has to allow for it, of whoever stands before the binding. */
    readonly requests?: readonly AccessRequest[];
}

/** A kind of edge. Each stands in a file of its own. */
export interface EdgeFamily {
    /** In kebab case; also the file's name. */
    readonly name: string;
    /** What the attacker does, to follow "can": `read the token of the pod's service account`. */
    readonly title: string;
    readonly technique: Technique;
    /** What the attacker needs beside the first node, in half a sentence; `nothing more` where that is all. */
    readonly needs: string;
    readonly cut: Cut;
    /**
     * It needs a flaw in a program that is reached by the network and nothing of which is known. Such edges are followed only
     * where that is asked for.
     */
    readonly flaw?: true;
    /** What the API server has to allow for it, all of them; none for a family that asks nothing of it. */
    readonly rights?: readonly Right[];
    readonly find: (landscape: Landscape) => Iterable<Link>;
}

/** An edge of the graph: a link with its family. */
export interface Edge extends Link {
    readonly id: number;
    readonly family: EdgeFamily;
}

/** What ends an edge. */
export function cutOf({ family, cut }: Edge): Cut {
    return cut ?? family.cut;
}

/** Where an edge is taken away: the same for edges that one change ends. One without an object is only like itself. */
export function changeOf({ id, object, field = "" }: Edge): string {
    return object === undefined
        ? `${id}`
        : `${object.resource.source} ${object.kind} ${object.namespace}/${object.name} ${field}`;
}

/** What an edge costs to take away; infinite where nothing does. */
export function weightOf(edge: Edge): number {
    return EFFORT[cutOf(edge).effort];
}
