import { checklist, nist, soc2 } from "../../engine/frameworks";
import { goSeconds } from "../../kubernetes/durations";
import { str } from "../../kubernetes/kube";
import { spireConfigControl } from "./spire";
import { show } from "../../text";

/** An SVID is issued for at most this part of the CA's life. */
const PARTS = 6;
/** What SPIRE takes where the file says nothing. */
const DEFAULT_CA_TTL = "24h";
const DEFAULTS: Readonly<Record<string, string | undefined>> = {
    default_x509_svid_ttl: "1h",
    default_jwt_svid_ttl: "5m",
    agent_ttl: undefined,
};

export const spireTtlsBounded = spireConfigControl({
    name: "spire-ttls-bounded",
    description: "SPIRE's certificates are short-lived, and no SVID is promised more than a sixth of its CA's life.",
    why: "A stolen key is good for as long as its certificate; and a life above a sixth is cut silently, so that renewals come when nobody expects them.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("SC-12", "IA-5(2)"), ...soc2("CC6.1"), ...checklist("PQC-5", "ZT-4")],
    remediation: "Shorten the SVIDs' life or lengthen ca_ttl, within the bounds of this control's parameters.",
    profiles: ["x0tta6bl4"],
    role: "server",
    params: {
        maxCaHours: { type: "integer", description: "Longest life of a CA, in hours.", default: 168, minimum: 1 },
        maxSvidHours: { type: "integer", description: "Longest life of an SVID, in hours.", default: 24, minimum: 1 },
    },
    *check({ settings }, { params }) {
        const caTtl = settings["ca_ttl"] ?? DEFAULT_CA_TTL;
        const ca = goSeconds(str(caTtl));
        if (ca === undefined) {
            yield { at: "server.ca_ttl", says: "is no duration. Write one such as 24h; there is no unit for days." };
            return;
        }
        if (ca > params.maxCaHours * 3600) {
            yield { at: "server.ca_ttl", says: `is ${show(caTtl)}, above ${params.maxCaHours}h. Shorten it.` };
        }
        for (const [name, fallback] of Object.entries(DEFAULTS)) {
            const ttl = settings[name] ?? fallback;
            const value = ttl === undefined ? 0 : goSeconds(str(ttl));
            if (value === undefined) {
                yield { at: `server.${name}`, says: "is no duration. Write one such as 1h." };
            } else if (value * PARTS > ca) {
                yield {
                    at: `server.${name}`,
                    says: `is ${show(ttl)}, more than a sixth of ca_ttl (${show(caTtl)}), and is cut silently. Shorten it or lengthen ca_ttl.`,
                };
            } else if (value > params.maxSvidHours * 3600) {
                yield { at: `server.${name}`, says: `is ${show(ttl)}, above ${params.maxSvidHours}h. Shorten it.` };
            }
        }
    },
});
