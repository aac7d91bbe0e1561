import { constants } from "node:crypto";
import type { SecureContext, SecureContextOptions } from "node:tls";
import { createSecureContext } from "node:tls";

import type { Authorizer } from "../authorize.js";
import { SpiffeError } from "../errors.js";
import type { X509Snapshot } from "../source.js";
import type { X509Svid } from "../x509svid.js";
import { CLASSICAL_GROUPS, HYBRID_GROUP } from "./group.js";
import type { ConnectionLifetime } from "./lifetime.js";
import type { HandshakeObserver } from "./observer.js";

/** What both ends of a connection can be told. */
export interface TlsPolicy extends ConnectionLifetime {
    /**
     * Decides which authenticated peers may proceed: `true` lets in, all else refuses. There is no default: letting everybody in is
     * written `authorizeAny()`.
     */
    readonly authorize: Authorizer;
    /**
     * `prefer` offers X25519MLKEM768 first and takes X25519, P-256 or P-384 from a peer that knows no better; `require` takes
     * X25519MLKEM768 only.
     *
     * @default "prefer"
     */
    readonly kem?: "prefer" | "require";
    /**
     * Also speaks TLS 1.2 with peers that can't do better, by ephemeral key exchange and authenticated ciphers only. TLS 1.2 shows the
     * client's SVID to whoever listens and knows no post-quantum key exchange, so it can't go with `kem: "require"` or ML-DSA.
     *
     * @default false
     */
    readonly allowTls12?: boolean;
    /**
     * `ml-dsa-65` takes handshake signatures by ML-DSA-65 (FIPS 204) only, so both SVIDs must have such keys; SPIRE 1.15 issues none.
     *
     * @default "any"
     */
    readonly signature?: "any" | "ml-dsa-65";
    /**
     * Refuses as well certificates that the standards allow but go-spiffe refuses; see `VerifyOptions.strict`.
     *
     * @default false
     */
    readonly strict?: boolean;
    /** Milliseconds a handshake may take; with a client's, what it takes to connect included. Defaults to 10,000. */
    readonly handshakeTimeoutMs?: number;
    /** Hears of every handshake; see `SpiffeMetrics.handshakes` and `traceHandshakes`. */
    readonly observer?: HandshakeObserver;
    /** The clock certificates are judged by. Defaults to the system's. */
    readonly now?: () => Date;
}

export const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;

/** A certificate of the Web PKI, where one side of the connection doesn't use SVIDs. PEM. */
export interface WebCertificate {
    readonly cert: string | Buffer;
    readonly key: string | Buffer;
}

/** The settings of a policy that a TLS context is made from. */
export type ContextPolicy = Pick<TlsPolicy, "kem" | "signature" | "allowTls12">;

/** Ciphers of TLS 1.3, and those of TLS 1.2 that RFC 9325 section 4.2 recommends. */
export const CIPHERS = [
    ...["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"],
    ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
    ...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
    ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
].join(":");

/**
 * As OpenSSL's `SSL_CTX_set1_groups_list` takes it. A server asks a client that knows a group before the slash for it, even where that
 * takes another round trip; a client sends keys for the starred ones at once.
 */
const PREFERRED_GROUPS = `*${HYBRID_GROUP}/*${CLASSICAL_GROUPS.join(":")}`;

/**
 * The options every TLS context of this library has. Node's own verification is left out (`ca: []`, no `rejectUnauthorized`): OpenSSL
 * trusts one pool of authorities, SPIFFE one bundle for each trust domain. Without tickets no session is resumed, so no peer skips
 * verification.
 */
export function contextOptions(
    credentials: X509Svid | WebCertificate | undefined,
    policy: ContextPolicy,
): SecureContextOptions {
    const allowTls12 = policy.allowTls12 === true;
    if (allowTls12 && (policy.kem === "require" || policy.signature === "ml-dsa-65")) {
        const other = policy.kem === "require" ? 'kem: "require"' : 'signature: "ml-dsa-65"';
        throw new SpiffeError("invalid_policy", `allowTls12 can't go with ${other}: TLS 1.2 knows no such thing`);
    }
    return {
        ...keyPair(credentials),
        ca: [],
        minVersion: allowTls12 ? "TLSv1.2" : "TLSv1.3",
        ...(allowTls12 ? { ciphers: CIPHERS } : { maxVersion: "TLSv1.3" }),
        ecdhCurve: policy.kem === "require" ? HYBRID_GROUP : PREFERRED_GROUPS,
        secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
        ...(policy.signature === "ml-dsa-65" ? { sigalgs: "mldsa65" } : {}),
    };
}

const clientContexts = new WeakMap<X509Snapshot, Map<string, SecureContext>>();

/**
 * The context of a client, made once for each snapshot: reading key and certificates anew for every connection would cost more than it.
 *
 * @param pooled has OpenSSL verify as well, against all authorities of all bundles: a filter before our own verification, for callers
 *     that can't do theirs without it
 */
export function clientContext(
    snapshot: X509Snapshot,
    policy: ContextPolicy & { readonly presentSvid?: boolean },
    pooled = false,
): SecureContext {
    const known = clientContexts.get(snapshot) ?? new Map<string, SecureContext>();
    clientContexts.set(snapshot, known);
    const presentSvid = policy.presentSvid !== false;
    const key = [presentSvid, policy.kem, policy.signature, policy.allowTls12, pooled].join(" ");
    const context =
        known.get(key) ??
        createSecureContext({
            ...contextOptions(presentSvid ? snapshot.svid : undefined, policy),
            ...(pooled ? poolOf(snapshot) : {}),
        });
    known.set(key, context);
    return context;
}

function poolOf({ bundles }: X509Snapshot): SecureContextOptions {
    return {
        ca: Array.from(bundles).flatMap(({ authorities }) => authorities.map(String)),
        // An authority of SPIFFE may itself be signed by another.
        allowPartialTrustChain: true,
    };
}

/** The SVID of a snapshot, unless something else is to be shown. */
export function credentialsOf(snapshot: X509Snapshot, web: WebCertificate | undefined): X509Svid | WebCertificate {
    return web ?? snapshot.svid;
}

function keyPair(credentials: X509Svid | WebCertificate | undefined): SecureContextOptions {
    if (credentials === undefined) {
        return {};
    }
    return "certPem" in credentials
        ? { cert: credentials.certPem(), key: credentials.keyPem() }
        : { cert: credentials.cert, key: credentials.key };
}
