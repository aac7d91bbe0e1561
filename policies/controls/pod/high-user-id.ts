import { podControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { HIGH_ID, highIdExpression, lowIds } from "./ids";

export const highUserId = podControl({
    name: "high-user-id",
    description: "Every container runs as a user whose ID no account of the node has.",
    why: "With an ID that the node knows, a process that gets out of its container owns that account's files.",
    severity: "low",
    // The platform's own images run as user and group 1000, as the hardening guide asks.
    enforcement: "advisory",
    covers: ["pod.high-uid"],
    frameworks: [...mitre("T1611"), ...nist("AC-6", "SC-39"), ...checklist("CTR-2")],
    remediation: "Set runAsUser to 10000 or above, on the pod or on every container.",
    profiles: [],
    params: {
        minimum: { type: "integer", description: "The lowest user ID to allow.", default: HIGH_ID, minimum: 1 },
    },
    admission: { expression: highIdExpression("runAsUser", HIGH_ID) },
    check: (pod, { params }) => lowIds(pod, "runAsUser", params.minimum),
});
