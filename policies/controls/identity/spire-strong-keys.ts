import { checklist, fips, nist } from "../../engine/frameworks";
import { spireConfigControl } from "./spire";

/** Below 112 bits of security or just at it: NIST SP 800-57 part 1 allows RSA 2048 no longer than 2030. */
const WEAK = "rsa-2048";

export const spireStrongKeys = spireConfigControl({
    name: "spire-strong-keys",
    description: "SPIRE signs with keys of at least 128 bits of security.",
    why: "A CA's key outlives what it signs in archives and logs; RSA of 2048 bits is to be retired by 2030.",
    severity: "medium",
    covers: [],
    frameworks: [...fips("186"), ...nist("SC-12", "SC-13"), ...checklist("PQC-4")],
    remediation: "Use ec-p256 or ec-p384.",
    profiles: ["x0tta6bl4"],
    *check({ role, settings }) {
        const keys = role === "server" ? ["ca_key_type", "jwt_key_type"] : ["workload_x509_svid_key_type"];
        for (const key of keys.filter((name) => settings[name] === WEAK)) {
            yield { at: `${role}.${key}`, says: `is ${WEAK}. Use ec-p256 or ec-p384.` };
        }
    },
});
