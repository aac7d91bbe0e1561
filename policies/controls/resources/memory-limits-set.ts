import { podControl } from "../../control";
import { checklist, mitre, nist, nsa, soc2 } from "../../frameworks";
import { missingResource, resourceStated } from "../../resources";

export const memoryLimitsSet = podControl({
    name: "memory-limits-set",
    description: "Every container has a limit of memory.",
    why: "A container without a limit can use up its node's memory and bring its neighbours down.",
    severity: "medium",
    covers: ["res.memory-limits"],
    frameworks: [
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1496", "T1499"),
        ...nist("SC-5", "SC-6"),
        ...soc2("A1.1"),
        ...checklist("CTR-6", "NET-5"),
    ],
    remediation: "Set resources.limits.memory on every container, from what the program was measured to use.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: { expression: resourceStated("limits", "memory") },
    check: (pod) => missingResource(pod, "limits", "memory"),
});
