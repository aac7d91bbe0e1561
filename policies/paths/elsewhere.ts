import { changeOf, weightOf } from "./edge";
import type { IsAccepted, NamedPath } from "./findings";
import { pathsBefore, untilNews } from "./findings";
import type { Follow, PathGraph } from "./graph";
import type { NodeKind, PathNode } from "./nodes";
import { Spread } from "./spread";

/** What leads to everything, and so is a question of its own: nothing is followed beyond it. */
export const SUMMITS: readonly NodeKind[] = ["node", "control-plane", "cluster-admin"];

/** Where something belongs: an origin of the search, or none. */
type Place = (node: PathNode) => string | undefined;

interface Ending {
    readonly named: NamedPath;
    /** Where what it leads to belongs. */
    readonly own: string;
}

/**
 * The paths to things of some kinds that belong elsewhere than where the path began: one for each change that takes away its
 * last step. What stands for the things of every namespace belongs nowhere, so it is elsewhere from anywhere. Where one is
 * accepted, others to the same things follow, from each other source and by each other last step.
 */
export function* pathsElsewhere(
    graph: PathGraph,
    sources: readonly (readonly [PathNode, string])[],
    kinds: readonly NodeKind[],
    placeOf: Place,
    follow: Follow,
    isAccepted: IsAccepted,
): Iterable<NamedPath> {
    const onward: Follow = (edge) => follow(edge) && !SUMMITS.includes(edge.from.kind);
    const spread = new Spread(graph, sources, onward);
    const endings = graph.nodes
        .filter(({ kind }) => kinds.includes(kind))
        .flatMap((node): Ending[] => {
            const own = node.namespace === "" ? "" : placeOf(node);
            const path = own === undefined ? undefined : spread.pathFromElsewhere(node, own);
            const decisive = path?.at(-1);
            // What follows by itself from something that is elsewhere already was said there.
            return path === undefined || decisive === undefined || own === undefined || weightOf(decisive) === Infinity
                ? []
                : [{ named: { path, decisive }, own }];
        });
    for (const some of Map.groupBy(endings, ({ named }) => changeOf(named.decisive)).values()) {
        yield* untilNews(waysTo(graph, some, sources, onward), isAccepted);
    }
}

/**
 * The paths that end as these do: these, then those by other last edges to the same that the same change ends, and from the
 * other sources; then those to the same that it does not end, which these stood for.
 */
function* waysTo(
    graph: PathGraph,
    endings: readonly Ending[],
    sources: readonly (readonly [PathNode, string])[],
    follow: Follow,
): Iterable<NamedPath> {
    for (const { named } of endings) {
        yield named;
    }
    for (const bySame of [true, false]) {
        for (const { named, own } of endings) {
            const { decisive } = named;
            const known = named.path[0]?.from;
            const last = graph
                .to(decisive.to)
                .filter((edge) => follow(edge) && weightOf(edge) !== Infinity)
                .filter((edge) => (changeOf(edge) === changeOf(decisive)) === bySame);
            for (const edge of last) {
                const others = sources
                    .filter(([source, origin]) => origin !== own && (source !== known || edge !== decisive))
                    .map(([source]) => source);
                for (const before of pathsBefore(graph, others, edge, follow)) {
                    yield { path: [...before, edge], decisive: edge };
                }
            }
        }
    }
}
