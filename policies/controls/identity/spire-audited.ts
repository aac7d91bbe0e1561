import { checklist, nist, soc2 } from "../../engine/frameworks";
import { isOn, spireConfigControl } from "./spire";

export const spireAudited = spireConfigControl({
    name: "spire-audited",
    description: "SPIRE servers log who asked for which identity.",
    why: "After a break-in nobody could tell which identities were issued, and to whom.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("AU-2", "AU-12"), ...soc2("CC7.2"), ...checklist("MON-5", "CMP-4")],
    remediation: "Set server.audit_log_enabled to true.",
    profiles: ["x0tta6bl4"],
    role: "server",
    *check({ settings }) {
        if (!isOn(settings["audit_log_enabled"])) {
            yield { at: "server.audit_log_enabled", says: "is not true. Set it to true." };
        }
    },
});
