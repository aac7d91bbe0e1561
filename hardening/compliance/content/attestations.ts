import { InputError, jsonContent, readContent, yamlContent } from "../../../policies/engine/input";
import { object, optional, refined, text } from "../../../policies/engine/schema";
import { date, endOfDay } from "../../../policies/engine/values";
import { personOf, SignatureError } from "../../evidence/signature";
import type { Trust } from "../../evidence/trust";
import type { Judgement } from "../judgement";
import { missing, proven } from "../judgement";

/** Where people put what only they can say. */
export function attestationFile(name: string): string {
    return `checklist/attestations/${name}.yaml`;
}

const LONGEST_DAYS = 400;
const DAY_MS = 86_400_000;

const PERSON = object({ name: text(), role: text() });

/** What somebody answers for, and for how long. */
const ATTESTATION = refined(
    object({
        /** What is so, in a sentence. */
        statement: text(),
        by: PERSON,
        /** Who has read it and agrees. */
        approvedBy: optional(PERSON),
        at: date,
        until: date,
        /** Where what it rests on can be read. */
        link: optional(text("an address that begins with https://", /^https:\/\/\S+$/)),
        /** The stack that it is about; left out where it is about all. */
        stack: optional(text()),
    }),
    ({ by, approvedBy, at, until }) => {
        if (approvedBy !== undefined && bare(approvedBy.name) === bare(by.name)) {
            return "must be approved by somebody else than who attests it, or by nobody";
        }
        const days = (Date.parse(until) - Date.parse(at)) / DAY_MS;
        return days >= 0 && days <= LONGEST_DAYS
            ? undefined
            : `must hold from the day of at to one at most ${LONGEST_DAYS} days later`;
    },
);

/** A name without what tells no two people apart. */
function bare(name: string): string {
    return name
        .toLowerCase()
        .replaceAll(/[^\p{L}\d]+/gu, " ")
        .trim();
}

/** What was found out about the signature that stands beside an attestation. */
export interface AttestationSignature {
    /** Whose it is; undefined where none stands there. */
    readonly by?: string;
    /** Why the one that stands there counts for nothing. */
    readonly refused?: string;
}

/** Where the signature of an attestation stands: `cosign sign-blob --bundle` writes it there. */
export function signatureFile(name: string): string {
    return `${attestationFile(name)}.sigstore.json`;
}

/** Verifies the signatures of attestations by the people of a policy; of one without a policy it is not known whose it is. */
export async function attestationSignatures(
    names: readonly string[],
    read: (path: string) => string | undefined,
    trust: Trust | undefined,
): Promise<ReadonlyMap<string, AttestationSignature>> {
    const found = names.map(async (name): Promise<readonly [string, AttestationSignature]> => {
        const [source, bundle] = [read(attestationFile(name)), read(signatureFile(name))];
        if (source === undefined || bundle === undefined) {
            return [name, {}];
        }
        if (trust === undefined || trust.people.length === 0) {
            return [name, { refused: "can't be told whose it is: no policy names people (--trust)" }];
        }
        try {
            const content = jsonContent(bundle, signatureFile(name));
            return [name, { by: await personOf(content, Buffer.from(source), trust) }];
        } catch (error) {
            if (error instanceof SignatureError || error instanceof InputError) {
                return [name, { refused: error instanceof SignatureError ? error.message : "is no JSON" }];
            }
            throw error;
        }
    });
    return new Map(await Promise.all(found));
}

/**
 * Judges what somebody attests.
 *
 * @param source undefined where there is no such file
 * @param signing what is known of its signature, and whether it has to have one
 */
export function judgeAttestation(
    name: string,
    source: string | undefined,
    {
        stack,
        now,
        signature,
        required,
    }: {
        readonly stack: string;
        readonly now: Date;
        readonly signature: AttestationSignature;
        readonly required: boolean;
    },
): Judgement {
    const file = attestationFile(name);
    if (source === undefined) {
        return missing(`nobody has attested it in ${file}`);
    }
    if (signature.refused !== undefined) {
        return missing(`the signature ${signatureFile(name)} ${signature.refused}`);
    }
    if (required && signature.by === undefined) {
        return missing(`${file} is not signed, which attestations have to be (${signatureFile(name)})`);
    }
    try {
        const { by, at, until, stack: about = stack } = readContent(ATTESTATION, yamlContent(source, file), file);
        const who = `${by.name}, ${by.role}`;
        const from = Date.parse(at);
        if (signature.by !== undefined && signature.by !== by.name) {
            return missing(`${file} is ${by.name}'s word, and signed by ${signature.by}`);
        }
        if (about !== stack) {
            return missing(`${file} is about stack ${about}`);
        }
        if (from > now.getTime()) {
            return missing(`${who} attests it from ${at} on`);
        }
        const signed = signature.by === undefined ? "" : ", and has signed it";
        return endOfDay(until) <= now
            ? missing(`${who} attested it until ${until}; ask for it anew`)
            : { ...proven(`${who} attests it until ${until}${signed}`), until };
    } catch (error) {
        if (error instanceof InputError) {
            return missing(error.faults.join("; "));
        }
        throw error;
    }
}
