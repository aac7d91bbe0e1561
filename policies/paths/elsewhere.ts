import { changeOf, weightOf } from "./edge";
import type { NamedPath } from "./findings";
import type { Follow, PathGraph } from "./graph";
import type { NodeKind, PathNode } from "./nodes";
import { Spread } from "./spread";

/** What leads to everything, and so is a question of its own: nothing is followed beyond it. */
const SUMMITS: readonly NodeKind[] = ["node", "control-plane", "cluster-admin"];

/** Where something belongs: an origin of the search, or none. */
type Place = (node: PathNode) => string | undefined;

/**
 * The paths to things of some kinds that belong elsewhere than where the path began: one for each change that takes away its
 * last step. What stands for the things of every namespace belongs nowhere, so it is elsewhere from anywhere.
 */
export function* pathsElsewhere(
    graph: PathGraph,
    sources: Iterable<readonly [PathNode, string]>,
    kinds: readonly NodeKind[],
    placeOf: Place,
    follow: Follow,
): Iterable<NamedPath> {
    const spread = new Spread(graph, sources, (edge) => follow(edge) && !SUMMITS.includes(edge.from.kind));
    const told = new Set<string>();
    for (const node of graph.nodes.filter(({ kind }) => kinds.includes(kind))) {
        const own = node.namespace === "" ? "" : placeOf(node);
        const path = own === undefined ? undefined : spread.pathFromElsewhere(node, own);
        const decisive = path?.at(-1);
        // What follows by itself from something that is elsewhere already was said there.
        if (
            path !== undefined &&
            decisive !== undefined &&
            weightOf(decisive) !== Infinity &&
            !told.has(changeOf(decisive))
        ) {
            told.add(changeOf(decisive));
            yield { path, decisive };
        }
    }
}
