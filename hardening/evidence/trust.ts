import { createPublicKey, type KeyObject } from "node:crypto";
import { dirname, join } from "node:path";

import { Attempts, InputError, jsonContent, readContent, yamlContent } from "../../policies/engine/input";
import { listOf, object, oneOf, optional, refined, text } from "../../policies/engine/schema";
import { readText } from "../sources/files";
import type { StatementKind } from "./kinds";
import { STATEMENT_KINDS } from "./kinds";
import { githubRepository } from "./source";

/** What is seen on the stack's own cluster, whatever its kind: nobody else can see it again. */
const LIVE = "live";

/** What people answer for (`checklist/attestations`). */
const ATTESTATIONS = "attestations";

/** Somebody as Fulcio's certificates name them. */
export interface Identity {
    readonly issuer: string;
    readonly subject: string;
}

/** Somebody who signs with a key, or as whom certificates name. */
type Person = { readonly name: string } & ({ readonly key: KeyObject } | Identity);

/** Whose signatures are believed, and which evidence proves nothing without one. */
export interface Trust {
    readonly keys: readonly { readonly name: string; readonly key: KeyObject }[];
    /** Who may sign without a key of their own, as Fulcio's certificates name them: both must be equal, letter by letter. */
    readonly identities: readonly Identity[];
    /** Who may sign what they attest themselves, by the name under which they do. No other key speaks for a person. */
    readonly people: readonly Person[];
    /** Sigstore's trusted root, as JSON: the authorities of such certificates and the logs that they stand in. */
    readonly trustedRoot: unknown;
    readonly required: ReadonlySet<StatementKind | typeof LIVE | typeof ATTESTATIONS>;
}

const PERSON = refined(
    object({ name: text(), file: optional(text()), issuer: optional(text()), subject: optional(text()) }),
    ({ file, issuer, subject }) =>
        (file === undefined) === (issuer !== undefined && subject !== undefined)
            ? undefined
            : "must have either a file with a public key, or an issuer and a subject",
);

const TRUST = refined(
    object({
        keys: optional(listOf(object({ name: text(), file: text() }), 1)),
        identities: optional(listOf(object({ issuer: text(), subject: text() }), 1)),
        /** Workflows of the repository that the checkout is of, whichever that is. */
        workflows: optional(
            listOf(
                text(
                    "a workflow and its ref, e.g. .github/workflows/audit.yml@refs/heads/main",
                    /^\.github\/workflows\/[\w.-]+@refs\/\S+$/,
                ),
                1,
            ),
        ),
        people: optional(listOf(PERSON, 1)),
        trustedRoot: optional(text()),
        required: optional(listOf(oneOf(...STATEMENT_KINDS, LIVE, ATTESTATIONS))),
    }),
    ({ keys, identities, workflows, people = [], trustedRoot }) => {
        const named = identities ?? workflows ?? people.find(({ subject }) => subject !== undefined);
        if (keys === undefined && named === undefined && people.length === 0) {
            return "must name keys, identities, workflows or people";
        }
        return named !== undefined && trustedRoot === undefined
            ? "must name a trustedRoot beside identities, workflows and people by subject"
            : undefined;
    },
);

/** The issuer of the identities of GitHub's workflows, in the certificates of Fulcio. */
const GITHUB = "https://token.actions.githubusercontent.com";

/**
 * Reads a policy of whose evidence is believed. The files that it names are looked for beside it. Every kind of evidence has
 * to be signed, unless `required` names those that have to be. A checkout of no repository on GitHub has no workflow to trust.
 *
 * @throws InputError with every fault of the policy and of the files it names
 */
export function readTrust(file: string): Trust {
    const {
        keys = [],
        identities = [],
        workflows = [],
        people = [],
        trustedRoot,
        required,
    } = readContent(TRUST, yamlContent(readText(file, "--trust"), file), file);
    const beside = (name: string): string => join(dirname(file), name);
    const attempts = new Attempts();
    const repository = workflows.length === 0 ? undefined : githubRepository(dirname(file));
    const own =
        repository === undefined ? [] : workflows.map((workflow) => `https://github.com/${repository}/${workflow}`);
    const trust = {
        keys: keys.flatMap(({ name, file: pem }) => attempts.of(() => [{ name, key: publicKey(beside(pem)) }], [])),
        identities: [...identities, ...own.map((subject) => ({ issuer: GITHUB, subject }))],
        people: people.flatMap(({ name, file: pem, issuer = "", subject = "" }): readonly Person[] =>
            pem === undefined
                ? [{ name, issuer, subject }]
                : attempts.of((): readonly Person[] => [{ name, key: publicKey(beside(pem)) }], []),
        ),
        trustedRoot:
            trustedRoot === undefined
                ? undefined
                : attempts.of(() => jsonContent(readText(beside(trustedRoot), file), beside(trustedRoot)), undefined),
        required: new Set(required ?? STATEMENT_KINDS),
    };
    attempts.finish();
    return trust;
}

function publicKey(file: string): KeyObject {
    const pem = readText(file, "--trust");
    try {
        // A private key would be taken too, and has no place beside a policy.
        if (!pem.includes("PRIVATE KEY")) {
            return createPublicKey(pem);
        }
    } catch {
        // Said below: what OpenSSL says of it may quote the file.
    }
    throw new InputError([`${file}: is no public key in PEM`]);
}
