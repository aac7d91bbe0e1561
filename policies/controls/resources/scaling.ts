import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";

/** The kinds that a replica count belongs to. */
export const SCALABLE: readonly string[] = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

/** The HorizontalPodAutoscalers of a stack, by what they scale. Built once per stack. */
function autoscalers(stack: Stack): ReadonlyMap<string, KubeObject> {
    const found = new Map<string, KubeObject>();
    for (const object of stack.ofKind("HorizontalPodAutoscaler")) {
        const target = ifKnown(() => obj(obj(object.body["spec"])["scaleTargetRef"]));
        if (target !== undefined) {
            found.set(key(str(target["kind"]), namespaceOf(object), str(target["name"])), object);
        }
    }
    return found;
}

function key(kind: string, namespace: string, name: string): string {
    return `${kind}\u0000${namespace}\u0000${name}`;
}

/** The HorizontalPodAutoscaler that scales a workload, if the stack has one. */
export function autoscalerOf(stack: Stack, workload: KubeObject): KubeObject | undefined {
    return stack.memo(autoscalers).get(key(workload.kind, namespaceOf(workload), workload.name));
}

/** The fewest replicas a workload may have: its autoscaler's minimum, otherwise its own count. The API's default is 1. */
export function replicaFloor(stack: Stack, workload: KubeObject): number {
    const autoscaler = autoscalerOf(stack, workload);
    const spec = obj((autoscaler ?? workload).body["spec"]);
    const stated = autoscaler === undefined ? spec["replicas"] : spec["minReplicas"];
    return typeof stated === "number" ? stated : 1;
}

/**
 * Says whether a workload leaves its count to something that the stack doesn't show: it states none, and no autoscaler of
 * the stack does.
 */
export function isCountOpen(stack: Stack, workload: KubeObject): boolean {
    const stated = obj(workload.body["spec"])["replicas"];
    return autoscalerOf(stack, workload) === undefined && (stated === undefined || stated === null);
}

/** Says whether a workload has several replicas at a time: its floor is above one. A count left out is one (API reference). */
export function isReplicated(stack: Stack, workload: KubeObject): boolean {
    return replicaFloor(stack, workload) > 1;
}

/** Says whether a controller made the object: what it says is then its owner's doing. */
export function isOwned(object: KubeObject): boolean {
    const owners = obj(object.body["metadata"])["ownerReferences"];
    return Array.isArray(owners) && owners.length > 0;
}

/** The workloads of a stack that people scale: owned ReplicaSets are their Deployments' business. */
export function scaledWorkloads(stack: Stack, kinds: readonly string[]): readonly KubeObject[] {
    return kinds.flatMap((kind) => stack.ofKind(kind)).filter((object) => !isOwned(object));
}
