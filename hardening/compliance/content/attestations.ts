import { InputError, readContent, yamlContent } from "../../../policies/engine/input";
import { object, optional, refined, text } from "../../../policies/engine/schema";
import { date, endOfDay } from "../../../policies/engine/values";
import type { Judgement } from "../judgement";
import { missing, proven } from "../judgement";

/** Where people put what only they can say. */
export function attestationFile(name: string): string {
    return `checklist/attestations/${name}.yaml`;
}

const LONGEST_DAYS = 400;
const DAY_MS = 86_400_000;

/** What somebody answers for, and for how long. */
const ATTESTATION = refined(
    object({
        /** What is so, in a sentence. */
        statement: text(),
        by: object({ name: text(), role: text() }),
        at: date,
        until: date,
        /** Where what it rests on can be read. */
        link: optional(text("an address that begins with https://", /^https:\/\/\S+$/)),
        /** The stack that it is about; left out where it is about all. */
        stack: optional(text()),
    }),
    ({ at, until }) => {
        const days = (Date.parse(until) - Date.parse(at)) / DAY_MS;
        return days >= 0 && days <= LONGEST_DAYS
            ? undefined
            : `must hold from the day of at to one at most ${LONGEST_DAYS} days later`;
    },
);

/**
 * Judges what somebody attests.
 *
 * @param source undefined where there is no such file
 */
export function judgeAttestation(name: string, source: string | undefined, stack: string, now: Date): Judgement {
    const file = attestationFile(name);
    if (source === undefined) {
        return missing(`nobody has attested it in ${file}`);
    }
    try {
        const { by, at, until, stack: about = stack } = readContent(ATTESTATION, yamlContent(source, file), file);
        const who = `${by.name}, ${by.role}`;
        const from = Date.parse(at);
        if (about !== stack) {
            return missing(`${file} is about stack ${about}`);
        }
        if (from > now.getTime()) {
            return missing(`${who} attests it from ${at} on`);
        }
        return endOfDay(until) <= now
            ? missing(`${who} attested it until ${until}; ask for it anew`)
            : { ...proven(`${who} attests it until ${until}`), until };
    } catch (error) {
        if (error instanceof InputError) {
            return missing(error.faults.join("; "));
        }
        throw error;
    }
}
