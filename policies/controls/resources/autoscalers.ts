import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";
import { append } from "../../kubernetes/selectors";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";

/** Something that decides how many replicas a workload has, or how large they are. */
export interface Scaler {
    readonly object: KubeObject;
    /** E.g. `Deployment shop/web`. */
    readonly target: string;
    /** Where the target is named, e.g. `spec.scaleTargetRef.name`. */
    readonly path: string;
    readonly decides: "replicas" | "sizes";
    /** The resources of a pod that it goes by, or whose requests it sets. */
    readonly resources: readonly string[];
}

/** An HPA without metrics goes by the CPU (autoscaling/v1, and autoscaling/v2 "metrics"); other metrics are nobody else's. */
function replicasBy(object: KubeObject): readonly string[] {
    const spec = obj(object.body["spec"]);
    const metrics = list(spec["metrics"]).map(obj);
    return metrics.length === 0
        ? ["cpu"]
        : metrics.map(({ resource, containerResource }) => str(obj(resource ?? containerResource)["name"]));
}

/** What a VerticalPodAutoscaler sets: nothing where it only recommends, CPU and memory unless told otherwise. */
function sizes(object: KubeObject): readonly string[] {
    const spec = obj(object.body["spec"]);
    if (obj(spec["updatePolicy"])["updateMode"] === "Off") {
        return [];
    }
    const policies = list(obj(spec["resourcePolicy"])["containerPolicies"]).map(obj);
    const all = ["cpu", "memory"];
    const of = ({ mode, controlledResources = all }: Readonly<Record<string, unknown>>): readonly string[] =>
        mode === "Off" ? [] : strings(controlledResources);
    // A policy of one container leaves the others as they are by default.
    const rest = policies.some(({ containerName }) => containerName === "*") ? [] : all;
    return [...new Set([...policies.flatMap(of), ...rest])];
}

/** What an object scales; undefined where it is no scaler. Throws where that is unknown before deployment. */
export function scalerOf(object: KubeObject): Scaler | undefined {
    const spec = obj(object.body["spec"]);
    const scaler = (field: string, decides: Scaler["decides"], resources: readonly string[]): Scaler => {
        const { kind, name } = obj(spec[field]) as { kind?: unknown; name?: unknown };
        return {
            object,
            target: `${str(kind) || "Deployment"} ${namespaceOf(object)}/${str(name)}`,
            path: `${object.prefix}spec.${field}.name`,
            decides,
            resources,
        };
    };
    switch (`${object.group}/${object.kind}`) {
        case "autoscaling/HorizontalPodAutoscaler":
            return scaler("scaleTargetRef", "replicas", replicasBy(object));
        case "keda.sh/ScaledObject":
            return scaler(
                "scaleTargetRef",
                "replicas",
                list(spec["triggers"]).map((trigger) => str(obj(trigger)["type"])),
            );
        case "autoscaling.k8s.io/VerticalPodAutoscaler":
            return scaler("targetRef", "sizes", sizes(object));
        default:
            return undefined;
    }
}

/** The kinds of scalers, without their groups. */
export const SCALER_KINDS = ["HorizontalPodAutoscaler", "ScaledObject", "VerticalPodAutoscaler"] as const;

/** The scalers of a stack by what they scale. One that is not known before deployment is left out. Built once per stack. */
export function scalersByTarget(stack: Stack): ReadonlyMap<string, readonly Scaler[]> {
    const found = new Map<string, Scaler[]>();
    for (const object of SCALER_KINDS.flatMap((kind) => stack.ofKind(kind))) {
        const scaler = ifKnown(() => scalerOf(object));
        // One that sets nothing only looks on.
        if (scaler !== undefined && (scaler.decides === "replicas" || scaler.resources.length > 0)) {
            append(found, scaler.target, scaler);
        }
    }
    return found;
}

/** What one of two scalers of a workload does that the other does too; undefined where they keep apart. */
export function conflict(one: Scaler, other: Scaler): string | undefined {
    if (one.decides === other.decides) {
        return one.decides === "replicas" ? "scales too" : "sizes too";
    }
    const shared = one.resources.filter((resource) => other.resources.includes(resource));
    return shared.length === 0
        ? undefined
        : `${other.decides === "replicas" ? "scales" : "sizes"} by ${shared.join(" and ")} too`;
}
