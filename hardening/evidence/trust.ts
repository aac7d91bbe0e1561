import { createPublicKey, type KeyObject } from "node:crypto";
import { dirname, join } from "node:path";

import { Attempts, InputError, jsonContent, readContent, yamlContent } from "../../policies/engine/input";
import { listOf, object, oneOf, optional, refined, text } from "../../policies/engine/schema";
import { readText } from "../sources/files";
import type { StatementKind } from "./kinds";
import { STATEMENT_KINDS } from "./kinds";

/** Whose signatures are believed, and which evidence proves nothing without one. */
export interface Trust {
    readonly keys: readonly { readonly name: string; readonly key: KeyObject }[];
    /** Who may sign without a key of their own, as Fulcio's certificates name them: both must be equal, letter by letter. */
    readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
    /** Sigstore's trusted root, as JSON: the authorities of such certificates and the logs that they stand in. */
    readonly trustedRoot: unknown;
    readonly required: ReadonlySet<StatementKind>;
}

const TRUST = refined(
    object({
        keys: optional(listOf(object({ name: text(), file: text() }), 1)),
        identities: optional(listOf(object({ issuer: text(), subject: text() }), 1)),
        trustedRoot: optional(text()),
        required: optional(listOf(oneOf(...STATEMENT_KINDS))),
    }),
    ({ keys, identities, trustedRoot }) => {
        if (keys === undefined && identities === undefined) {
            return "must name keys or identities";
        }
        return identities !== undefined && trustedRoot === undefined
            ? "must name a trustedRoot beside identities"
            : undefined;
    },
);

/**
 * Reads a policy of whose evidence is believed. The files that it names are looked for beside it. Every kind of evidence has
 * to be signed, unless `required` names those that have to be.
 *
 * @throws InputError with every fault of the policy and of the files it names
 */
export function readTrust(file: string): Trust {
    const {
        keys = [],
        identities = [],
        trustedRoot,
        required,
    } = readContent(TRUST, yamlContent(readText(file, "--trust"), file), file);
    const beside = (name: string): string => join(dirname(file), name);
    const attempts = new Attempts();
    const trust = {
        keys: keys.flatMap(({ name, file: pem }) => attempts.of(() => [{ name, key: publicKey(beside(pem)) }], [])),
        identities,
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
