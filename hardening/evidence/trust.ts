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

/** Whose signatures are believed, and which evidence proves nothing without one. */
export interface Trust {
    readonly keys: readonly { readonly name: string; readonly key: KeyObject }[];
    /** Who may sign without a key of their own, as Fulcio's certificates name them: both must be equal, letter by letter. */
    readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
    /** Sigstore's trusted root, as JSON: the authorities of such certificates and the logs that they stand in. */
    readonly trustedRoot: unknown;
    readonly required: ReadonlySet<StatementKind | typeof LIVE>;
}

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
        trustedRoot: optional(text()),
        required: optional(listOf(oneOf(...STATEMENT_KINDS, LIVE))),
    }),
    ({ keys, identities, workflows, trustedRoot }) => {
        const named = identities ?? workflows;
        if (keys === undefined && named === undefined) {
            return "must name keys, identities or workflows";
        }
        return named !== undefined && trustedRoot === undefined
            ? "must name a trustedRoot beside identities and workflows"
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
