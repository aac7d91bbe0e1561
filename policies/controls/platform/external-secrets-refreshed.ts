import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Seconds of a duration as Go writes it; undefined where it is none. */
function secondsOf(duration: string): number | undefined {
    const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
    if (duration === "0" || (parts.length > 0 && parts.map(([part]) => part).join("") === duration)) {
        return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ""] ?? 0), 0);
    }
    return undefined;
}

export const externalSecretsRefreshed = objectControl({
    name: "external-secrets-refreshed",
    description: "Every external secret is read again within a day.",
    why: "A secret that is never read again keeps its old value after a rotation, and the rotation is undone to repair that.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("IA-5", "SC-12"), ...soc2("CC6.1"), ...checklist("SEC-4", "PQC-5")],
    remediation: "Set refreshInterval to a day or less, and leave refreshPolicy unset or Periodic.",
    profiles: ["x0tta6bl4"],
    params: {
        maxSeconds: {
            type: "integer",
            description: "The longest time between two reads, in seconds.",
            default: 86_400,
            minimum: 60,
        },
    },
    kinds: ["external-secrets.io/ExternalSecret"],
    *check(object, { params }) {
        const spec = obj(object.body["spec"]);
        const policy = str(spec["refreshPolicy"]);
        if (policy !== "" && policy !== "Periodic") {
            const path = `${object.prefix}spec.refreshPolicy`;
            yield {
                path,
                message: `${path} is "${policy}", so a rotated value never arrives. Use Periodic.`,
                fix: setField(object, path, "Periodic"),
            };
            return;
        }
        // The API's own default is an hour.
        const interval = str(spec["refreshInterval"]) || "1h";
        const seconds = secondsOf(interval);
        if (seconds === undefined || seconds === 0 || seconds > params.maxSeconds) {
            const path = `${object.prefix}spec.refreshInterval`;
            yield {
                path,
                message: `${path} is "${interval}"${seconds === 0 ? ", which is never again" : ""}. Set it from 1m to ${params.maxSeconds}s.`,
                fix: setField(object, path, `${params.maxSeconds}s`),
            };
        }
    },
    admission: {
        expression: [
            "object.?spec.?refreshPolicy.orValue('Periodic') in ['', 'Periodic'] &&",
            "variables.interval.matches('^([0-9]+([.][0-9]+)?(h|m|s))+$') &&",
            "duration(variables.interval) > duration('0s') && duration(variables.interval) <= duration('24h')",
        ].join("\n"),
        variables: { interval: "object.?spec.?refreshInterval.orValue('1h')" },
    },
});
