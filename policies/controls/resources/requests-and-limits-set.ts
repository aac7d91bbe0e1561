import type { Fault, Params } from "../../engine/control";
import type { PodView } from "../../kubernetes/pods";
import { aboveCeiling, EXHAUSTION, missingResource, sizedContainers } from "./compute";
import { resourceControl } from "./limit-ranges";

const HALVES = ["requests", "limits"] as const;

const params = {
    requests: {
        type: "array",
        items: { type: "string" },
        description: "The resources that every container must request.",
        default: ["cpu", "memory"],
    },
    limits: {
        type: "array",
        items: { type: "string" },
        description: "The resources that every container must have a limit of.",
        default: ["cpu", "memory"],
    },
    maxRequests: {
        type: "array",
        items: { type: "string" },
        description: "The most that a container may request, e.g. `cpu=2` or `memory=4Gi`.",
        default: [],
    },
    maxLimits: {
        type: "array",
        items: { type: "string" },
        description: "The highest limits that a container may have, e.g. `cpu=4` or `memory=8Gi`.",
        default: [],
    },
} as const;

function* faultsOf(pod: PodView, settings: Params<typeof params>): Iterable<Fault> {
    for (const half of HALVES) {
        for (const resource of settings[half]) {
            yield* missingResource(pod, half, resource);
        }
        const ceilings = half === "requests" ? settings.maxRequests : settings.maxLimits;
        for (const container of sizedContainers(pod)) {
            for (const ceiling of ceilings) {
                const [resource = "", most = ""] = ceiling.split("=", 2);
                yield* aboveCeiling(container, half, resource, most);
            }
        }
    }
}

export const requestsAndLimitsSet = resourceControl({
    name: "requests-and-limits-set",
    description: "Every container states what it needs and the most it may take, within the allowed ceilings.",
    why: "What a container doesn't state the scheduler can't plan with and the kernel can't hold it to.",
    severity: "low",
    // The four controls for single resources say the same one by one; this one carries the ceilings.
    enforcement: "advisory",
    covers: ["res.requests-limits"],
    frameworks: EXHAUSTION,
    remediation: "Set resources.requests and resources.limits for CPU and memory on every container.",
    profiles: [],
    repeats: ["cpu-requests-set", "memory-requests-set", "cpu-limits-set", "memory-limits-set"],
    params,
    admission: { none: "The controls for single resources each have their own counterpart." },
    check: (pod, params) => faultsOf(pod, params),
});
