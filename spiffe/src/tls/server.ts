import type { Server, TLSSocket, TlsOptions } from "node:tls";
import { createServer } from "node:tls";

import type { X509Provider } from "../source.js";
import { failureEvent } from "./observer.js";
import { checkSession, currentSnapshot, judgePeer, setPeer } from "./peer.js";
import type { TlsPolicy, WebCertificate } from "./policy.js";
import { contextOptions, credentialsOf, DEFAULT_HANDSHAKE_TIMEOUT_MS } from "./policy.js";
import { watchTrust } from "./trust-watch.js";

/** What a server can be told beside its {@link TlsPolicy}. */
export interface ServerPolicy extends TlsPolicy {
    /**
     * `none` doesn't ask clients for an SVID (one-way TLS): `authorize` is not called and requests have no peer.
     *
     * @default "required"
     */
    readonly clientAuth?: "required" | "none";
    /** Shown to clients in place of the SVID, for clients that verify by Web PKI while they authenticate by SVID. */
    readonly webCertificate?: WebCertificate;
}

/**
 * Options for any server of node:tls, https or http2. They are only half of it: the server must be guarded as well, see
 * {@link guardServer}.
 *
 * @throws {HandshakeError} `no_identity` when the identity has nothing to show yet
 */
export function serverOptions(identity: X509Provider, policy: ServerPolicy): TlsOptions {
    const snapshot = currentSnapshot(identity);
    return {
        ...contextOptions(credentialsOf(snapshot, policy.webCertificate), policy),
        requestCert: policy.clientAuth !== "none",
        rejectUnauthorized: false,
        // Otherwise a short answer and the end of the connection wait for each other, 40 ms at a time.
        noDelay: true,
        handshakeTimeout: policy.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
    };
}

/**
 * Makes a server refuse every client that isn't authenticated and authorized before any other listener sees the connection, and
 * show the current SVID to each new client.
 *
 * @param server made with {@link serverOptions} and the same identity and policy
 */
export function guardServer(server: Server, identity: X509Provider, policy: ServerPolicy): void {
    server.prependListener("secureConnection", (socket: TLSSocket) => admit(socket, identity, policy));
    server.on("tlsClientError", (error, socket) => {
        policy.observer?.(failureEvent("server", error));
        // https does this by itself, node:tls leaves a client that was too slow connected.
        socket.destroy();
    });
    // The whole context is replaced: options left out would fall back to Node's defaults.
    const rotate = (): void => server.setSecureContext(serverOptions(identity, policy));
    identity.on("update", rotate);
    server.once("close", () => identity.off("update", rotate));
}

/** A TLS server that lets in authenticated and authorized peers only; `peerOf(socket)` tells whom. */
export function createTlsServer(
    identity: X509Provider,
    policy: ServerPolicy & { readonly ALPNProtocols?: string[] },
    onConnection: (socket: TLSSocket) => void,
): Server {
    const server = createServer({ ...serverOptions(identity, policy), ALPNProtocols: policy.ALPNProtocols });
    server.on("secureConnection", (socket) => {
        if (!socket.destroyed) {
            onConnection(socket);
        }
    });
    guardServer(server, identity, policy);
    return server;
}

function admit(socket: TLSSocket, identity: X509Provider, policy: ServerPolicy): void {
    const side = "server";
    try {
        const group = checkSession(socket, policy);
        if (policy.clientAuth === "none") {
            policy.observer?.({ side, result: "success", group });
            return;
        }
        const peer = judgePeer(socket, identity, policy, group);
        setPeer(socket, peer);
        watchTrust(identity, socket, { side, peer, observer: policy.observer });
        policy.observer?.({ side, result: "success", group, peer: peer.id });
    } catch (error) {
        policy.observer?.(failureEvent(side, error));
        socket.destroy();
    }
}
