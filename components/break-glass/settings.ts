import type { Read } from "../../policies/engine/schema";
import { listOf, object, refined, text } from "../../policies/engine/schema";
import { dnsLabel, isMoment } from "../../policies/engine/values";

/** Longest that rights for an emergency may last. */
const HOURS = 24;

/** A moment as people write it, in UTC. */
const moment = refined(
    text("a moment in UTC such as 2026-12-01T18:30Z", /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/),
    (value) => (isMoment(value) ? undefined : `is ${value}, which no calendar has`),
);

/** Rights for an emergency: whose, where, why and how long. */
export const breakGlassSettings = object({
    /** Group of the cluster's identity provider. */
    group: text("a group of your own", /^(?!system:)\S+$/),
    /** Namespaces of the stack, no more than are needed. */
    namespaces: listOf(dnsLabel, 1),
    /** What has happened, such as the number of the incident. */
    reason: text(),
    /** When it ends. */
    until: moment,
});

export type BreakGlassSettings = Read<typeof breakGlassSettings>;

/** What is wrong with them now, beyond their shape; one line each. */
export function breakGlassFaults(
    { namespaces, until }: BreakGlassSettings,
    own: readonly string[],
    now: Date,
): readonly string[] {
    const left = Date.parse(until) - now.valueOf();
    return [
        ...(left <= 0 ? [`until is ${until}, which is over; remove the setting, and deploy the stack`] : []),
        ...(left > HOURS * 3_600_000
            ? [`until is ${until}, more than ${HOURS} hours from now; an emergency is no longer than that`]
            : []),
        ...namespaces
            .filter((namespace) => !own.includes(namespace))
            .map((namespace) => `namespaces holds ${namespace}, which this stack doesn't make`),
        ...[...new Set(namespaces.filter((one, index) => namespaces.indexOf(one) !== index))].map(
            (namespace) => `namespaces holds ${namespace} twice`,
        ),
    ];
}
