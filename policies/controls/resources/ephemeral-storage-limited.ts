import { checklist, mitre, nist } from "../../engine/frameworks";
import { aboveCeiling, missingResource, sizedContainers } from "./compute";
import { resourceControl } from "./limit-ranges";

const RESOURCE = "ephemeral-storage";

export const ephemeralStorageLimited = resourceControl({
    name: "ephemeral-storage-limited",
    description: "Every container has a limit of the node's disk space.",
    why: "Logs, scratch files and emptyDir volumes share the node's disk: one container that fills it evicts all.",
    severity: "low",
    // Few programs have measured what they write; a wrong limit evicts them.
    enforcement: "advisory",
    covers: ["res.ephemeral-storage"],
    frameworks: [...mitre("T1499"), ...nist("SC-5", "SC-6"), ...checklist("CTR-6")],
    remediation: "Set resources.limits.ephemeral-storage on every container, and sizeLimit on emptyDir volumes.",
    profiles: [],
    params: {
        maximum: {
            type: "string",
            description: "The highest limit to allow, e.g. `10Gi`; empty for any.",
            default: "",
        },
    },
    admission: { none: "Quotas of the namespace limit what its pods take together." },
    *check(pod, params) {
        yield* missingResource(pod, "limits", RESOURCE);
        for (const container of sizedContainers(pod)) {
            yield* aboveCeiling(container, "limits", RESOURCE, params.maximum);
        }
    },
});
