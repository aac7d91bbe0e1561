import type { Edge } from "./edge";
import type { Follow, PathGraph } from "./graph";
import type { PathNode } from "./nodes";
import type { Path } from "./search";
import { Leading, Reached, shortestPath } from "./search";

/** A question about paths: where they begin and end, and which edges they may take. */
export interface Ways {
    readonly graph: PathGraph;
    readonly sources: readonly PathNode[];
    readonly targets: ReadonlySet<PathNode>;
    readonly follow: Follow;
}

/** What an edge is known by from one run to the next: its family and both of its ends. */
export function identityOf({ family, from, to }: Edge): string {
    const end = ({ kind, namespace, name }: PathNode): string => [kind, namespace, name].join(":");
    return `${family.name} ${end(from)} -> ${end(to)}`;
}

/**
 * The edges on the ways from the sources to the targets. A path existed in another graph exactly where all of its edges are
 * among those of that graph, so this is all that a baseline has to hold. Linear in nodes and edges.
 */
export function edgesOnTheWay({ graph, sources, targets, follow }: Ways): readonly Edge[] {
    const outside: Follow = (edge) => follow(edge) && !targets.has(edge.from) && !sources.includes(edge.to);
    const reached = new Reached(graph, sources, outside);
    const leading = new Leading(graph, targets, outside);
    return graph.edges.filter((edge) => outside(edge) && reached.has(edge.from) && leading.has(edge.to));
}

/**
 * Paths that take an edge which is not known, the shortest through each such edge, as many as are asked for. Where there is
 * such a path, one is found. Whether one without a loop leads through an edge is hard to tell in general (two paths without
 * a node in common), so in rare cases one with a loop is returned where there is no other.
 */
export function newPaths(ways: Ways, known: ReadonlySet<string>, count: number): readonly Path[] {
    const found = new Map<string, Path>();
    for (const edge of edgesOnTheWay(ways)) {
        const path = known.has(identityOf(edge)) ? undefined : pathThrough(ways, edge);
        if (path !== undefined) {
            found.set(path.map(({ id }) => id).join(" "), path);
        }
        if (found.size === count) {
            break;
        }
    }
    return [...found.values()].sort((one, other) => one.length - other.length);
}

/** A path through an edge; undefined where every one would have to pass one of its ends twice. */
function pathThrough({ graph, sources, targets, follow }: Ways, edge: Edge): Path | undefined {
    const open = (avoided: ReadonlySet<PathNode>): Follow => {
        return (each) => follow(each) && !targets.has(each.from) && !sources.includes(each.to) && !avoided.has(each.to);
    };
    const before = (avoided: ReadonlySet<PathNode>): Path | undefined =>
        avoided.has(edge.from) ? undefined : shortestPath(graph, sources, new Set([edge.from]), open(avoided));
    const behind = (avoided: ReadonlySet<PathNode>): Path | undefined =>
        avoided.has(edge.to) ? undefined : shortestPath(graph, [edge.to], targets, open(avoided));
    const start = before(new Set([edge.to]));
    const end = behind(new Set([edge.from]));
    if (start === undefined || end === undefined) {
        return undefined;
    }
    const passed = new Set([...start.map(({ from }) => from), edge.from]);
    const ahead = new Set([edge.to, ...end.map(({ to }) => to)]);
    if (![...ahead].some((node) => passed.has(node))) {
        return [...start, edge, ...end];
    }
    const around = behind(passed);
    const others = before(ahead);
    return around !== undefined ? [...start, edge, ...around] : [...(others ?? start), edge, ...end];
}
