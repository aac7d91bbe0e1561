import type { Control, ControlMeta } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { namedPaths } from "../../paths/findings";
import type { NodeKind } from "../../paths/nodes";
import { withoutFlaws } from "../../paths/search";
import { NO_TWIN, pathFaults, REMEDIATION } from "./faults";

/** A control that refuses every path from the Internet to nodes of some kinds. */
export function internetPathControl({
    to,
    ...meta
}: Pick<ControlMeta, "name" | "description" | "why" | "frameworks"> & { readonly to: readonly NodeKind[] }): Control {
    return stackControl({
        ...meta,
        severity: "critical",
        covers: [],
        remediation: REMEDIATION,
        profiles: ["x0tta6bl4"],
        check: (stack, context) =>
            pathFaults(stack, context, (graph) =>
                namedPaths(
                    graph,
                    graph.nodes.filter(({ kind }) => kind === "internet"),
                    graph.nodes.filter(({ kind }) => to.includes(kind)),
                    withoutFlaws,
                ),
            ),
        admission: NO_TWIN,
    });
}
