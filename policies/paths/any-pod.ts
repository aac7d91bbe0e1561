import type { Edge } from "./edge";
import { weightOf } from "./edge";
import { SUMMITS } from "./elsewhere";
import type { IsAccepted, NamedPath } from "./findings";
import { namedPaths } from "./findings";
import type { Follow, PathGraph } from "./graph";
import type { NodeKind, PathNode } from "./nodes";
import type { Path } from "./search";
import { Leading } from "./search";

/**
 * The paths from any pod to nodes of some kinds, one for each change that takes away a last step. Pods that come there by
 * themselves, and of which that is accepted, are an end as well: whoever else comes to one of them has what it has.
 */
export function* pathsFromAnyPod(
    graph: PathGraph,
    kinds: readonly NodeKind[],
    follow: Follow,
    isAccepted: IsAccepted,
): Iterable<NamedPath> {
    const onward: Follow = (edge) => follow(edge) && !SUMMITS.includes(edge.from.kind);
    const pods = graph.nodes.filter(({ kind }) => kind === "pod");
    const ends = graph.nodes.filter(({ kind }) => kinds.includes(kind));
    const direct = new Leading(graph, ends, (edge) => onward(edge) && weightOf(edge) === Infinity);
    const trusted = new Map<PathNode, Path>();
    const told = new Set<Edge>();
    for (const pod of pods) {
        const own = graph
            .from(pod)
            .filter((edge) => onward(edge) && direct.has(edge.to))
            .map((decisive): NamedPath => ({ decisive, path: [decisive, ...direct.pathFrom(decisive.to)] }));
        const accepted = own.find(isAccepted);
        if (accepted !== undefined) {
            trusted.set(pod, accepted.path);
            own.forEach(({ decisive }) => told.add(decisive));
            yield* own;
        }
    }
    // What a trusted pod comes to in other ways than by itself is not accepted with it.
    yield* namedPaths(
        graph,
        { sources: pods, targets: ends, entries: false },
        (edge) => onward(edge) && !told.has(edge),
        isAccepted,
    );
    const toTrusted = namedPaths(
        graph,
        { sources: pods.filter((pod) => !trusted.has(pod)), targets: [...trusted.keys()], entries: false },
        (edge) => onward(edge) && !trusted.has(edge.from),
        isAccepted,
    );
    for (const { path, decisive } of toTrusted) {
        const last = path.at(-1)?.to;
        yield { decisive, path: [...path, ...((last && trusted.get(last)) ?? [])] };
    }
}
