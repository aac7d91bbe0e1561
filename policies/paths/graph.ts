import type { KubeObject } from "../kubernetes/kube";
import type { UnknownValue } from "../kubernetes/unknown";
import type { Edge, EdgeFamily } from "./edge";
import type { Landscape } from "./landscape";
import type { PathNode } from "./nodes";

/** What could not be read, so that edges may be missing. */
export interface Unseen {
    /** `Deployment shop/web`, or the resource's URN or file. */
    readonly what: string;
    /** As it reads after the name: `the value at spec.template is not known before deployment`. */
    readonly why: string;
    /** The object whose value is unknown before deployment, with what reading it threw; neither for what is no object. */
    readonly value?: { readonly object: KubeObject; readonly error: UnknownValue };
}

/** Which edges a question follows. */
export type Follow = (edge: Edge) => boolean;

/** What an attacker can come to hold, and from where. Nodes and edges are numbered from 0 in their lists. */
export class PathGraph {
    private outgoing: readonly (readonly Edge[])[] | undefined;
    private incoming: readonly (readonly Edge[])[] | undefined;

    constructor(
        public readonly nodes: readonly PathNode[],
        public readonly edges: readonly Edge[],
        public readonly unseen: readonly Unseen[],
    ) {}

    /** The edges that leave a node. */
    public from({ id }: PathNode): readonly Edge[] {
        return (this.outgoing ??= this.grouped(({ from }) => from))[id] ?? NONE;
    }

    /** The edges that end at a node. */
    public to({ id }: PathNode): readonly Edge[] {
        return (this.incoming ??= this.grouped(({ to }) => to))[id] ?? NONE;
    }

    private grouped(end: (edge: Edge) => PathNode): readonly (readonly Edge[])[] {
        const groups = Array.from({ length: this.nodes.length }, (): Edge[] => []);
        for (const edge of this.edges) {
            groups[end(edge).id]?.push(edge);
        }
        return groups;
    }
}

const NONE: readonly Edge[] = [];

/** Numbers the links of the families; one that joins a node with itself says nothing. */
export function* numbered(families: readonly EdgeFamily[], landscape: Landscape): Iterable<Edge> {
    let id = 0;
    for (const family of families) {
        for (const link of family.find(landscape)) {
            if (link.from !== link.to) {
                yield { ...link, id: id++, family };
            }
        }
    }
}
