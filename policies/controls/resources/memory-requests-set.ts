import { podControl } from "../../control";
import { checklist, mitre, nist, nsa, soc2 } from "../../frameworks";
import { missingResource, resourceStated } from "../../resources";

export const memoryRequestsSet = podControl({
    name: "memory-requests-set",
    description: "Every container requests memory.",
    why: "Without a request the container is the first that a node short of memory evicts.",
    severity: "low",
    covers: ["res.memory-requests"],
    frameworks: [
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1496", "T1499"),
        ...nist("SC-5", "SC-6"),
        ...soc2("A1.1"),
        ...checklist("CTR-6", "NET-5"),
    ],
    remediation: "Set resources.requests.memory on every container, from what the program was measured to use.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: { expression: resourceStated("requests", "memory") },
    check: (pod) => missingResource(pod, "requests", "memory"),
});
