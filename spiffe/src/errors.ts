import { brandSymbol } from "./brand.js";

const KINDS = brandSymbol("error kinds");

/**
 * Everything this library throws on purpose is a {@link SpiffeError}. `code` is short, stable and free of input data, so it
 * serves as a metric label; `message` is for people and never carries key material or a token.
 *
 * `instanceof` also recognises the errors of another copy of this package.
 */
export class SpiffeError extends Error {
    /** Names of the classes an error is of, up to this one. */
    private static kindsOf(type: NewableFunction): readonly string[] {
        const kinds: string[] = [];
        for (let at: unknown = type; typeof at === "function" && at !== Error; at = Object.getPrototypeOf(at)) {
            kinds.push(at.name);
        }
        return kinds;
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
        const kinds: unknown = typeof value === "object" && value !== null ? Reflect.get(value, KINDS) : undefined;
        return Array.isArray(kinds) && kinds.includes(this.name);
    }

    constructor(
        /** Stable reason, lower case with underscores. */
        readonly code: string,
        message: string,
        options?: ErrorOptions,
    ) {
        super(message, options);
        this.name = new.target.name;
        Object.defineProperty(this, KINDS, { value: SpiffeError.kindsOf(new.target) });
    }
}

/** An argument is of a kind that the function doesn't take. Code: `invalid_parameter`. The message names the argument, never its value. */
export class ArgumentError extends SpiffeError {
    constructor(message: string) {
        super("invalid_parameter", message);
    }
}

/** A SPIFFE ID or trust domain name breaks SPIFFE-ID section 2. Codes: `invalid_id`, `invalid_trust_domain`. */
export class SpiffeIdError extends SpiffeError {}

/** Bytes that should be DER (X.690) are not. Code: `malformed_der`. */
export class DerError extends SpiffeError {
    constructor(message: string) {
        super("malformed_der", message);
    }
}

/** Why a certificate chain was refused; the labels of authentication failures. */
export const X509_VERIFICATION_CODES = [
    "empty_chain",
    "chain_too_long",
    "malformed",
    "no_uri_san",
    "many_uri_sans",
    "invalid_id",
    "root_path",
    "ca_leaf",
    "key_usage",
    "ext_key_usage",
    "expired",
    "not_yet_valid",
    "no_bundle",
    "untrusted",
    "not_a_ca",
    "path_length",
    "name_constraints",
    "unknown_critical_extension",
] as const;

/** Why a chain is refused: the `code` of an {@link X509VerificationError}, and a label of metrics. */
export type X509VerificationCode = (typeof X509_VERIFICATION_CODES)[number];

/** A presented chain is not a valid X.509-SVID of a known trust domain (X509-SVID section 5). */
export class X509VerificationError extends SpiffeError {
    declare readonly code: X509VerificationCode;

    // eslint-disable-next-line @typescript-eslint/no-useless-constructor -- it takes these codes only
    constructor(code: X509VerificationCode, message: string, options?: ErrorOptions) {
        super(code, message, options);
    }
}

/** A valid peer is not allowed here. Code: `unauthorized`. */
export class AuthorizationError extends SpiffeError {
    constructor(message: string, options?: ErrorOptions) {
        super("unauthorized", message, options);
    }
}

/** An authorization policy can't be used. Code: `invalid_policy`. The message lists every fault. */
export class PolicyError extends SpiffeError {
    constructor(
        name: string,
        /** One sentence each, starting with the path of the setting. */
        readonly faults: readonly string[],
        options?: ErrorOptions,
    ) {
        super(
            "invalid_policy",
            `${name} is not a valid authorization policy:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
            options,
        );
    }
}

/** An X.509-SVID handed to us (by file or Workload API) can't be used. Codes: `invalid_svid`, `key_mismatch`, and those of verification. */
export class X509SvidError extends SpiffeError {}

/** A bundle or bundle document can't be used. Codes: `invalid_bundle`, `no_bundle`. */
export class BundleError extends SpiffeError {}

/** A Workload API address breaks SPIFFE_Workload_Endpoint section 4, or there is none. Codes: `invalid_address`, `no_address`. */
export class EndpointAddressError extends SpiffeError {}

/**
 * The Workload API failed or answered with something unusable. Codes: the gRPC status in lower case (`unavailable`,
 * `invalid_argument`, …), `malformed_response` and `start_timeout`.
 */
export class WorkloadApiError extends SpiffeError {}

/** The Workload API is there and knows of no identity for this process. Code: `no_identity_issued`. */
export class NoIdentityIssuedError extends WorkloadApiError {
    declare readonly code: "no_identity_issued";

    constructor(endpoint: string, details: string, options?: ErrorOptions) {
        super(
            "no_identity_issued",
            `The Workload API at ${endpoint} issued no identity to this process (${details}). Check that a registration entry exists ` +
                "whose parent ID is this node's agent and whose selectors all match this process (for example unix:uid, " +
                "k8s:ns, k8s:sa), and that the agent has had time to sync it",
            options,
        );
    }
}

/** A source has nothing to hand out. Codes: `closed`, `no_identity_issued`, `expired`, `no_bundle`. */
export class SourceError extends SpiffeError {}

/** Why a JWT-SVID was refused. */
export type JwtSvidErrorCode =
    | "malformed"
    | "algorithm"
    | "type"
    | "subject"
    | "audience"
    | "expired"
    | "not_yet_valid"
    | "no_bundle"
    | "no_key"
    | "bad_signature";

/** A token is not a valid JWT-SVID (JWT-SVID section 4). The message never repeats the token. */
export class JwtSvidError extends SpiffeError {
    declare readonly code: JwtSvidErrorCode;

    // eslint-disable-next-line @typescript-eslint/no-useless-constructor -- it takes these codes only
    constructor(code: JwtSvidErrorCode, message: string, options?: ErrorOptions) {
        super(code, message, options);
    }
}

/** Why a request with a bearer token was refused; the middle two are the words of RFC 6750 section 3.1. */
export type BearerErrorCode = "missing_token" | "invalid_token" | "insufficient_scope" | "unavailable";

/**
 * A request isn't let in by its bearer token. `statusCode` and `headers` are those of the answer, as Fastify, Koa and Express read them
 * from an error. The message says nothing that helps a forger; the reason is in `cause`.
 */
export class BearerError extends SpiffeError {
    declare readonly code: BearerErrorCode;
    readonly statusCode: 401 | 403 | 503;
    /** With the challenge of RFC 6750 section 3. */
    readonly headers: Readonly<Record<string, string>>;

    constructor(code: BearerErrorCode, options?: ErrorOptions) {
        const { statusCode, message, headers } = BEARER_ANSWERS[code];
        super(code, message, options);
        this.statusCode = statusCode;
        this.headers = headers;
    }
}

const BEARER_ANSWERS: Readonly<Record<BearerErrorCode, Pick<BearerError, "statusCode" | "message" | "headers">>> = {
    missing_token: {
        statusCode: 401,
        message: "the request has no bearer token",
        headers: { "www-authenticate": "Bearer" },
    },
    invalid_token: {
        statusCode: 401,
        message: "the bearer token is not accepted",
        headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    },
    insufficient_scope: {
        statusCode: 403,
        message: "the caller is not authorized",
        headers: { "www-authenticate": 'Bearer error="insufficient_scope"' },
    },
    unavailable: { statusCode: 503, message: "bearer tokens can't be checked at present", headers: {} },
};

/**
 * A bundle endpoint could not be used (SPIFFE Federation section 5). Codes: `invalid_endpoint`, `unreachable`, `http_status`,
 * `too_many_redirects`, `too_large`, `wrong_endpoint_id` and `stale`.
 */
export class FederationError extends SpiffeError {}
