import { podControl } from "../../control";
import { checklist, mitre, nist, nsa, soc2 } from "../../frameworks";
import { missingResource, resourceStated } from "../../resources";

export const cpuLimitsSet = podControl({
    name: "cpu-limits-set",
    description: "Every container has a limit of CPU time.",
    why: "A container without a limit, taken over or gone wild, takes the time of all its neighbours.",
    severity: "low",
    covers: ["res.cpu-limits"],
    frameworks: [
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1496", "T1499"),
        ...nist("SC-5", "SC-6"),
        ...soc2("A1.1"),
        ...checklist("CTR-6", "NET-5"),
    ],
    remediation: "Set resources.limits.cpu on every container, from what the program was measured to use.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: { expression: resourceStated("limits", "cpu") },
    check: (pod) => missingResource(pod, "limits", "cpu"),
});
