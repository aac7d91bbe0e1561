import { pathGraphOf } from "../../../policies/paths/build";
import type { Edge, EdgeFamily } from "../../../policies/paths/edge";
import type { PathGraph } from "../../../policies/paths/graph";
import { PathGraph as Graph } from "../../../policies/paths/graph";
import type { PathNode } from "../../../policies/paths/nodes";
import { titleOf } from "../../../policies/paths/nodes";
import type { Manifest } from "../../support/controls";
import { stackOf } from "../../support/controls";

/** The graph of some manifests. */
export function graphOf(...manifests: readonly Manifest[]): PathGraph {
    return pathGraphOf(stackOf(...manifests));
}

/** `from -> to` of every edge of a family. */
export function edgesOf(graph: PathGraph, family: string): readonly string[] {
    return graph.edges
        .filter((edge) => edge.family.name === family)
        .map(({ from, to }) => `${titleOf(from)} -> ${titleOf(to)}`);
}

/** A graph of numbered nodes and of edges `[from, to, effort]`. */
export function drawn(
    size: number,
    arrows: readonly (readonly [number, number, EdgeFamily["cut"]["effort"]])[],
): Graph {
    const nodes: readonly PathNode[] = Array.from({ length: size }, (_, id) => ({
        id,
        kind: "pod",
        namespace: "",
        name: `n${id}`,
        object: undefined,
    }));
    const edges = arrows.flatMap(([from, to, effort], id): Edge[] => {
        const [start, end] = [nodes[from], nodes[to]];
        return start === undefined || end === undefined ? [] : [{ id, from: start, to: end, family: familyOf(effort) }];
    });
    return new Graph(nodes, edges, []);
}

function familyOf(effort: EdgeFamily["cut"]["effort"]): EdgeFamily {
    return {
        name: effort,
        title: "go on",
        technique: { id: "T1078", name: "Valid Accounts" },
        needs: "nothing more",
        cut: { effort, remedy: "Stop." },
        find: () => [],
    };
}
