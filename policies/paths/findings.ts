import type { Edge } from "./edge";
import { changeOf, cutOf, weightOf } from "./edge";
import type { Follow, PathGraph } from "./graph";
import type { PathNode } from "./nodes";
import { titleOf } from "./nodes";
import type { Path } from "./search";
import { Leading, Reached } from "./search";

/** A path that a report names, and the edge by which it is told from others: a person would change that one. */
export interface NamedPath {
    readonly path: Path;
    readonly decisive: Edge;
}

const isLasting: Follow = (edge) => weightOf(edge) === Infinity;

/**
 * The paths that are to be named so that each one there is begins and ends as a named one does: a shortest path for each change
 * that would take away a last step, and one for each first step that none of these begins with. There are no more than edges
 * at both ends, whatever the number of ways between.
 */
export function namedPaths(
    graph: PathGraph,
    sources: readonly PathNode[],
    targets: readonly PathNode[],
    follow: Follow,
): readonly NamedPath[] {
    // Who holds one of these holds a target by how Kubernetes works: what leads to them first is the last that can be changed.
    const ends = new Leading(graph, targets, (edge) => isLasting(edge) && follow(edge));
    const reached = new Reached(graph, sources, (edge) => follow(edge) && !ends.has(edge.from));
    const found = new Map<string, NamedPath>();
    const begun = new Set<string>();
    const add = (decisive: Edge, path: Path): void => {
        const key = changeOf(decisive);
        if (!found.has(key)) {
            found.set(key, { decisive, path });
            path.slice(0, 1).forEach((first) => begun.add(changeOf(first)));
        }
    };
    for (const edge of graph.edges) {
        const before =
            follow(edge) && ends.has(edge.to) && !ends.has(edge.from) ? reached.pathTo(edge.from) : undefined;
        if (before !== undefined) {
            add(edge, [...before, edge, ...ends.pathFrom(edge.to)]);
        }
    }
    const leading = new Leading(graph, targets, follow);
    for (const first of sources.flatMap((source) => graph.from(source))) {
        if (follow(first) && leading.has(first.to) && !begun.has(changeOf(first)) && first.object !== undefined) {
            add(first, [first, ...leading.pathFrom(first.to)]);
        }
    }
    return [...found.values()];
}

/** A path in one line: `the Internet -> Service shop/web -> Pod shop/web -> a node`. */
function lineOf(path: Path): string {
    return [...path.slice(0, 1).map(({ from }) => from), ...path.map(({ to }) => to)].map(titleOf).join(" -> ");
}

/** What a finding says of a path. */
export function messageOf({ path, decisive }: NamedPath): string {
    const { remedy } = cutOf(decisive);
    return `${lineOf(path)}. The attacker can ${decisive.family.title}.${remedy === "" ? "" : ` ${remedy}`}`;
}
