import type { JsonWebKey, KeyObject, X509Certificate } from "node:crypto";

import { kindOf, requireDocument, requireInstance, requireNumber, requireOptions } from "./arguments.js";
import { brand } from "./brand.js";
import { X509Bundle } from "./bundle.js";
import { readCertificate } from "./certificate.js";
import { ArgumentError, BundleError, SpiffeError } from "./errors.js";
import { TrustDomain } from "./id.js";
import type { Jwk } from "./jwks.js";
import { integerDigits, isKnownKeyType, parseJwks } from "./jwks.js";
import { JwtBundle, importJwk, readJwtAuthority } from "./jwtbundle.js";

const SEQUENCE = "spiffe_sequence";
const REFRESH_HINT = "spiffe_refresh_hint";
const MAX_SEQUENCE = 2n ** 64n - 1n;
const MAX_REFRESH_HINT = Number.MAX_SAFE_INTEGER;

/** What a {@link SpiffeBundle} is made of. */
export interface SpiffeBundleParts {
    readonly x509: X509Bundle;
    readonly jwt: JwtBundle;
    readonly sequence?: bigint;
    readonly refreshHintSeconds?: number;
}

/** A SPIFFE bundle document (SPIFFE_Trust_Domain_and_Bundle section 4): the authorities of one trust domain for all kinds of SVID. */
export class SpiffeBundle {
    readonly trustDomain: TrustDomain;
    readonly x509: X509Bundle;
    readonly jwt: JwtBundle;
    /** Grows with each change of the bundle; 64 bits, so never a `number`. */
    readonly sequence: bigint | undefined;
    /** How often to look for changes. */
    readonly refreshHintSeconds: number | undefined;

    /** @throws {SpiffeError} an `ArgumentError`, or a {@link BundleError} for parts of different trust domains */
    constructor(parts: SpiffeBundleParts) {
        checkParts(parts);
        this.trustDomain = parts.x509.trustDomain;
        this.x509 = parts.x509;
        this.jwt = parts.jwt;
        this.sequence = parts.sequence;
        this.refreshHintSeconds = parts.refreshHintSeconds;
    }

    /**
     * Reads a document; it doesn't say whose it is, so the caller must. Keys of an unknown type or use are ignored; no key at all is
     * fine and means that everything has been revoked.
     *
     * @throws {BundleError} `invalid_bundle`
     */
    static parse(trustDomain: TrustDomain, document: Uint8Array | string): SpiffeBundle {
        requireInstance(trustDomain, TrustDomain, "trustDomain");
        requireDocument(document, "document");
        try {
            const set = parseJwks(document);
            const integer = (name: string, max: bigint): bigint | undefined =>
                readInteger(set.document[name], name, max, () => integerDigits(document, name));
            const refreshHint = integer(REFRESH_HINT, BigInt(MAX_REFRESH_HINT));
            const withUse = (use: string): Jwk[] => set.keys.filter((jwk) => jwk.use === use);
            return new SpiffeBundle({
                x509: new X509Bundle(trustDomain, unique(withUse("x509-svid").flatMap(readX509Authority))),
                jwt: new JwtBundle(trustDomain, withUse("jwt-svid").flatMap(readJwtAuthority)),
                sequence: integer(SEQUENCE, MAX_SEQUENCE),
                refreshHintSeconds: refreshHint === undefined ? undefined : Number(refreshHint),
            });
        } catch (error) {
            if (error instanceof SpiffeError) {
                throw new BundleError("invalid_bundle", `SPIFFE bundle of ${trustDomain}: ${error.message}`, {
                    cause: error,
                });
            }
            throw error;
        }
    }

    /** The document, to be served at a bundle endpoint. @throws {BundleError} when a key has no form as a JWK */
    marshal(): string {
        const keys = [
            ...this.x509.authorities.map((certificate) => ({
                use: "x509-svid",
                ...exportJwk(publicKeyOf(certificate)),
                x5c: [certificate.raw.toString("base64")],
            })),
            ...Array.from(this.jwt.authorities.values(), ({ keyId, publicKey, algorithm }) => ({
                use: "jwt-svid",
                kid: keyId,
                // A key bound to one algorithm must not come out free of it.
                ...(algorithm === undefined ? {} : { alg: algorithm }),
                ...exportJwk(publicKey),
            })),
        ];
        // Written by hand because JSON.stringify has no notion of an integer beyond 2^53.
        const members = [
            `"keys":${JSON.stringify(keys)}`,
            ...(this.sequence === undefined ? [] : [`"${SEQUENCE}":${this.sequence}`]),
            ...(this.refreshHintSeconds === undefined ? [] : [`"${REFRESH_HINT}":${this.refreshHintSeconds}`]),
        ];
        return `{${members.join(",")}}`;
    }
}

function checkParts(parts: unknown): void {
    requireOptions(parts, "parts");
    const { x509, jwt, sequence, refreshHintSeconds } = (parts ?? {}) as Partial<SpiffeBundleParts>;
    requireInstance(x509, X509Bundle, "parts.x509");
    requireInstance(jwt, JwtBundle, "parts.jwt");
    if (!x509.trustDomain.equals(jwt.trustDomain)) {
        throw new BundleError(
            "invalid_bundle",
            `authorities of ${x509.trustDomain} and ${jwt.trustDomain} in one bundle`,
        );
    }
    if (sequence !== undefined && (typeof sequence !== "bigint" || sequence < 0n || sequence > MAX_SEQUENCE)) {
        throw new ArgumentError(`parts.sequence must be a bigint from 0 to ${MAX_SEQUENCE}, it is ${kindOf(sequence)}`);
    }
    if (refreshHintSeconds !== undefined) {
        requireNumber(refreshHintSeconds, "parts.refreshHintSeconds", 0);
        if (!Number.isSafeInteger(refreshHintSeconds)) {
            throw new ArgumentError("parts.refreshHintSeconds must be a whole number");
        }
    }
}

/** A certificate can be well-formed around a key that OpenSSL doesn't know or can't decode. */
function publicKeyOf(certificate: X509Certificate): KeyObject {
    try {
        return certificate.publicKey;
    } catch (error) {
        throw new BundleError("invalid_bundle", "the key in a certificate can't be read", { cause: error });
    }
}

function exportJwk(key: KeyObject): JsonWebKey {
    try {
        return key.export({ format: "jwk" });
    } catch (error) {
        throw new BundleError("invalid_bundle", `a key of type ${key.asymmetricKeyType} has no form as a JWK`, {
            cause: error,
        });
    }
}

function readInteger(
    value: unknown,
    name: string,
    max: bigint,
    digitsOf: () => string | undefined,
): bigint | undefined {
    if (value === undefined || value === null) {
        return undefined;
    }
    const digits = typeof value === "number" ? digitsOf() : undefined;
    // Judged by length first: to read millions of digits takes minutes.
    if (digits === undefined || digits.length > max.toString().length || BigInt(digits) > max) {
        throw new BundleError("invalid_bundle", `"${name}" must be an integer from 0 to ${max}`);
    }
    return BigInt(digits);
}

/** The first certificate of x5c; entries without one are ignored (X509-SVID section 6.2). */
function readX509Authority(jwk: Jwk): X509Certificate[] {
    const { x5c } = jwk;
    if (x5c === undefined || (Array.isArray(x5c) && x5c.length === 0)) {
        return [];
    }
    if (!Array.isArray(x5c) || typeof x5c[0] !== "string") {
        throw new BundleError("invalid_bundle", '"x5c" must be an array of base64 text');
    }
    if (!isKnownKeyType(jwk) && jwk.kty !== "AKP") {
        return [];
    }
    // RFC 7515 section 4.1.6: plain base64, not base64url; Buffer would take both and skip what is neither.
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(x5c[0]) || x5c[0].length % 4 !== 0) {
        throw new BundleError("invalid_bundle", 'the first value of "x5c" is not base64');
    }
    const { certificate } = readCertificate(Buffer.from(x5c[0], "base64"));
    // RFC 7517 section 4.7: the key in the other members must match the certificate's.
    if (!importJwk(jwk).equals(publicKeyOf(certificate))) {
        throw new BundleError("invalid_bundle", "the members of an X.509 key are not the key of its certificate");
    }
    return [certificate];
}

function unique<C extends { readonly fingerprint256: string }>(certificates: readonly C[]): C[] {
    return [...new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate])).values()];
}

brand(SpiffeBundle);
