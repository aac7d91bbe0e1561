import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { describe, obj } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { conflict, SCALER_KINDS, scalerOf, scalersByTarget } from "./autoscalers";
import { SCALABLE } from "./scaling";

/** The scalers of a workload stand in one order, and of two the later one is at fault. */
function* rivalFaults(stack: Stack, object: KubeObject): Iterable<StackFault> {
    const scaler = scalerOf(object);
    if (scaler === undefined) {
        return;
    }
    const all = stack.memo(scalersByTarget).get(scaler.target) ?? [];
    const own = all.findIndex((one) => one.object === object);
    for (const other of all.slice(0, Math.max(own, 0))) {
        const what = conflict(scaler, other);
        if (what !== undefined) {
            yield {
                object,
                path: scaler.path,
                message: `${scaler.path} leads to ${scaler.target}, which ${describe(other.object)} ${what}. Keep one of them.`,
            };
        }
    }
}

/** Says whether the API server wrote the object: it keeps the count of the moment in the manifest, whoever decided it. */
function isLive(object: KubeObject): boolean {
    return obj(object.body["metadata"])["uid"] !== undefined;
}

function* countFaults(stack: Stack, workload: KubeObject): Iterable<StackFault> {
    const scaler = stack
        .memo(scalersByTarget)
        .get(`${workload.kind} ${namespaceOf(workload)}/${workload.name}`)
        ?.find(({ decides }) => decides === "replicas");
    const { replicas } = obj(workload.body["spec"]) as { replicas?: unknown };
    if (scaler !== undefined && typeof replicas === "number" && !isLive(workload)) {
        const path = `${workload.prefix}spec.replicas`;
        yield {
            object: workload,
            path,
            message: `${path} is ${replicas}, which every apply puts in place of what ${describe(scaler.object)} has decided. Leave it out.`,
        };
    }
}

export const oneScalerPerWorkload = stackControl({
    name: "one-scaler-per-workload",
    description: "Of each workload only one thing decides how many replicas it has, and one how large they are.",
    why: "Two that decide the same undo each other, so the workload swings, or shrinks under load at the next deployment.",
    severity: "low",
    // It costs capacity, not safety, and nobody stops a release for it.
    enforcement: "advisory",
    covers: [],
    frameworks: [...nist("CP-10", "SC-5"), ...soc2("A1.1")],
    remediation:
        "Keep one autoscaler for replicas and one for sizes, by different resources, and leave spec.replicas out beside the first.",
    profiles: ["x0tta6bl4"],
    admission: { none: "The other one is another object." },
    *check(stack, { each }) {
        yield* each(
            SCALER_KINDS.flatMap((kind) => stack.ofKind(kind)),
            (object) => object,
            (object) => rivalFaults(stack, object),
        );
        yield* each(
            SCALABLE.flatMap((kind) => stack.ofKind(kind)),
            (workload) => workload,
            (workload) => countFaults(stack, workload),
        );
    },
});
