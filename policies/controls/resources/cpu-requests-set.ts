import { EXHAUSTION, missingResource, resourceStated } from "./compute";
import { resourceControl } from "./limit-ranges";

export const cpuRequestsSet = resourceControl({
    name: "cpu-requests-set",
    description: "Every container requests CPU time.",
    why: "Without a request the scheduler counts the container as free, and puts more on a node than it can run.",
    severity: "medium",
    advisesInPart: "a LimitRange",
    covers: ["res.cpu-requests", "res.requests-limits"],
    frameworks: EXHAUSTION,
    remediation: "Set resources.requests.cpu on every container, from what the program was measured to use.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: { expression: resourceStated("requests", "cpu") },
    check: (pod) => missingResource(pod, "requests", "cpu"),
});
