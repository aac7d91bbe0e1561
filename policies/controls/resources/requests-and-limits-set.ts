import type { Fault, Params } from "../../control";
import { podControl } from "../../control";
import { checklist, mitre, nist, nsa } from "../../frameworks";
import type { ContainerView, PodView } from "../../pods";
import { amountOf } from "../../quantity";
import type { Half } from "../../resources";
import { missingResource, sizedContainers, statedOf } from "../../resources";
import { show } from "../../text";

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

function* ceilingFaults(container: ContainerView, half: Half, ceilings: readonly string[]): Iterable<Fault> {
    for (const ceiling of ceilings) {
        const [resource = "", most = ""] = ceiling.split("=", 2);
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
}

function* faultsOf(pod: PodView, settings: Params<typeof params>): Iterable<Fault> {
    for (const half of HALVES) {
        for (const resource of settings[half]) {
            yield* missingResource(pod, half, resource);
        }
        const ceilings = half === "requests" ? settings.maxRequests : settings.maxLimits;
        for (const container of sizedContainers(pod)) {
            yield* ceilingFaults(container, half, ceilings);
        }
    }
}

export const requestsAndLimitsSet = podControl({
    name: "requests-and-limits-set",
    description: "Every container states what it needs and the most it may take, within the allowed ceilings.",
    why: "What a container doesn't state the scheduler can't plan with and the kernel can't hold it to.",
    severity: "low",
    // The four controls for single resources say the same one by one; this one carries the ceilings.
    enforcement: "advisory",
    covers: ["res.requests-limits"],
    frameworks: [
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1496", "T1499"),
        ...nist("SC-5", "SC-6"),
        ...checklist("CTR-6"),
    ],
    remediation: "Set resources.requests and resources.limits for CPU and memory on every container.",
    profiles: [],
    params,
    admission: { none: "The controls for single resources each have their own counterpart." },
    check: (pod, context) => faultsOf(pod, context.params),
});
