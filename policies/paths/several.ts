import type { Follow, PathGraph } from "./graph";
import type { PathNode } from "./nodes";
import type { Path } from "./search";
import { Leading, shortestPath } from "./search";

/**
 * As many paths as are asked for, the shortest first and no two the same; fewer where there are no more. None passes a node
 * twice, nor a source once it has left one.
 * Yen's algorithm: each further path leaves one that is known at some node, by an edge that none with that beginning takes.
 */
export function shortestPaths(
    graph: PathGraph,
    sources: readonly PathNode[],
    targets: ReadonlySet<PathNode>,
    follow: Follow,
    count: number,
): readonly Path[] {
    // What leads nowhere would only be searched again for every path.
    const useful = new Leading(graph, targets, follow);
    const isUseful: Follow = (edge) => useful.has(edge.to) && follow(edge);
    const first = shortestPath(graph, sources, targets, isUseful);
    const found: Path[] = first === undefined || first.length === 0 ? [] : [first];
    const candidates = new Map<string, Path>();
    while (found.length < count) {
        const last = found.at(-1);
        if (last === undefined) {
            break;
        }
        for (const path of deviations(last, { graph, sources, targets, follow: isUseful, found })) {
            candidates.set(keyOf(path), path);
        }
        const [next] = [...candidates.values()].sort(
            (one, other) => one.length - other.length || (keyOf(one) < keyOf(other) ? -1 : 1),
        );
        if (next === undefined) {
            break;
        }
        candidates.delete(keyOf(next));
        found.push(next);
    }
    return found;
}

interface Question {
    readonly graph: PathGraph;
    readonly sources: readonly PathNode[];
    readonly targets: ReadonlySet<PathNode>;
    readonly follow: Follow;
    readonly found: readonly Path[];
}

function* deviations(path: Path, { graph, sources, targets, follow, found }: Question): Iterable<Path> {
    for (const [index, edge] of path.entries()) {
        const beginning = path.slice(0, index);
        const key = keyOf(beginning);
        const taken = new Set(
            found.filter((other) => keyOf(other.slice(0, index)) === key).flatMap((other) => other[index] ?? []),
        );
        // Whoever begins anew may begin anywhere; later the way so far is behind them.
        const from = index === 0 ? sources : [edge.from];
        const passed = new Set([...sources, ...beginning.map((each) => each.from)]);
        const rest = shortestPath(
            graph,
            from,
            targets,
            (each) => !taken.has(each) && !passed.has(each.to) && follow(each),
        );
        if (rest !== undefined && rest.length > 0) {
            yield [...beginning, ...rest];
        }
    }
}

function keyOf(path: Path): string {
    return path.map(({ id }) => id).join(" ");
}
