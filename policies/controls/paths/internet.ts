import type { Control, ControlMeta } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { namedPaths } from "../../paths/findings";
import type { NodeKind } from "../../paths/nodes";
import { withoutFlaws } from "../../paths/search";
import { OVER_PATHS, pathFaults } from "./faults";

/** A control that refuses every path from the Internet to nodes of some kinds. */
export function internetPathControl({
    to,
    ...meta
}: Pick<ControlMeta, "name" | "description" | "why" | "frameworks"> & { readonly to: readonly NodeKind[] }): Control {
    return stackControl({
        ...OVER_PATHS,
        ...meta,
        severity: "critical",
        check: (stack, context) =>
            pathFaults(stack, context, (graph, isAccepted) =>
                namedPaths(
                    graph,
                    {
                        sources: graph.nodes.filter(({ kind }) => kind === "internet"),
                        targets: graph.nodes.filter(({ kind }) => to.includes(kind)),
                        entries: true,
                    },
                    withoutFlaws,
                    isAccepted,
                ),
            ),
    });
}
