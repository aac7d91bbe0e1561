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
 * - `distrusted`: its authority left the bundle after the handshake
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
    "refused_by_peer",
    "protocol",
    "no_identity",
    "web_pki",
] as const;

export type HandshakeFailureReason = (typeof HANDSHAKE_FAILURE_REASONS)[number];

/** What became of one handshake, or of the connection afterwards. */
export interface HandshakeEvent {
    readonly side: "client" | "server";
    /**
     * `aborted`: the peer was not reached, or one of the two gave up before anything was decided, as port scanners, TCP health checks
     * and callers with an `AbortSignal` do.
     */
    readonly result: "success" | "failure" | "aborted";
    /** The group, where the handshake got that far. */
    readonly group?: TlsGroup;
    /** The verified peer; absent on failure. */
    readonly peer?: SpiffeId;
    readonly reason?: HandshakeFailureReason;
    /** For people; carries no key material. */
    readonly message?: string;
    /** Milliseconds from connection to verdict; clients only. */
    readonly durationMs?: number;
}

/** These come after a handshake that was counted as a success: they are no handshakes of their own. */
export const AFTER_HANDSHAKE: ReadonlySet<string> = new Set<HandshakeFailureReason>([
    "distrusted",
    "refused_by_peer",
    "protocol",
]);

export type HandshakeObserver = (event: HandshakeEvent) => void;

/** A connection was refused by this side. `code` is the {@link HandshakeFailureReason}. */
export class HandshakeError extends SpiffeError {
    declare readonly code: HandshakeFailureReason;

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

/**
 * Turns an error before the handshake's end into an event.
 *
 * @param gaveUp the error is only this side's own reason not to wait any longer
 */
export function failureEvent(side: "client" | "server", error: unknown, gaveUp = false): HandshakeEvent {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof SpiffeError) {
        return { side, result: "failure", reason: error.code as HandshakeFailureReason, message };
    }
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (gaveUp || ABORTS.has(code)) {
        return { side, result: "aborted", message };
    }
    return { side, result: "failure", reason: REASONS.get(code) ?? "tls_error", message };
}
