import { BundleError } from "./errors.js";

/** Longest bundle document read. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

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

/**
 * Reads a JWK set (RFC 7517 section 5). A top-level integer beyond 2^53 comes out exact, as a bigint, if its name is in `bigIntegers`:
 * plain JSON.parse would round it.
 *
 * @throws {BundleError} `invalid_bundle`
 */
export function parseJwks(input: Uint8Array | string, bigIntegers: ReadonlySet<string> = new Set()): JwkSet {
    const document = parseObject(input, bigIntegers);
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

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseObject(input: Uint8Array | string, bigIntegers: ReadonlySet<string>): Record<string, unknown> {
    if (input.length > MAX_DOCUMENT_BYTES) {
        throw new BundleError(
            "invalid_bundle",
            `the document has ${input.length} bytes, at most ${MAX_DOCUMENT_BYTES} are read`,
        );
    }
    const exact = (name: string, value: unknown, context?: { source?: string }): unknown =>
        bigIntegers.has(name) && typeof value === "number" && /^-?[0-9]+$/.test(context?.source ?? "")
            ? BigInt(context?.source ?? 0)
            : value;
    let value: unknown;
    try {
        const text =
            typeof input === "string"
                ? input.replace(/^\ufeff/, "")
                : new TextDecoder("utf-8", { fatal: true }).decode(input);
        value = JSON.parse(text, exact);
    } catch (error) {
        // The parser's message quotes the document, which is of no use in a log.
        throw new BundleError("invalid_bundle", "the document is not JSON in UTF-8", { cause: error });
    }
    if (!isObject(value)) {
        throw new BundleError("invalid_bundle", "the document is not a JSON object");
    }
    return value;
}
