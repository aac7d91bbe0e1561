import { podControl } from "../../control";
import { checklist, mitre, nist, soc2 } from "../../frameworks";
import { list, obj, str } from "../../kube";
import { setField } from "../../path";

export const projectedTokensBounded = podControl({
    name: "projected-tokens-bounded",
    description: "Every projected service account token has an audience and a short lifetime.",
    why: "A token without an audience is good for the API server and for every service that accepts those; a long one stays good after it is stolen.",
    severity: "medium",
    covers: [],
    frameworks: [
        ...mitre("T1528", "T1550.001"),
        ...nist("IA-5", "AC-12"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3", "SEC-4"),
    ],
    remediation: "Set audience to the one service the token is for, and expirationSeconds to an hour or less.",
    profiles: ["x0tta6bl4"],
    params: {
        maxSeconds: {
            type: "integer",
            description: "The longest lifetime of a projected token, in seconds.",
            default: 3600,
            minimum: 600,
        },
    },
    *check(pod, { params }) {
        for (const [volume, body] of list(pod.spec["volumes"]).entries()) {
            for (const [index, source] of list(obj(obj(body)["projected"])["sources"]).entries()) {
                const token = obj(source)["serviceAccountToken"];
                if (token === undefined) {
                    continue;
                }
                const path = `${pod.path}.volumes[${volume}].projected.sources[${index}].serviceAccountToken`;
                if (str(obj(token)["audience"]) === "") {
                    yield {
                        path: `${path}.audience`,
                        message: `${path}.audience is unset, so the token is good for the API server. Set it to the service the token is for.`,
                        absent: true,
                    };
                }
                // The kubelet asks for an hour where nothing is said (API reference, ServiceAccountTokenProjection).
                const seconds = obj(token)["expirationSeconds"] ?? 3600;
                if (typeof seconds === "number" && seconds > params.maxSeconds) {
                    const at = `${path}.expirationSeconds`;
                    yield {
                        path: at,
                        message: `${at} is ${seconds}. Set it to ${params.maxSeconds} or less.`,
                        fix: setField(pod.object, at, params.maxSeconds),
                        safe: true,
                    };
                }
            }
        }
    },
    admission: {
        none: "A pod that calls the API server needs a token without an audience; waivers, which admission does not know, say which.",
    },
});
