import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { strings } from "../../kubernetes/kube";
import { spireConfigControl } from "./spire";

export const spireAdminsLimited = spireConfigControl({
    name: "spire-admins-limited",
    description: "Nobody administers SPIRE over the network who is not named in this control's parameters.",
    why: "An administrator creates any identity; a delegate is given the keys of other workloads.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1098"), ...nist("AC-6(1)"), ...soc2("CC6.3"), ...checklist("ZT-4", "ACC-3")],
    remediation:
        "Remove the SPIFFE ID from admin_ids or authorized_delegates, or allow it in the policy configuration.",
    profiles: ["x0tta6bl4"],
    params: {
        allowedIds: {
            type: "array",
            description: "SPIFFE IDs that may be named.",
            items: { type: "string" },
            default: [],
        },
    },
    *check({ role, settings }, { params }) {
        const key = role === "server" ? "admin_ids" : "authorized_delegates";
        for (const id of strings(settings[key]).filter((name) => !params.allowedIds.includes(name))) {
            yield { at: `${role}.${key}`, says: `holds ${id}. Remove it, or allow it in the policy configuration.` };
        }
    },
});
