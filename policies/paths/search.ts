import type { Edge } from "./edge";
import type { Follow, PathGraph } from "./graph";
import type { PathNode } from "./nodes";

/** Edges, each of which begins where the one before ends. */
export type Path = readonly Edge[];

/** Follows what needs no flaw in a program of which nothing is known. */
export const withoutFlaws: Follow = ({ family }) => family.flaw !== true;

/** Follows every edge. */
export const everything: Follow = () => true;

/** Which nodes can be reached, and by which edge each was first. */
export class Reached {
    private readonly arrivals = new Map<PathNode, Edge | undefined>();

    /** Breadth first, so that the edge each node is reached by lies on a shortest path. Linear in nodes and edges. */
    constructor(graph: PathGraph, sources: Iterable<PathNode>, follow: Follow) {
        for (const source of sources) {
            this.arrivals.set(source, undefined);
        }
        // A map's keys come in the order they were set, those set on the way included, so it is the queue as well.
        for (const node of this.arrivals.keys()) {
            for (const edge of graph.from(node)) {
                if (!this.arrivals.has(edge.to) && follow(edge)) {
                    this.arrivals.set(edge.to, edge);
                }
            }
        }
    }

    public has(node: PathNode): boolean {
        return this.arrivals.has(node);
    }

    /** Every node that is reached, the nearest first. */
    public nodes(): Iterable<PathNode> {
        return this.arrivals.keys();
    }

    /** A shortest path to a node; empty where it is a source; undefined where it is not reached. */
    public pathTo(node: PathNode): Path | undefined {
        if (!this.arrivals.has(node)) {
            return undefined;
        }
        const path: Edge[] = [];
        for (let edge = this.arrivals.get(node); edge !== undefined; edge = this.arrivals.get(edge.from)) {
            path.push(edge);
        }
        return path.reverse();
    }
}

/** The nodes from which one of the targets can be reached, and by which edge each gets nearer to it. */
export class Leading {
    private readonly departures = new Map<PathNode, Edge | undefined>();

    /** Breadth first from the end, so that following the edges is a shortest path. Linear in nodes and edges. */
    constructor(graph: PathGraph, targets: Iterable<PathNode>, follow: Follow) {
        for (const target of targets) {
            this.departures.set(target, undefined);
        }
        for (const node of this.departures.keys()) {
            for (const edge of graph.to(node)) {
                if (!this.departures.has(edge.from) && follow(edge)) {
                    this.departures.set(edge.from, edge);
                }
            }
        }
    }

    public has(node: PathNode): boolean {
        return this.departures.has(node);
    }

    /** A shortest path from a node to a target; empty from a target itself and from where there is none. */
    public pathFrom(node: PathNode): Path {
        const path: Edge[] = [];
        for (let edge = this.departures.get(node); edge !== undefined; edge = this.departures.get(edge.to)) {
            path.push(edge);
        }
        return path;
    }
}

/** A shortest path from one of the sources to one of the targets; undefined where there is none. */
export function shortestPath(
    graph: PathGraph,
    sources: Iterable<PathNode>,
    targets: ReadonlySet<PathNode>,
    follow: Follow,
): Path | undefined {
    const reached = new Reached(graph, sources, follow);
    for (const node of reached.nodes()) {
        if (targets.has(node)) {
            return reached.pathTo(node);
        }
    }
    return undefined;
}
