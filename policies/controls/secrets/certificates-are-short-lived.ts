import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { goSeconds } from "../../kubernetes/durations";
import { obj, str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

export const certificatesAreShortLived = objectControl({
    name: "certificates-are-short-lived",
    description: "No certificate is requested for much longer than a quarter of a year.",
    why: "A stolen key is good until its certificate expires: revocation is not looked at by most clients.",
    severity: "medium",
    covers: ["sec.cert-lifetime"],
    frameworks: [
        ...mitre("T1649"),
        ...nist("SC-12", "SC-17"),
        ...soc2("CC6.1"),
        ...checklist("SEC-4", "PQC-5", "MET-2"),
    ],
    remediation: "Set spec.duration to 2400h or less; cert-manager renews in time.",
    profiles: ["nsa", "x0tta6bl4"],
    params: {
        maxHours: { type: "integer", description: "The longest duration, in hours.", default: 2400, minimum: 1 },
    },
    kinds: ["cert-manager.io/Certificate"],
    *check(certificate, { params }) {
        const spec = obj(certificate.body["spec"]);
        const text = str(spec["duration"]);
        // cert-manager asks for 90 days where nothing is said. An authority outlives what it signs.
        const seconds = text === "" ? 90 * 24 * 3600 : goSeconds(text);
        const path = `${certificate.prefix}spec.duration`;
        if (seconds === undefined) {
            yield { path, message: `${path} is "${text}", which is no duration. Write hours, e.g. 2160h.` };
        } else if (seconds > params.maxHours * 3600 && spec["isCA"] !== true) {
            yield {
                path,
                message: `${path} is ${text === "" ? "unset, which means 2160h" : `"${text}"`}. Set it to ${params.maxHours}h or less.`,
                fix: setField(certificate, path, `${params.maxHours}h`),
            };
        }
    },
    admission: {
        expression:
            "!has(object.spec.duration) || (has(object.spec.isCA) && object.spec.isCA) || duration(object.spec.duration) <= duration('2400h')",
    },
});
