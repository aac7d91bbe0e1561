import type { Edge } from "./edge";
import type { Follow, PathGraph } from "./graph";
import type { PathNode } from "./nodes";
import type { Path } from "./search";

/** How an origin came to a node; no edge where it began there. */
interface Arrival {
    readonly origin: string;
    readonly edge: Edge | undefined;
}

/**
 * From which origins each node is reached, up to two of them: that is enough to tell whether one is reached from elsewhere than
 * its own, and keeps the search linear however many origins there are.
 */
export class Spread {
    private readonly arrivals = new Map<PathNode, Arrival[]>();

    constructor(graph: PathGraph, sources: Iterable<readonly [PathNode, string]>, follow: Follow) {
        const queue: (readonly [PathNode, string])[] = [];
        const arrive = (node: PathNode, origin: string, edge: Edge | undefined): void => {
            const known = this.arrivals.get(node) ?? [];
            if (known.length < 2 && known.every((arrival) => arrival.origin !== origin)) {
                known.push({ origin, edge });
                this.arrivals.set(node, known);
                queue.push([node, origin]);
            }
        };
        for (const [node, origin] of sources) {
            arrive(node, origin, undefined);
        }
        // The queue grows while it is walked.
        for (const [node, origin] of queue) {
            for (const edge of graph.from(node)) {
                if (follow(edge)) {
                    arrive(edge.to, origin, edge);
                }
            }
        }
    }

    /** A shortest path to a node from an origin other than its own; undefined where there is none. */
    public pathFromElsewhere(node: PathNode, own: string): Path | undefined {
        const arrival = this.arrivals.get(node)?.find(({ origin }) => origin !== own);
        if (arrival?.edge === undefined) {
            return undefined;
        }
        const path: Edge[] = [];
        for (
            let edge: Edge | undefined = arrival.edge;
            edge !== undefined;
            edge = this.edgeTo(edge.from, arrival.origin)
        ) {
            path.push(edge);
        }
        return path.reverse();
    }

    private edgeTo(node: PathNode, wanted: string): Edge | undefined {
        return this.arrivals.get(node)?.find(({ origin }) => origin === wanted)?.edge;
    }
}
