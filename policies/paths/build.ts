import type { Stack } from "../kubernetes/stack";
import { namespaceOf } from "../kubernetes/stack";
import type { EdgeFamily } from "./edge";
import { ALL_FAMILIES, EDGE_FAMILIES } from "./edges";
import { numbered, PathGraph } from "./graph";
import { Landscape } from "./landscape";

/** The graph of a stack, built on first use: nodes for what its objects are and say, edges by every family there is. */
export function pathGraphOf(stack: Stack): PathGraph {
    return stack.memo(build);
}

/** The same with the edges of the network between pods, which takes longer. */
export function lateralGraphOf(stack: Stack): PathGraph {
    return stack.memo(buildLateral);
}

function build(stack: Stack): PathGraph {
    return graphOf(stack, EDGE_FAMILIES);
}

function buildLateral(stack: Stack): PathGraph {
    return graphOf(stack, ALL_FAMILIES);
}

function graphOf(stack: Stack, families: readonly EdgeFamily[]): PathGraph {
    const landscape = new Landscape(stack);
    // An answer about the Internet or the cluster is asked for also where nothing leads there.
    landscape.node("internet");
    landscape.node("cluster-admin");
    landscape.node("node");
    // What is written down can be asked for, and is found by the families that look for what has a name.
    stack.pods().forEach((pod) => landscape.pod(pod));
    for (const [kind, node] of [
        ["ServiceAccount", "account"],
        ["Secret", "secret"],
    ] as const) {
        stack.ofKind(kind).forEach((object) => landscape.node(node, namespaceOf(object), object.name, object));
    }
    const edges = [...numbered(families, landscape)];
    return new PathGraph(landscape.nodes, edges, landscape.unseen);
}
