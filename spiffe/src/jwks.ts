import { isObject } from "./arguments.js";
import { BundleError } from "./errors.js";

/** Longest bundle document read: hundreds of ML-DSA authorities. As objects, JSON takes up to thirty times its length. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** Most keys one document may hold. */
const MAX_KEYS = 10_000;

const KNOWN_CURVES: Readonly<Record<string, ReadonlySet<unknown>>> = {
    EC: new Set(["P-256", "P-384", "P-521"]),
    OKP: new Set(["Ed25519"]),
};

/** A JWK as it stands in a document: nothing but `kty` is sure. */
export interface Jwk {
    readonly kty: string;
    readonly use?: unknown;
    readonly kid?: unknown;
    readonly alg?: unknown;
    readonly crv?: unknown;
    readonly x5c?: unknown;
    readonly [member: string]: unknown;
}

export interface JwkSet {
    /** Entries without a key type are left out, as those of an unknown type are to be. */
    readonly keys: readonly Jwk[];
    readonly document: Readonly<Record<string, unknown>>;
}

/** Reads a JWK set (RFC 7517 section 5). @throws {BundleError} `invalid_bundle` */
export function parseJwks(input: Uint8Array | string): JwkSet {
    const document = parseObject(input);
    const { keys } = document;
    if (!Array.isArray(keys)) {
        throw new BundleError("invalid_bundle", 'the document has no array "keys"');
    }
    if (keys.length > MAX_KEYS) {
        throw new BundleError("invalid_bundle", `the document has ${keys.length} keys, at most ${MAX_KEYS} are taken`);
    }
    const entries: unknown[] = keys;
    if (!entries.every(isObject)) {
        throw new BundleError("invalid_bundle", 'an entry of "keys" is not an object');
    }
    return { keys: entries.filter((entry): entry is Jwk => typeof entry.kty === "string"), document };
}

/** Whether keys of this type (and curve) can be used here; others must be ignored (Trust Domain and Bundle section 4.2.1). */
export function isKnownKeyType(jwk: Jwk): boolean {
    return jwk.kty === "RSA" || KNOWN_CURVES[jwk.kty]?.has(jwk.crv) === true;
}

/**
 * The digits of a top-level member that is a whole number without sign, point or exponent. JSON.parse rounds beyond 2^53, and a reviver
 * with sources takes many times the memory of the document; this looks only.
 *
 * @param input a document that `parseJwks` has read
 */
export function integerDigits(input: Uint8Array | string, name: string): string | undefined {
    const text = toText(input);
    // Only the name of a member is followed by a colon; what follows that may be no integer.
    const value = /\s*:\s*(?:([0-9]+)(?![0-9.eE]))?/y;
    let digits: string | undefined;
    let depth = 0;
    for (let i = 0; i < text.length; i++) {
        const character = text[i];
        if (character === '"') {
            const start = i;
            for (i += 1; text[i] !== '"'; i++) {
                i += text[i] === "\\" ? 1 : 0;
            }
            value.lastIndex = i + 1;
            const match = depth === 1 ? value.exec(text) : null;
            if (match !== null && JSON.parse(text.slice(start, i + 1)) === name) {
                digits = match[1];
            }
        } else if (character === "{" || character === "[") {
            depth += 1;
        } else if (character === "}" || character === "]") {
            depth -= 1;
        }
    }
    return digits;
}

function toText(input: Uint8Array | string): string {
    return typeof input === "string"
        ? input.replace(/^\ufeff/, "")
        : new TextDecoder("utf-8", { fatal: true }).decode(input);
}

function parseObject(input: Uint8Array | string): Record<string, unknown> {
    if (input.length > MAX_DOCUMENT_BYTES) {
        throw new BundleError(
            "invalid_bundle",
            `the document has ${input.length} bytes, at most ${MAX_DOCUMENT_BYTES} are read`,
        );
    }
    let value: unknown;
    try {
        value = JSON.parse(toText(input));
    } catch (error) {
        // The parser's message quotes the document, which is of no use in a log.
        throw new BundleError("invalid_bundle", "the document is not JSON in UTF-8", { cause: error });
    }
    if (!isObject(value)) {
        throw new BundleError("invalid_bundle", "the document is not a JSON object");
    }
    return value;
}
