import type { KindName, ObjectRef } from "../../kubernetes/objects.js";
import type { ActionContext } from "../action.js";
import { ActionRefusedError } from "../action.js";

const ROLLED: readonly string[] = ["Deployment", "StatefulSet", "DaemonSet"] satisfies readonly KindName[];

/** The workload an action rolls. @throws {ActionRefusedError} for kinds that have no rollout */
export function rolledWorkload({ record }: Pick<ActionContext, "record">): ObjectRef & { readonly namespace: string } {
    const { workload } = record.target;
    if (workload === undefined || !ROLLED.includes(workload.kind)) {
        throw new ActionRefusedError(`${workload?.kind ?? "a pod without a controller"} has no rollout`);
    }
    return { kind: workload.kind as KindName, namespace: workload.namespace, name: workload.name };
}
