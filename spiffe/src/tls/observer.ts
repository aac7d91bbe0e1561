import { callIsolated } from "../callbacks.js";
import { SpiffeError, X509_VERIFICATION_CODES } from "../errors.js";
import type { SpiffeId } from "../id.js";
import type { TlsGroup } from "./group.js";

/**
 * Why a handshake failed beyond the certificate itself:
 *
 * - `tls_version`, `key_exchange`, `signature_algorithm`, `alpn`: no common protocol version, group, signature algorithm, protocol
 * - `resumed`: the peer resumed a session, which skips verification
 * - `handshake_timeout`, `tls_error`: connected, but too slow; anything else that OpenSSL refused
 * - `unauthorized`: a valid peer that the authorizer refused
 * - `distrusted`, `deauthorized`: after the handshake its authority left the bundle, or a reloaded policy refused it
 * - `refused_by_peer`: the other side closed right after the handshake, which is how a TLS 1.3 server refuses a client
 * - `protocol`: an authenticated peer broke the rules of HTTP/2, by an oversized frame for one
 * - `no_identity`: our own source has nothing to show or to verify with
 * - `web_pki`: a Web PKI certificate that doesn't verify
 */
export const HANDSHAKE_FAILURE_REASONS = [
    ...X509_VERIFICATION_CODES,
    "tls_version",
    "key_exchange",
    "signature_algorithm",
    "alpn",
    "resumed",
    "handshake_timeout",
    "tls_error",
    "unauthorized",
    "distrusted",
    "deauthorized",
    "refused_by_peer",
    "protocol",
    "no_identity",
    "web_pki",
] as const;

/** One of {@link HANDSHAKE_FAILURE_REASONS}. */
export type HandshakeFailureReason = (typeof HANDSHAKE_FAILURE_REASONS)[number];

/**
 * Why this side ended a connection that nobody had done anything wrong on:
 *
 * - `svid_expired`: an SVID it was opened with expired
 * - `max_age`: it was as old as `maxConnectionAgeMs` allows
 * - `identity_withdrawn`: the identity of this side was withdrawn
 */
export const CLOSING_REASONS = ["svid_expired", "max_age", "identity_withdrawn"] as const;

/** One of {@link CLOSING_REASONS}. */
export type ClosingReason = (typeof CLOSING_REASONS)[number];

/**
 * What became of one handshake, or of the connection afterwards: enough for an audit log. What is known of a peer that failed is there
 * as far as the handshake got, and only `peer` and `target` can be relied on.
 */
export interface HandshakeEvent {
    readonly side: "client" | "server";
    /**
     * `aborted`: the peer was not reached, or one of the two gave up before anything was decided, as port scanners, TCP health checks
     * and callers with an `AbortSignal` do. `closed`: see {@link ClosingReason}.
     */
    readonly result: "success" | "failure" | "aborted" | "closed";
    /** The group, where the handshake got that far. */
    readonly group?: TlsGroup;
    /** The peer by its verified chain, also where the authorizer refused it. */
    readonly peer?: SpiffeId;
    /** The SPIFFE ID in the certificate presented, where it could not be verified: anybody may write it there. */
    readonly claimedId?: string;
    /** Serial number of the certificate presented, in hexadecimal. */
    readonly serial?: string;
    /** Address of the other side, such as `10.1.2.3:41000`; absent over a Unix domain socket or where nobody was reached. */
    readonly remoteAddress?: string;
    /** Where a client connects to, as host and port or a socket's path; with a server, the server name its client asked for. */
    readonly target?: string;
    readonly reason?: HandshakeFailureReason | ClosingReason;
    /** For people; carries no key material. */
    readonly message?: string;
    /** Milliseconds from connection to verdict; clients only. */
    readonly durationMs?: number;
}

/** These come after a handshake that was counted as a success: they are no handshakes of their own. */
export const AFTER_HANDSHAKE: ReadonlySet<string> = new Set<HandshakeFailureReason>([
    "distrusted",
    "deauthorized",
    "refused_by_peer",
    "protocol",
]);

/** An exception of an observer is reported as a warning of the process and changes nothing for the connection. */
export type HandshakeObserver = (event: HandshakeEvent) => void;

/** Tells an observer, whatever it does. */
export function notify(observer: HandshakeObserver | undefined, event: HandshakeEvent): void {
    if (observer !== undefined) {
        callIsolated("A handshake observer", () => observer(event));
    }
}

/** A connection was refused by this side. `code` is the {@link HandshakeFailureReason}. */
export class HandshakeError extends SpiffeError {
    declare readonly code: HandshakeFailureReason;

    // eslint-disable-next-line @typescript-eslint/no-useless-constructor -- it takes these codes only
    constructor(code: HandshakeFailureReason, message: string, options?: ErrorOptions) {
        super(code, message, options);
    }
}

/** OpenSSL's and Node's codes, as far as they have a reason of their own. */
const REASONS: ReadonlyMap<string, HandshakeFailureReason> = new Map([
    ["ERR_TLS_HANDSHAKE_TIMEOUT", "handshake_timeout"],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", "tls_version"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls_version"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "tls_version"],
    ["ERR_SSL_TLS_ALERT_PROTOCOL_VERSION", "tls_version"],
    ["ERR_SSL_NO_SUITABLE_KEY_SHARE", "key_exchange"],
    ["ERR_SSL_NO_SHARED_GROUP", "key_exchange"],
    ["ERR_SSL_NO_SHARED_GROUPS", "key_exchange"],
    ["ERR_SSL_NO_SUITABLE_GROUPS", "key_exchange"],
    ["ERR_SSL_BAD_KEY_SHARE", "key_exchange"],
    ["ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", "signature_algorithm"],
    ["ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS", "signature_algorithm"],
    ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "alpn"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "refused_by_peer"],
]);

/** Whoever leaves in the middle of a handshake, or was never reached, has decided nothing and proved nothing. */
const ABORTS: ReadonlySet<string> = new Set([
    "ABORT_ERR",
    ...["ECONNRESET", "EPIPE", "ERR_SSL_UNEXPECTED_EOF_WHILE_READING"],
    ...["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ENOENT", "ENOTFOUND", "EAI_AGAIN"],
]);

function isReason(code: string): code is HandshakeFailureReason {
    return HANDSHAKE_FAILURE_REASONS.some((reason) => reason === code);
}

/**
 * Turns an error before the handshake's end into an event.
 *
 * @param gaveUp the error is only this side's own reason not to wait any longer
 */
export function failureEvent(side: "client" | "server", error: unknown, gaveUp = false): HandshakeEvent {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof SpiffeError) {
        return { side, result: "failure", reason: isReason(error.code) ? error.code : "tls_error", message };
    }
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (gaveUp || ABORTS.has(code)) {
        return { side, result: "aborted", message };
    }
    return { side, result: "failure", reason: REASONS.get(code) ?? "tls_error", message };
}
