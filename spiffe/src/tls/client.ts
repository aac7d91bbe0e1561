import type { LookupFunction } from "node:net";
import { isIP, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { connect, TLSSocket } from "node:tls";

import { requireInstance, requireNumber, requireObject, requireText } from "../arguments.js";
import { ArgumentError } from "../errors.js";
import type { X509Provider, X509Snapshot } from "../source.js";
import type { X509Svid } from "../x509svid.js";
import { HandshakeError } from "./observer.js";
import { checkSession, currentSnapshot, judgePeer, presentedChain, setPeer } from "./peer.js";
import type { TlsPolicy } from "./policy.js";
import { checkIdentity, checkTlsPolicy } from "./policy-check.js";
import { clientContext, contextOptions, DEFAULT_HANDSHAKE_TIMEOUT_MS } from "./policy.js";
import type { Target } from "./record.js";
import { HandshakeRecord } from "./record.js";
import { watchConnection } from "./trust-watch.js";
import { readProxy, Tunnel } from "./tunnel.js";

/** What a client can be told beside its {@link TlsPolicy}. */
export interface ClientPolicy extends TlsPolicy {
    /**
     * `false` shows the server no SVID (one-way TLS).
     *
     * @default true
     */
    readonly presentSvid?: boolean;
    /**
     * Verifies the server by Web PKI and host name in place of an SVID; `authorize` is not called then. `ca` are PEM roots in place of
     * Node's own.
     */
    readonly webPki?: { readonly ca?: string | Buffer | (string | Buffer)[] };
    /**
     * An HTTP proxy to go through by CONNECT (RFC 9110 section 9.3.6), such as `http://proxy.example.org:3128`, with user and password
     * for basic authentication if it has them. TLS is end to end: the proxy learns the name and port of the server, and no more.
     */
    readonly proxy?: string | URL;
}

/** Where to connect to. */
export interface ConnectTarget {
    readonly host?: string;
    readonly port?: number;
    /** A Unix domain socket, in place of host and port. */
    readonly path?: string;
    /** A socket to run TLS over, in place of all three; with `host` it still has a name. */
    readonly socket?: Duplex;
    /** The name that the server is asked for (SNI, RFC 6066 section 3), where it isn't `host`. Empty sends none. */
    readonly servername?: string;
    /** Resolves `host`, in place of `dns.lookup`. */
    readonly lookup?: LookupFunction;
    readonly ALPNProtocols?: string[];
    /** Gives up on connecting. */
    readonly signal?: AbortSignal;
}

/** A connection under way. */
export interface PendingConnection {
    readonly socket: TLSSocket;
    /** Resolves once the server is authenticated and authorized; rejects after the socket has been destroyed. */
    readonly verified: Promise<void>;
}

/**
 * Connects, and resolves once the server is authenticated and authorized: not a byte of the application goes to anybody else.
 * `peerOf(socket)` tells whom it reached.
 *
 * A TLS 1.3 server that refuses *us* can do so only after our handshake is done: the connection then just ends. The observer hears
 * of it as `refused_by_peer`.
 *
 * @throws {SpiffeError} `code` is a `HandshakeFailureReason`, when this side refuses; the signal's reason; an error with the `code`
 *     that the system has for it otherwise, such as `ECONNREFUSED`, or `ETIMEDOUT` for a server that was not reached in time; `proxy`
 *     when the policy's proxy refuses
 */
export async function connectTls(
    identity: X509Provider,
    policy: ClientPolicy,
    target: ConnectTarget,
): Promise<TLSSocket> {
    const { socket, verified } = startTls(identity, policy, target);
    // The promise tells; the event would end the process.
    const ignore = (): void => {};
    socket.on("error", ignore);
    await verified;
    socket.off("error", ignore);
    return socket;
}

/**
 * Connects, for libraries that want a socket at once. What is written early waits: `secureConnect` comes, and the first byte leaves, only
 * once the server is authenticated and authorized. Never throws: each failure is an `error` of the socket, the same that `connectTls`
 * rejects with.
 */
export function connectSocket(identity: X509Provider, policy: ClientPolicy, target: ConnectTarget): TLSSocket {
    try {
        const { socket, verified } = startTls(identity, policy, target);
        // The socket has been destroyed with the error, which is how its owner learns of it.
        verified.catch(() => {});
        return socket;
    } catch (error) {
        return new TLSSocket(new Socket()).destroy(error instanceof Error ? error : new Error(String(error)));
    }
}

/**
 * Begins to connect. The socket keeps back its `secureConnect` and all that is written to it until `verified` resolves.
 *
 * @throws {HandshakeError} `no_identity`
 */
export function startTls(identity: X509Provider, policy: ClientPolicy, target: ConnectTarget): PendingConnection {
    checkIdentity(identity);
    checkTlsPolicy(policy);
    checkTarget(target);
    const record = new HandshakeRecord("client", policy.observer, targetOf(target));
    let socket: TLSSocket;
    let shown: X509Svid | undefined;
    try {
        const snapshot = currentSnapshot(identity);
        shown = policy.presentSvid === false ? undefined : snapshot.svid;
        const tunnel = tunnelTo(policy, target);
        socket = connect(connectionOptions(snapshot, policy, { ...target, ...tunnel })).setNoDelay(true);
        if (tunnel !== undefined) {
            tunnel.socket.onFailure = (error) => socket.destroy(error);
        }
    } catch (error) {
        record.failure(error, target.signal?.aborted);
        throw error;
    }
    holdBack(socket, () => {
        record.connected(socket).group = checkSession(socket, policy);
        const peer =
            policy.webPki === undefined ? judgePeer(presentedChain(socket), identity, policy, record) : undefined;
        if (peer !== undefined) {
            setPeer(socket, peer);
        }
        watchConnection(identity, socket, { peer, shown, policy, record });
        record.success();
        reportRefusal(socket, policy, record, peer?.id.toString() ?? "the server");
    });
    const verify = async (): Promise<void> => {
        try {
            await handshake(socket, policy, target.signal);
        } catch (error) {
            socket.destroy(error instanceof Error ? error : undefined);
            record.failure(error, target.signal?.aborted);
            throw error;
        }
    };
    return { socket, verified: verify() };
}

/**
 * Has a socket announce `secureConnect` only after `judge` has returned, and end with its error otherwise. Listeners of the event, which
 * take it as leave to speak, must not run before; an earlier listener couldn't stop the later ones. Until then the socket is corked, so
 * that it keeps what is written to it.
 */
function holdBack(socket: TLSSocket, judge: () => void): void {
    const emit = socket.emit.bind(socket) as (event: string | symbol, ...values: unknown[]) => boolean;
    socket.cork();
    const guarded = (event: string | symbol, ...values: unknown[]): boolean => {
        if (event !== "secureConnect") {
            return emit(event, ...values);
        }
        try {
            judge();
        } catch (error) {
            socket.destroy(error instanceof Error ? error : new Error(String(error)));
            return false;
        }
        socket.uncork();
        return emit(event, ...values);
    };
    Object.defineProperty(socket, "emit", { value: guarded, configurable: true, writable: true });
}

function checkTarget(target: unknown): void {
    requireObject(target, "target");
    const { host, port, path, socket, signal } = target as ConnectTarget;
    if (port === undefined && path === undefined && socket === undefined) {
        throw new ArgumentError("target must have a port, a path or a socket");
    }
    for (const [name, value] of Object.entries({ host, path })) {
        if (value !== undefined) {
            requireText(value, `target.${name}`);
        }
    }
    if (port !== undefined) {
        requireNumber(port, "target.port", 0);
    }
    if (signal !== undefined) {
        requireInstance(signal, AbortSignal, "target.signal");
    }
}

/** Where a client connects to, as authorizers and observers are told. */
function targetOf({ host, port, path }: ConnectTarget): Target | undefined {
    const name = path ?? host;
    return name === undefined ? undefined : { host: name, port: path === undefined ? port : undefined };
}

/** The way through the policy's proxy, if it has one and the target isn't on this machine's file system or a socket already. */
function tunnelTo({ proxy }: ClientPolicy, target: ConnectTarget): { readonly socket: Tunnel } | undefined {
    const { host, port, path, socket } = target;
    if (proxy === undefined || port === undefined || path !== undefined || socket !== undefined) {
        return undefined;
    }
    return { socket: new Tunnel(readProxy(proxy, "policy.proxy"), host ?? "localhost", port) };
}

function connectionOptions(snapshot: X509Snapshot, policy: ClientPolicy, target: ConnectTarget): ConnectionOptions {
    const { host, port, path, socket, lookup, ALPNProtocols } = target;
    const presentSvid = policy.presentSvid !== false;
    return {
        host,
        port,
        path,
        socket,
        lookup,
        ALPNProtocols,
        // RFC 6066 section 3: addresses are no server names.
        servername: target.servername ?? (host === undefined || isIP(host) !== 0 ? "" : host),
        ...(policy.webPki === undefined
            ? {
                  secureContext: clientContext(snapshot, policy),
                  rejectUnauthorized: false,
                  checkServerIdentity: () => undefined,
              }
            : {
                  ...contextOptions(presentSvid ? snapshot.svid : undefined, policy),
                  rejectUnauthorized: true,
                  ca: policy.webPki.ca,
              }),
    };
}

/** Waits for the end of the handshake, with a deadline. A server that was not even reached by then has refused nobody. */
async function handshake(socket: TLSSocket, policy: ClientPolicy, signal: AbortSignal | undefined): Promise<void> {
    const timeoutMs = policy.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS;
    const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
    const timer = setTimeout(() => {
        reject(
            socket.connecting
                ? coded("ETIMEDOUT", `the server was not reached within ${timeoutMs} ms`)
                : new HandshakeError("handshake_timeout", `the handshake took longer than ${timeoutMs} ms`),
        );
    }, timeoutMs);
    const abort = (): void => reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    const fail = (error: Error): void => reject(policy.webPki === undefined ? error : webPkiError(error));
    const closed = (): void => reject(coded("ECONNRESET", "the connection closed during the handshake"));
    socket.once("secureConnect", resolve).once("error", fail).once("close", closed);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) {
        abort();
    }
    try {
        await promise;
    } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        socket.off("secureConnect", resolve).off("error", fail).off("close", closed);
    }
}

/** An error as the system's own are. */
function coded(code: string, message: string): Error {
    return Object.assign(new Error(message), { code });
}

/** Codes of X.509 verification in OpenSSL. */
const WEB_PKI_CODES = /^(CERT|CRL|UNABLE|SELF_SIGNED|DEPTH_ZERO|ERROR_IN|INVALID|PATH_LENGTH|HOSTNAME)_/;

function webPkiError(error: Error): Error {
    const code = "code" in error ? String(error.code) : "";
    return code === "ERR_TLS_CERT_ALTNAME_INVALID" || WEB_PKI_CODES.test(code)
        ? new HandshakeError("web_pki", error.message, { cause: error })
        : error;
}

/** Tells the observer when the server hangs up on us without having said a word. */
function reportRefusal(socket: TLSSocket, policy: ClientPolicy, record: HandshakeRecord, peer: string): void {
    const deadline = performance.now() + (policy.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS);
    let reported = false;
    const report = (): void => {
        if (!reported && socket.bytesRead === 0 && performance.now() < deadline) {
            reported = true;
            record.later(
                "refused_by_peer",
                `${peer} closed the connection right after the handshake: it doesn't accept this identity`,
            );
        }
    };
    socket.once("end", report).once("error", report);
}
