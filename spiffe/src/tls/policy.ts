import { constants } from "node:crypto";
import type { SecureContext, SecureContextOptions } from "node:tls";
import { createSecureContext } from "node:tls";

import type { Authorizer } from "../authorize.js";
import type { X509Snapshot } from "../source.js";
import type { X509Svid } from "../x509svid.js";
import { CLASSICAL_GROUP, HYBRID_GROUP } from "./group.js";
import type { HandshakeObserver } from "./observer.js";

/** What both ends of a connection can be told. */
export interface TlsPolicy {
    /** Decides which authenticated peers may proceed. There is no default: letting everybody in is written `authorizeAny()`. */
    readonly authorize: Authorizer;
    /**
     * `prefer` offers X25519MLKEM768 first and takes X25519 from a peer that knows no better; `require` takes X25519MLKEM768 only.
     *
     * @default "prefer"
     */
    readonly kem?: "prefer" | "require";
    /**
     * `ml-dsa-65` takes handshake signatures by ML-DSA-65 (FIPS 204) only, so both SVIDs must have such keys; SPIRE 1.15 issues none.
     *
     * @default "any"
     */
    readonly signature?: "any" | "ml-dsa-65";
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

/**
 * The options every TLS context of this library has. Node's own verification is left out (`ca: []`, no `rejectUnauthorized`): OpenSSL
 * trusts one pool of authorities, SPIFFE one bundle for each trust domain. Without tickets no session is resumed, so no peer skips
 * verification.
 */
export function contextOptions(
    credentials: X509Svid | WebCertificate | undefined,
    policy: Pick<TlsPolicy, "kem" | "signature">,
): SecureContextOptions {
    return {
        ...keyPair(credentials),
        ca: [],
        minVersion: "TLSv1.3",
        maxVersion: "TLSv1.3",
        ecdhCurve: policy.kem === "require" ? HYBRID_GROUP : `${HYBRID_GROUP}:${CLASSICAL_GROUP}`,
        secureOptions: constants.SSL_OP_NO_TICKET,
        ...(policy.signature === "ml-dsa-65" ? { sigalgs: "mldsa65" } : {}),
    };
}

const clientContexts = new WeakMap<X509Snapshot, Map<string, SecureContext>>();

/** The context of a client, made once for each snapshot: reading key and certificates anew for every connection would cost more than it. */
export function clientContext(
    snapshot: X509Snapshot,
    presentSvid: boolean,
    policy: Pick<TlsPolicy, "kem" | "signature">,
): SecureContext {
    const known = clientContexts.get(snapshot) ?? new Map<string, SecureContext>();
    clientContexts.set(snapshot, known);
    const key = [presentSvid, policy.kem, policy.signature].join(" ");
    const context =
        known.get(key) ?? createSecureContext(contextOptions(presentSvid ? snapshot.svid : undefined, policy));
    known.set(key, context);
    return context;
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
