import { append } from "../kubernetes/selectors";
import type { Edge } from "./edge";
import { weightOf } from "./edge";
import type { Follow, PathGraph } from "./graph";
import type { PathNode } from "./nodes";
import { Leading, Reached } from "./search";

/** Edges that end every path together, and what taking them away costs. */
export interface CutSet {
    readonly edges: readonly Edge[];
    readonly cost: number;
}

/**
 * The cheapest edges to take away so that no path is left from the sources to the targets, by the theorem of Ford and
 * Fulkerson and the algorithm of Dinic. No edges where there is no path; undefined where nothing ends them all: one of them
 * has only edges that are how Kubernetes works.
 */
export function cheapestCut(
    graph: PathGraph,
    sources: readonly PathNode[],
    targets: ReadonlySet<PathNode>,
    follow: Follow,
): CutSet | undefined {
    if (sources.some((source) => targets.has(source))) {
        return undefined;
    }
    const reached = new Reached(graph, sources, follow);
    const leading = new Leading(graph, targets, follow);
    const network = new FlowNetwork();
    const drawn: Edge[] = [];
    for (const edge of graph.edges) {
        if (reached.has(edge.from) && leading.has(edge.to) && follow(edge)) {
            network.add(edge.from.id, edge.to.id, weightOf(edge));
            drawn.push(edge);
        }
    }
    // Two nodes of their own, numbered after the graph's, stand for all sources and all targets.
    const [start, end] = [graph.nodes.length, graph.nodes.length + 1];
    sources.forEach(({ id }) => network.add(start, id, Infinity));
    targets.forEach(({ id }) => network.add(id, end, Infinity));
    const cost = network.maximalFlow(start, end);
    if (cost === Infinity) {
        return undefined;
    }
    const side = network.sourceSide(start);
    return { edges: drawn.filter(({ from, to }) => side.has(from.id) && !side.has(to.id)), cost };
}

/** Arcs in pairs, each followed by the one that takes flow back. */
class FlowNetwork {
    private readonly heads: number[] = [];
    private readonly left: number[] = [];
    private readonly arcs = new Map<number, number[]>();

    public add(from: number, to: number, capacity: number): void {
        this.arc(from, to, capacity);
        this.arc(to, from, 0);
    }

    private arc(from: number, to: number, capacity: number): void {
        append(this.arcs, from, this.heads.length);
        this.heads.push(to);
        this.left.push(capacity);
    }

    /** The largest flow; infinite where a way of infinite capacity joins the two. */
    public maximalFlow(start: number, end: number): number {
        let flow = 0;
        for (;;) {
            const levels = this.levels(start);
            if (!levels.has(end)) {
                return flow;
            }
            const tried = new Map<number, number>();
            for (;;) {
                const path = this.augmenting(start, end, levels, tried);
                if (path === undefined) {
                    break;
                }
                const amount = Math.min(...path.map((arc) => this.left[arc] ?? 0));
                if (amount === Infinity) {
                    return Infinity;
                }
                for (const arc of path) {
                    this.left[arc] = (this.left[arc] ?? 0) - amount;
                    this.left[arc ^ 1] = (this.left[arc ^ 1] ?? 0) + amount;
                }
                flow += amount;
            }
        }
    }

    /** The nodes that flow can still reach: what lies across from them is cut. */
    public sourceSide(start: number): ReadonlySet<number> {
        return new Set(this.levels(start).keys());
    }

    private levels(start: number): ReadonlyMap<number, number> {
        const levels = new Map([[start, 0]]);
        for (const [node, level] of levels) {
            for (const arc of this.arcs.get(node) ?? []) {
                const head = this.heads[arc] ?? 0;
                if ((this.left[arc] ?? 0) > 0 && !levels.has(head)) {
                    levels.set(head, level + 1);
                }
            }
        }
        return levels;
    }

    /** A way on which flow is left, each step a level further. `tried` remembers the arcs that lead nowhere in this phase. */
    private augmenting(
        start: number,
        end: number,
        levels: ReadonlyMap<number, number>,
        tried: Map<number, number>,
    ): readonly number[] | undefined {
        const path: number[] = [];
        let node = start;
        while (node !== end) {
            const arcs = this.arcs.get(node) ?? [];
            const next = tried.get(node) ?? 0;
            const arc = arcs[next];
            if (arc === undefined) {
                // A dead end: go back, and don't come here again.
                const back = path.pop();
                if (back === undefined) {
                    return undefined;
                }
                node = this.heads[back ^ 1] ?? start;
                tried.set(node, (tried.get(node) ?? 0) + 1);
            } else if ((this.left[arc] ?? 0) > 0 && levels.get(this.heads[arc] ?? 0) === (levels.get(node) ?? 0) + 1) {
                path.push(arc);
                node = this.heads[arc] ?? end;
            } else {
                tried.set(node, next + 1);
            }
        }
        return path;
    }
}
