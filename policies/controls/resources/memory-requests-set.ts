import { EXHAUSTION, missingResource, resourceStated } from "./compute";
import { resourceControl } from "./limit-ranges";

export const memoryRequestsSet = resourceControl({
    name: "memory-requests-set",
    description: "Every container requests memory.",
    why: "Without a request the container is the first that a node short of memory evicts.",
    severity: "medium",
    advisesInPart: "a LimitRange",
    covers: ["res.memory-requests", "res.requests-limits"],
    frameworks: EXHAUSTION,
    remediation: "Set resources.requests.memory on every container, from what the program was measured to use.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: { expression: resourceStated("requests", "memory") },
    check: (pod) => missingResource(pod, "requests", "memory"),
});
