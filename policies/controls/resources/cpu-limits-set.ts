import { EXHAUSTION, missingResource, resourceStated } from "./compute";
import { resourceControl } from "./limit-ranges";

export const cpuLimitsSet = resourceControl({
    name: "cpu-limits-set",
    description: "Every container has a limit of CPU time.",
    why: "A container without a limit, taken over or gone wild, takes the time of all its neighbours.",
    severity: "medium",
    advisesInPart: "a LimitRange",
    covers: ["res.cpu-limits", "res.requests-limits"],
    frameworks: EXHAUSTION,
    remediation: "Set resources.limits.cpu on every container, from what the program was measured to use.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: { expression: resourceStated("limits", "cpu") },
    check: (pod) => missingResource(pod, "limits", "cpu"),
});
