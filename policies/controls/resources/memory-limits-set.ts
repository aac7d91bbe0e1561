import { EXHAUSTION, missingResource, resourceStated } from "./compute";
import { resourceControl } from "./limit-ranges";

export const memoryLimitsSet = resourceControl({
    name: "memory-limits-set",
    description: "Every container has a limit of memory.",
    why: "A container without a limit can use up its node's memory and bring its neighbours down.",
    severity: "medium",
    advisesInPart: "a LimitRange",
    covers: ["res.memory-limits", "res.requests-limits"],
    frameworks: EXHAUSTION,
    remediation: "Set resources.limits.memory on every container, from what the program was measured to use.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: { expression: resourceStated("limits", "memory") },
    check: (pod) => missingResource(pod, "limits", "memory"),
});
