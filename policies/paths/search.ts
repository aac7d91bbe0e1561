import type { Edge } from "./edge";
import type { Follow, PathGraph } from "./graph";
import type { PathNode } from "./nodes";

/** Edges, each of which begins where the one before ends. */
export type Path = readonly Edge[];

/** Follows what needs no flaw in a program of which nothing is known. */
export const withoutFlaws: Follow = ({ family }) => family.flaw !== true;

/** Follows every edge. */
export const everything: Follow = () => true;

/**
 * The edge by which each node was come to first, from some nodes on; none for these themselves. Breadth first, so that it lies
 * on a shortest path. Linear in nodes and edges.
 */
function explored(
    starts: Iterable<PathNode>,
    edgesOf: (node: PathNode) => readonly Edge[],
    nextOf: (edge: Edge) => PathNode,
    follow: Follow,
): ReadonlyMap<PathNode, Edge | undefined> {
    const found = new Map<PathNode, Edge | undefined>([...starts].map((start) => [start, undefined]));
    // A map's keys come in the order they were set, those set on the way included, so it is the queue as well.
    for (const node of found.keys()) {
        for (const edge of edgesOf(node)) {
            const next = nextOf(edge);
            if (!found.has(next) && follow(edge)) {
                found.set(next, edge);
            }
        }
    }
    return found;
}

/** Which nodes can be reached, and by which edge each was first. */
export class Reached {
    private readonly arrivals: ReadonlyMap<PathNode, Edge | undefined>;

    constructor(graph: PathGraph, sources: Iterable<PathNode>, follow: Follow) {
        this.arrivals = explored(
            sources,
            (node) => graph.from(node),
            ({ to }) => to,
            follow,
        );
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
    private readonly departures: ReadonlyMap<PathNode, Edge | undefined>;

    constructor(graph: PathGraph, targets: Iterable<PathNode>, follow: Follow) {
        this.departures = explored(
            targets,
            (node) => graph.to(node),
            ({ from }) => from,
            follow,
        );
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
