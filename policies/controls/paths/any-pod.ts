import type { Control, ControlMeta } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { pathsFromAnyPod } from "../../paths/any-pod";
import type { NodeKind } from "../../paths/nodes";
import { withoutFlaws } from "../../paths/search";
import { OVER_PATHS, pathFaults } from "./faults";

/** A control that refuses every path from a pod to nodes of some kinds, whoever reaches the pod. */
export function anyPodPathControl({
    to,
    ...meta
}: Pick<ControlMeta, "name" | "description" | "why" | "frameworks" | "includes"> & {
    readonly to: readonly NodeKind[];
}): Control {
    return stackControl({
        ...OVER_PATHS,
        ...meta,
        severity: "high",
        check: (stack, context) =>
            pathFaults(stack, context, (graph, isAccepted) => pathsFromAnyPod(graph, to, withoutFlaws, isAccepted)),
    });
}
