import type { JWTPayload } from "jose";
import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from "jose";

import {
    readAudience,
    requireBoolean,
    requireDate,
    requireInstance,
    requireNumber,
    requireNames,
    requireText,
} from "./arguments.js";
import { brand } from "./brand.js";
import type { JwtSvidErrorCode } from "./errors.js";
import { JwtSvidError, SpiffeIdError } from "./errors.js";
import { SpiffeId } from "./id.js";
import type { JwtAuthority } from "./jwtbundle.js";
import { JwtBundleSet } from "./jwtbundle.js";

/** The algorithms of JWT-SVID section 2.1. No others, whatever the bundle holds. */
export const JWT_SVID_ALGORITHMS: readonly string[] = [
    "RS256",
    "RS384",
    "RS512",
    "ES256",
    "ES384",
    "ES512",
    "PS256",
    "PS384",
    "PS512",
];

/** Longest token read. */
export const MAX_TOKEN_LENGTH = 32 * 1024;

/** Clock difference tolerated between issuer and us, as go-spiffe does. */
const DEFAULT_LEEWAY_SECONDS = 60;

/** The last moment a Date can hold; tokens may claim to be valid for longer. */
const MAX_DATE = 8.64e15;

/** How a token is validated. */
export interface JwtValidationOptions {
    /** The moment to judge at; the present by default. */
    readonly now?: Date;
    /** Tolerance for `exp` and `nbf`. Defaults to 60. */
    readonly leewaySeconds?: number;
    /**
     * Refuses as well what JWT-SVID allows but go-spiffe refuses: a token without key ID, one that brings keys along (`jwk`, `x5c`), a
     * subject with capitals before its path, an `iat` that is no number or in the future, and times beyond 64 bits.
     *
     * @default false
     */
    readonly strict?: boolean;
}

interface Header {
    readonly algorithm: string;
    readonly keyId: string | undefined;
    /** Keys in the header are never used. */
    readonly bringsKeys: boolean;
}

interface Claims {
    readonly id: SpiffeId;
    readonly audience: readonly string[];
    readonly payload: JWTPayload & { readonly exp: number };
}

/** A JWT-SVID: immutable. Printing or serialising it doesn't show the token. */
export class JwtSvid {
    readonly id: SpiffeId;
    readonly audience: readonly string[];
    readonly expiry: Date;
    /** Undefined when the token doesn't say. */
    readonly issuedAt: Date | undefined;
    readonly claims: Readonly<Record<string, unknown>>;
    readonly #token: string;

    private constructor(
        claims: Claims,
        token: string,
        /** Operator's word for what this identity is for; empty when there is none. */
        readonly hint: string,
    ) {
        this.id = claims.id;
        this.audience = Object.freeze([...claims.audience]);
        this.expiry = toDate(claims.payload.exp);
        this.issuedAt = typeof claims.payload.iat === "number" ? toDate(claims.payload.iat) : undefined;
        this.claims = Object.freeze({ ...claims.payload });
        this.#token = token;
    }

    /**
     * Validates a token received from a peer (JWT-SVID section 4): shape, header, claims, and its signature against the bundle of the
     * subject's trust domain.
     *
     * @param audience who we are; the token must name at least one of them. One given as text is one audience
     * @throws {SpiffeError} a {@link JwtSvidError} whose `code` says why, or an `ArgumentError`
     */
    static async parseAndValidate(
        token: string,
        audience: string | readonly [string, ...string[]],
        bundles: JwtBundleSet,
        options: JwtValidationOptions = {},
    ): Promise<JwtSvid> {
        requireInstance(bundles, JwtBundleSet, "bundles");
        const { algorithm, keyId, bringsKeys } = readHeader(token);
        const claims = readClaims(token, readAudience(audience), options);
        if (options.strict === true && (keyId === undefined || bringsKeys)) {
            refuse("no_key", `${claims.id}: the token doesn't name its key by an ID alone`);
        }
        const bundle = bundles.get(claims.id.trustDomain);
        if (bundle === undefined) {
            throw new JwtSvidError(
                "no_bundle",
                `${claims.id}: there is no JWT bundle of trust domain ${claims.id.trustDomain}`,
            );
        }
        const named = keyId === undefined ? [...bundle.authorities.values()] : [bundle.authorities.get(keyId)];
        const candidates = named.filter((key) => key !== undefined && fits(key, algorithm));
        if (candidates.length === 0) {
            throw new JwtSvidError("no_key", `${claims.id}: the bundle of its trust domain has no key for this token`);
        }
        for (const key of candidates) {
            if (key !== undefined && (await isSignedBy(token, key, algorithm))) {
                return new JwtSvid(claims, token, "");
            }
        }
        throw new JwtSvidError("bad_signature", `${claims.id}: the signature is not of a key of its trust domain`);
    }

    /**
     * Reads a token without looking at its signature: only for tokens that came from the Workload API itself.
     *
     * @throws {SpiffeError} a {@link JwtSvidError}, or an `ArgumentError`
     */
    static parseInsecure(
        token: string,
        audience: string | readonly [string, ...string[]],
        options: JwtValidationOptions & { readonly hint?: string } = {},
    ): JwtSvid {
        readHeader(token);
        const claims = readClaims(token, readAudience(audience), options);
        if (options.hint !== undefined) {
            requireText(options.hint, "options.hint");
        }
        return new JwtSvid(claims, token, options.hint ?? "");
    }

    /** The token as it goes into an Authorization header. Treat it as a secret. */
    marshal(): string {
        return this.#token;
    }

    toJSON(): { id: string; audience: readonly string[]; expiry: string } {
        return { id: this.id.toString(), audience: this.audience, expiry: this.expiry.toISOString() };
    }
}

function toDate(seconds: number): Date {
    return new Date(Math.max(-MAX_DATE, Math.min(seconds * 1000, MAX_DATE)));
}

function refuse(code: JwtSvidErrorCode, message: string, cause?: unknown): never {
    throw new JwtSvidError(code, message, { cause });
}

/** JWT-SVID section 2: compact form only, an algorithm of the list, and JWT or JOSE as the type if there is one. */
function readHeader(token: string): Header {
    requireText(token, "token");
    if (token.length > MAX_TOKEN_LENGTH) {
        refuse("malformed", `the token has ${token.length} characters, at most ${MAX_TOKEN_LENGTH} are read`);
    }
    const parts = token.split(".");
    if (parts.length !== 3 || !parts.every(isBase64Url)) {
        refuse("malformed", "the token is not a JWS in compact form");
    }
    const header = decode(() => decodeProtectedHeader(token), "header");
    if (typeof header.alg !== "string" || !JWT_SVID_ALGORITHMS.includes(header.alg)) {
        refuse("algorithm", `the token's algorithm is not one of ${JWT_SVID_ALGORITHMS.join(", ")}`);
    }
    if (header.typ !== undefined && header.typ !== "JWT" && header.typ !== "JOSE") {
        refuse("type", "the token's type is neither JWT nor JOSE");
    }
    if (header.crit !== undefined) {
        refuse("malformed", "the token has critical header parameters; a JWT-SVID has none");
    }
    if (header.kid !== undefined && (typeof header.kid !== "string" || header.kid === "")) {
        refuse("malformed", "the token's key ID is empty or not text");
    }
    return {
        algorithm: header.alg,
        keyId: header.kid,
        bringsKeys: header.jwk !== undefined || header.x5c !== undefined,
    };
}

/** RFC 4648 section 5, without padding. */
function isBase64Url(part: string): boolean {
    return /^[A-Za-z0-9_-]+$/.test(part);
}

function decode<T>(read: () => T, part: string): T {
    try {
        return read();
    } catch (error) {
        return refuse("malformed", `the token's ${part} can't be read`, error);
    }
}

/** JWT-SVID section 3. `iat` is not judged: clocks differ, and it is no condition of validity. */
function readClaims(token: string, audience: readonly string[], options: JwtValidationOptions): Claims {
    checkOptions(options);
    const payload = decode(() => decodeJwt(token), "payload");
    const id = readSubject(payload.sub);
    const now = (options.now ?? new Date()).getTime() / 1000;
    const leeway = options.leewaySeconds ?? DEFAULT_LEEWAY_SECONDS;
    const { exp, nbf, iat } = payload;
    if (typeof exp !== "number") {
        return refuse("malformed", `${id}: the token has no expiry`);
    }
    // JSON has no infinite numbers, but JSON.parse makes one of 1e400: a token valid for ever.
    if ([exp, nbf, iat].some((time) => typeof time === "number" && !Number.isFinite(time))) {
        return refuse("malformed", `${id}: a time in the token is no number that can be told`);
    }
    if (now > exp + leeway) {
        refuse("expired", `${id}: the token expired at ${toDate(exp).toISOString()}`);
    }
    if (nbf !== undefined && (typeof nbf !== "number" || now < nbf - leeway)) {
        refuse("not_yet_valid", `${id}: the token is not valid yet`);
    }
    if (options.strict === true) {
        checkStrictly(payload, id, now + leeway);
    }
    const claimed: unknown = typeof payload.aud === "string" ? [payload.aud] : payload.aud;
    if (!Array.isArray(claimed) || !claimed.every((name): name is string => typeof name === "string")) {
        return refuse("audience", `${id}: the token names no audience`);
    }
    if (!claimed.some((name) => name !== "" && audience.includes(name))) {
        refuse("audience", `${id}: the token is for another audience`);
    }
    return { id, audience: claimed, payload: { ...payload, exp } };
}

/** What go-spiffe asks beyond JWT-SVID section 3. */
function checkStrictly({ sub, iat, exp, nbf }: JWTPayload, id: SpiffeId, latest: number): void {
    if (sub !== id.toString()) {
        refuse("subject", `${id}: the token writes it with capitals outside the path`);
    }
    if (iat !== undefined && (typeof iat !== "number" || iat > latest)) {
        refuse("not_yet_valid", `${id}: the token says that it is issued in the future, or no time`);
    }
    if ([exp, nbf, iat].some((time) => time !== undefined && Math.abs(time) >= 2 ** 63)) {
        refuse("malformed", `${id}: a time in the token is beyond 64 bits`);
    }
}

function checkOptions(options: unknown): void {
    requireNames(options, ["now", "leewaySeconds", "strict", "hint"], "options");
    const { now, leewaySeconds, strict } = (options ?? {}) as JwtValidationOptions;
    if (strict !== undefined) {
        requireBoolean(strict, "options.strict");
    }
    if (now !== undefined) {
        requireDate(now, "options.now");
    }
    if (leewaySeconds !== undefined) {
        requireNumber(leewaySeconds, "options.leewaySeconds", 0);
    }
}

function readSubject(subject: unknown): SpiffeId {
    if (typeof subject !== "string") {
        return refuse("subject", "the token has no subject");
    }
    try {
        return SpiffeId.parse(subject);
    } catch (error) {
        if (error instanceof SpiffeIdError) {
            return refuse("subject", `the token's subject is wrong: ${error.message}`, error);
        }
        throw error;
    }
}

const CURVES: Readonly<Record<string, string>> = { ES256: "prime256v1", ES384: "secp384r1", ES512: "secp521r1" };

/** Whether a key may be used with an algorithm at all: the type decides, and the key's own `alg` if it has one. */
function fits(key: JwtAuthority, algorithm: string): boolean {
    if (key.algorithm !== undefined && key.algorithm !== algorithm) {
        return false;
    }
    const curve = CURVES[algorithm];
    return curve === undefined
        ? key.publicKey.asymmetricKeyType === "rsa"
        : key.publicKey.asymmetricKeyDetails?.namedCurve === curve;
}

async function isSignedBy(token: string, key: JwtAuthority, algorithm: string): Promise<boolean> {
    try {
        await compactVerify(token, key.publicKey, { algorithms: [algorithm] });
        return true;
    } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) {
            return false;
        }
        throw error;
    }
}

brand(JwtSvid);
