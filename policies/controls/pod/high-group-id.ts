import { podControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { HIGH_ID, highIdExpression, lowIds } from "./ids";

export const highGroupId = podControl({
    name: "high-group-id",
    description: "Every container runs in a group whose ID no group of the node has.",
    why: "With a group that the node knows, a process that gets out of its container reads that group's files; unset, the group is often root.",
    severity: "low",
    // The platform's own images run as user and group 1000, as the hardening guide asks.
    enforcement: "advisory",
    covers: ["pod.high-gid"],
    frameworks: [...mitre("T1611"), ...nist("AC-6", "SC-39"), ...checklist("CTR-2")],
    remediation: "Set runAsGroup to 10000 or above, on the pod or on every container.",
    profiles: [],
    params: {
        minimum: { type: "integer", description: "The lowest group ID to allow.", default: HIGH_ID, minimum: 1 },
    },
    admission: { expression: highIdExpression("runAsGroup", HIGH_ID) },
    check: (pod, { params }) => lowIds(pod, "runAsGroup", params.minimum),
});
