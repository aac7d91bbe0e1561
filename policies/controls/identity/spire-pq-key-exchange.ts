import { checklist, fips, nist } from "../../engine/frameworks";
import { isOn, merged, spireConfigControl } from "./spire";

export const spirePqKeyExchange = spireConfigControl({
    name: "spire-pq-key-exchange",
    description: "SPIRE agents accept only a post-quantum hybrid key exchange with their server.",
    why: "Traffic that is recorded today can be read once quantum computers break its classical key exchange; and up to 1.15 the server's own switch has no effect.",
    severity: "medium",
    covers: [],
    frameworks: [...fips("203"), ...nist("SC-8(1)", "SC-13"), ...checklist("PQC-1", "PQC-3", "CMP-1")],
    remediation: "Set experimental.require_pq_kem in the agent's configuration; the server's alone enforces nothing.",
    profiles: ["x0tta6bl4"],
    role: "agent",
    *check({ settings }) {
        if (!isOn(merged(settings["experimental"])["require_pq_kem"])) {
            yield {
                at: "agent.experimental.require_pq_kem",
                says: "is not true, so a classical key exchange is accepted. Set it to true.",
            };
        }
    },
});
