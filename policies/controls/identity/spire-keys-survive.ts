import { checklist, nist } from "../../engine/frameworks";
import { pluginOf, spireConfigControl } from "./spire";

export const spireKeysSurvive = spireConfigControl({
    name: "spire-keys-survive",
    description: "The signing keys of a SPIRE server survive its restart, and belong to that server alone.",
    why: "Keys in memory make a new root at every restart, and agents that were away refuse it; servers with one key identifier delete each other's keys.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("SC-12", "CP-10"), ...checklist("PQC-6", "ZT-4")],
    remediation: "Use disk on a persistent volume or a key service, with key_identifier_file on that volume.",
    profiles: ["x0tta6bl4"],
    role: "server",
    *check(config) {
        const manager = pluginOf(config, "KeyManager");
        if (manager?.name === "memory" && pluginOf(config, "UpstreamAuthority") === undefined) {
            yield {
                at: manager.at,
                says: "keeps a self-signed root in memory. Use disk, a key service or an UpstreamAuthority.",
            };
        }
        if (manager?.data["key_identifier_value"] !== undefined) {
            yield {
                at: `${manager.at}.key_identifier_value`,
                says: "is the same for every replica. Use key_identifier_file on the server's own volume.",
            };
        }
    },
});
