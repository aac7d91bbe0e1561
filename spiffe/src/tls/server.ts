import type { Server, TLSSocket, TlsOptions } from "node:tls";
import { createServer } from "node:tls";

import { requireFunction, requireMethods } from "../arguments.js";
import type { X509Provider } from "../source.js";
import { subscribe } from "../subscription.js";
import { checkIdentity, checkTlsPolicy } from "./policy-check.js";
import { checkSession, currentSnapshot, judgePeer, presentableSnapshot, presentedChain, setPeer } from "./peer.js";
import type { TlsPolicy, WebCertificate } from "./policy.js";
import { contextOptions, credentialsOf, DEFAULT_HANDSHAKE_TIMEOUT_MS } from "./policy.js";
import { HandshakeRecord } from "./record.js";
import { watchConnection } from "./trust-watch.js";

/** What a server can be told beside its {@link TlsPolicy}. */
export interface ServerPolicy extends TlsPolicy {
    /**
     * `optional` lets in clients that show no certificate at all, whose requests have no peer: what they may do is up to the handler.
     * One that shows a certificate must pass like any other. `none` doesn't ask clients for an SVID (one-way TLS): `authorize` is not
     * called and requests have no peer.
     *
     * @default "required"
     */
    readonly clientAuth?: "required" | "optional" | "none";
    /** Shown to clients in place of the SVID, for clients that verify by Web PKI while they authenticate by SVID. */
    readonly webCertificate?: WebCertificate;
}

/**
 * Options for any server of node:tls, https or http2 that is made elsewhere, by a framework for one. They hold no key and no certificate:
 * **every handshake fails until {@link guardServer} has been called** for the server, so that a forgotten guard lets nobody in.
 *
 * @throws {HandshakeError} `no_identity` when the identity has nothing to show yet
 * @throws {ArgumentError}
 */
export function serverOptions(identity: X509Provider, policy: ServerPolicy): TlsOptions {
    checkIdentity(identity);
    checkTlsPolicy(policy);
    currentSnapshot(identity);
    return {
        ...contextOptions(undefined, policy),
        requestCert: policy.clientAuth !== "none",
        // OpenSSL's verdict, by one pool of authorities, isn't asked for: the guard gives its own.
        rejectUnauthorized: false,
        // Otherwise a short answer and the end of the connection wait for each other, 40 ms at a time.
        noDelay: true,
        handshakeTimeout: policy.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
    };
}

/**
 * Makes a server refuse every client that isn't authenticated and authorized before any other listener sees the connection, and
 * show the current SVID to each new client. Without a usable identity no handshake succeeds.
 *
 * @param server made with {@link serverOptions} and the same identity and policy
 * @throws {HandshakeError} `no_identity` when the identity has nothing to show yet
 * @throws {ArgumentError}
 */
export function guardServer(server: Server, identity: X509Provider, policy: ServerPolicy): void {
    requireMethods(server, ["setSecureContext", "on", "prependListener"], "server", "a server of node:tls");
    checkIdentity(identity);
    checkTlsPolicy(policy);
    // The whole context is replaced: options left out would fall back to Node's defaults.
    const show = (): void => {
        const credentials = credentialsOf(currentSnapshot(identity), policy.webCertificate);
        server.setSecureContext(contextOptions(credentials, policy));
    };
    const hide = (): void => server.setSecureContext(contextOptions(policy.webCertificate, policy));
    show();
    server.prependListener("secureConnection", (socket: TLSSocket) => admit(socket, identity, policy));
    server.on("tlsClientError", (error, socket) => {
        // https does this by itself, node:tls leaves a client that was too slow connected.
        const record = new HandshakeRecord("server", policy.observer, targetOf(socket)).connected(socket);
        socket.destroy();
        record.failure(error);
    });
    server.once("close", subscribe(identity, { update: show, withdrawn: hide }));
}

/** A TLS server that lets in authenticated and authorized peers only; `peerOf(socket)` tells whom. */
export function createTlsServer(
    identity: X509Provider,
    policy: ServerPolicy & { readonly ALPNProtocols?: string[] },
    onConnection: (socket: TLSSocket) => void,
): Server {
    requireFunction(onConnection, "onConnection");
    const server = createServer({ ...serverOptions(identity, policy), ALPNProtocols: policy.ALPNProtocols });
    server.on("secureConnection", (socket) => {
        if (!socket.destroyed) {
            onConnection(socket);
        }
    });
    guardServer(server, identity, policy);
    return server;
}

function targetOf({ servername }: TLSSocket): { host: string } | undefined {
    // Node.js has `false` here where the client sent no name, whatever its types say.
    return typeof servername === "string" && servername !== "" ? { host: servername } : undefined;
}

function admit(socket: TLSSocket, identity: X509Provider, policy: ServerPolicy): void {
    const record = new HandshakeRecord("server", policy.observer, targetOf(socket)).connected(socket);
    try {
        record.group = checkSession(socket, policy);
        const presented = policy.clientAuth === "none" ? undefined : presentedChain(socket);
        const anonymous = presented === undefined || (policy.clientAuth === "optional" && presented.length === 0);
        const peer = anonymous ? undefined : judgePeer(presented, identity, policy, record);
        const shown = policy.webCertificate === undefined ? presentableSnapshot(identity, policy).svid : undefined;
        if (peer !== undefined) {
            setPeer(socket, peer);
        }
        watchConnection(identity, socket, { peer, shown, policy, record });
        record.success();
    } catch (error) {
        // First of all: nothing that a reporter does may keep a refused client connected.
        socket.destroy();
        record.failure(error);
    }
}
