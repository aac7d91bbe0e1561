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

/** Says whether somebody has accepted a path. What is named in its place then comes next. */
export type IsAccepted = (named: NamedPath) => boolean;

const isLasting: Follow = (edge) => weightOf(edge) === Infinity;

/** The paths up to the first that nobody has accepted, which stands for those behind it: one change ends them all. */
export function* untilNews(paths: Iterable<NamedPath>, isAccepted: IsAccepted): Iterable<NamedPath> {
    for (const named of paths) {
        yield named;
        if (!isAccepted(named)) {
            return;
        }
    }
}

interface Asked {
    readonly sources: readonly PathNode[];
    readonly targets: readonly PathNode[];
    /** Whether each first step is to be named as well, where the way in is what one would change. */
    readonly entries: boolean;
}

/**
 * The paths that are to be named so that each one there is begins and ends as a named one does: a shortest path for each change
 * that would take away a last step, and where that is asked for one for each first step that none of these begins with. There
 * are no more than edges at both ends, whatever the number of ways between; where one is accepted, as many more as it hides.
 */
export function* namedPaths(
    graph: PathGraph,
    { sources, targets, entries }: Asked,
    follow: Follow,
    isAccepted: IsAccepted,
): Iterable<NamedPath> {
    // Who holds one of these holds a target by how Kubernetes works: what leads to them first is the last that can be changed.
    const ends = new Leading(graph, targets, (edge) => isLasting(edge) && follow(edge));
    const before: Follow = (edge) => follow(edge) && !ends.has(edge.from);
    const reached = new Reached(graph, sources, before);
    const last = graph.edges.filter(
        (edge) => follow(edge) && ends.has(edge.to) && !ends.has(edge.from) && reached.has(edge.from),
    );
    const begun = new Set<string>();
    const changes = new Set<string>();
    for (const [change, edges] of Map.groupBy(last, changeOf)) {
        changes.add(change);
        const paths = waysBy(graph, { sources, edges, reached, follow: before, ends });
        for (const named of untilNews(paths, isAccepted)) {
            named.path.slice(0, 1).forEach((first) => begun.add(changeOf(first)));
            yield named;
        }
    }
    if (!entries) {
        return;
    }
    const leading = new Leading(graph, targets, follow);
    const first = sources
        .flatMap((source) => graph.from(source))
        .filter((edge) => edge.object !== undefined && follow(edge) && leading.has(edge.to));
    for (const [change, edges] of Map.groupBy(first, changeOf)) {
        if (!begun.has(change) && !changes.has(change)) {
            const paths = edges.map((edge) => ({ decisive: edge, path: [edge, ...leading.pathFrom(edge.to)] }));
            yield* untilNews(paths, isAccepted);
        }
    }
}

interface Last {
    readonly sources: readonly PathNode[];
    /** The edges that one change takes away, all of them reached. */
    readonly edges: readonly Edge[];
    readonly reached: Reached;
    readonly follow: Follow;
    readonly ends: Leading;
}

/** A shortest path by each of some last edges, from any source; then one from each of the other sources. */
function* waysBy(graph: PathGraph, { sources, edges, reached, follow, ends }: Last): Iterable<NamedPath> {
    const through = (before: Path, edge: Edge): NamedPath => ({
        decisive: edge,
        path: [...before, edge, ...ends.pathFrom(edge.to)],
    });
    const known = new Map<Edge, PathNode>();
    for (const edge of edges) {
        const before = reached.pathTo(edge.from) ?? [];
        known.set(edge, before[0]?.from ?? edge.from);
        yield through(before, edge);
    }
    for (const edge of edges) {
        const others = sources.filter((source) => source !== known.get(edge));
        for (const before of pathsBefore(graph, others, edge, follow)) {
            yield through(before, edge);
        }
    }
}

/** A shortest path from each source that there is one from to where an edge begins. */
export function* pathsBefore(
    graph: PathGraph,
    sources: Iterable<PathNode>,
    { from }: Edge,
    follow: Follow,
): Iterable<Path> {
    const leading = new Leading(graph, [from], follow);
    for (const source of sources) {
        if (leading.has(source)) {
            yield leading.pathFrom(source);
        }
    }
}

/** A path in one line: `the Internet -> Service shop/web -> Pod shop/web -> a node`. */
function lineOf(path: Path): string {
    return [...path.slice(0, 1).map(({ from }) => from), ...path.map(({ to }) => to)].map(titleOf).join(" -> ");
}

/** What a finding says of a path. */
export function messageOf({ path, decisive }: NamedPath): string {
    const { remedy } = cutOf(decisive);
    return `${lineOf(path)}. The attacker can ${decisive.family.title} (${decisive.family.name}).${remedy === "" ? "" : ` ${remedy}`}`;
}
