import { literal } from "../../engine/cel";
import type { Fault } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import type { ContainerView, PodView } from "../../kubernetes/pods";
import { amountOf } from "../../kubernetes/quantity";
import { show } from "../../text";

/** The two halves of a container's resources. */
export type Half = "requests" | "limits";

/** The containers that can state resources; the API refuses them on ephemeral ones. */
export function sizedContainers(pod: PodView): readonly ContainerView[] {
    return pod.containers.filter(({ role }) => role !== "ephemeral");
}

/** What a container states for a resource, or undefined; `0` states nothing: it asks for nothing and limits nothing. */
export function statedOf(container: ContainerView, half: Half, resource: string): unknown {
    const value = obj(obj(container.body["resources"])[half])[resource];
    return value === undefined || value === null || amountOf(value) === 0 ? undefined : value;
}

/**
 * The faults of containers that don't state a resource. Where a limit is stated and no request, the API server takes the
 * limit for it, of a container and of the pod (API reference, ResourceRequirements). Resources of the pod as a whole (v1.34)
 * count for all of its containers.
 */
export function* missingResource(pod: PodView, half: Half, resource: string): Iterable<Fault> {
    if (sufficing(half).some((one) => obj(obj(pod.spec["resources"])[one])[resource] !== undefined)) {
        return;
    }
    for (const container of sizedContainers(pod)) {
        const limited = half === "requests" && isDefaulted(container, resource);
        if (statedOf(container, half, resource) === undefined && !limited) {
            const path = `${container.path}.resources.${half}.${resource}`;
            const zero = obj(obj(container.body["resources"])[half])[resource] !== undefined;
            yield {
                path,
                container: container.name,
                message: `${path} is ${zero ? "0" : "not set"} (container "${container.name}"). Set it.`,
                absent: !zero,
            };
        }
    }
}

/** Says whether a container's request is left to be filled in by its limit. One that is null is there: the API reads it as 0. */
function isDefaulted(container: ContainerView, resource: string): boolean {
    const request = obj(obj(container.body["resources"])["requests"])[resource];
    return request === undefined && statedOf(container, "limits", resource) !== undefined;
}

/** The halves of a pod's own resources of which one is enough for the API server to know this one. */
function sufficing(half: Half): readonly Half[] {
    return half === "requests" ? ["requests", "limits"] : ["limits"];
}

/**
 * The admission counterpart of `missingResource`. The API server fills in the requests of a Pod before admission, but not
 * those of a template that pods are made of later.
 */
export function resourceStated(half: Half, resource: string): string {
    const limit = half === "requests" ? `c.?resources.?limits[?${literal(resource)}].orValue('0')` : "'0'";
    return [
        "variables.podSpec == null ||",
        ...sufficing(half).map((one) => `variables.podSpec.?resources.?${one}[?${literal(resource)}].hasValue() ||`),
        "(variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?containers.orValue([])).all(c,",
        // The API server hands every quantity over as text, and every zero as "0".
        ` c.?resources.?${half}[?${literal(resource)}].orValue(${limit}) != '0')`,
    ].join("\n");
}

/** The fault of a container that asks for, or may take, more of a resource than `most`; an empty `most` allows any. */
export function* aboveCeiling(container: ContainerView, half: Half, resource: string, most: string): Iterable<Fault> {
    const stated = statedOf(container, half, resource);
    if ((amountOf(stated) ?? 0) > (amountOf(most) ?? Infinity)) {
        const path = `${container.path}.resources.${half}.${resource}`;
        yield {
            path,
            container: container.name,
            message: `${path} is ${show(stated)} (container "${container.name}"); at most ${most} is allowed. Lower it.`,
        };
    }
}

/** Where the standards speak of one container using up what its neighbours need. */
export const EXHAUSTION = [
    ...nsa("Kubernetes Pod security"),
    ...mitre("T1496", "T1499"),
    ...nist("SC-5", "SC-6"),
    ...soc2("A1.1"),
    ...checklist("CTR-6", "NET-5"),
];
