import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { SCALABLE } from "./scaling";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

/** The namespaces of a stack that hold something to scale. Built once per stack. */
function scaledNamespaces(stack: Stack): ReadonlySet<string> {
    return new Set(SCALABLE.flatMap((kind) => stack.ofKind(kind)).map(namespaceOf));
}

function* targetFaults(stack: Stack, autoscaler: KubeObject): Iterable<StackFault> {
    const { kind, name } = obj(obj(autoscaler.body["spec"])["scaleTargetRef"]) as { kind?: unknown; name?: unknown };
    // An autoscaler that comes alone scales what somebody else deploys; and custom resources scale too.
    const visible = SCALABLE.includes(str(kind)) && stack.memo(scaledNamespaces).has(namespaceOf(autoscaler));
    if (visible && stack.find(str(kind), autoscaler.namespace, str(name)) === undefined) {
        const path = `${autoscaler.prefix}spec.scaleTargetRef.name`;
        yield {
            object: autoscaler,
            path,
            message: `${path} is "${str(name)}", and there is no ${str(kind)} of this name. Name one that exists.`,
        };
    }
}

function* rangeFaults(
    autoscaler: KubeObject,
    params: { readonly minimum: number; readonly maximum: number; readonly spread: number },
): Iterable<StackFault> {
    const { minReplicas, maxReplicas } = obj(autoscaler.body["spec"]) as {
        minReplicas?: unknown;
        maxReplicas?: unknown;
    };
    const least = typeof minReplicas === "number" ? minReplicas : 1;
    const most = typeof maxReplicas === "number" ? maxReplicas : undefined;
    const at = `${autoscaler.prefix}spec`;
    if (least < params.minimum) {
        yield {
            object: autoscaler,
            path: `${at}.minReplicas`,
            message: `${at}.minReplicas is ${minReplicas === undefined ? "not set, which means 1" : least}. Set it to ${params.minimum} or more.`,
            absent: minReplicas === undefined,
        };
    }
    if (most !== undefined && most - least < params.spread) {
        yield {
            object: autoscaler,
            path: `${at}.maxReplicas`,
            message: `${at}.maxReplicas is ${most}, the minimum ${least}: it can't scale. Leave at least ${params.spread} between them.`,
        };
    }
    if (most !== undefined && params.maximum > 0 && most > params.maximum) {
        yield {
            object: autoscaler,
            path: `${at}.maxReplicas`,
            message: `${at}.maxReplicas is ${most}. Set it to ${params.maximum} or less.`,
        };
    }
}

export const autoscalerSound = stackControl({
    name: "autoscaler-sound",
    description: "Every HorizontalPodAutoscaler scales something that exists, within a range that keeps it available.",
    why: "An autoscaler without a target scales nothing, and one with a minimum of one takes the redundancy away at night.",
    severity: "low",
    enforcement: "advisory", // It costs capacity, and nobody gains by it.
    covers: ["rel.hpa"],
    frameworks: [...nist("CP-10", "SC-5"), ...soc2("A1.1", "A1.2")],
    remediation: "Name an existing target, set minReplicas to two or more and maxReplicas above it.",
    profiles: ["x0tta6bl4"],
    params: {
        minimum: { type: "integer", description: "The lowest minReplicas to allow.", default: 2, minimum: 0 },
        maximum: {
            type: "integer",
            description: "The highest maxReplicas to allow; 0 for any.",
            default: 0,
            minimum: 0,
        },
        spread: {
            type: "integer",
            description: "How far maxReplicas must be above minReplicas.",
            default: 1,
            minimum: 0,
        },
    },
    admission: { none: "The target is another object, which may well come later." },
    *check(stack, { params, each }) {
        yield* each(
            stack.ofKind("HorizontalPodAutoscaler"),
            (autoscaler) => autoscaler,
            function* (autoscaler) {
                yield* targetFaults(stack, autoscaler);
                yield* rangeFaults(autoscaler, params);
            },
        );
    },
});
