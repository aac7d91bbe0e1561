import type { ChannelOptions, Server, ServerUnaryCall } from "@grpc/grpc-js";
import { CallCredentials, ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import type { Socket } from "node:net";
import type { Server as TlsServer, TLSSocket } from "node:tls";

import { requireMethods } from "../arguments.js";
import { SpiffeError } from "../errors.js";
import type { X509Provider } from "../source.js";
import type { ClientPolicy } from "./client.js";
import { connectTls } from "./client.js";
import { drainChannel } from "./drain.js";
import { DEFAULT_DRAIN_TIMEOUT_MS, lifeOf, withExpiry } from "./lifetime.js";
import { HandshakeError } from "./observer.js";
import type { Peer } from "./peer.js";
import { peerOf } from "./peer.js";
import { checkIdentity, checkTlsPolicy } from "./policy-check.js";
import { HandshakeRecord } from "./record.js";
import type { ServerPolicy } from "./server.js";
import { createTlsServer } from "./server.js";

const HTTP2 = "h2";

type SecureConnector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/** Any call object of grpc-js: all of them can tell the address of the other side. */
export type PeerAddressed = Pick<ServerUnaryCall<unknown, unknown>, "getPeer">;

/** Lets authenticated and authorized clients into a grpc-js server. */
export interface GrpcListener {
    /** Listens; call its `listen()` and `close()`. */
    readonly server: TlsServer;
    /** Who is calling; undefined when clients aren't asked for SVIDs. */
    peerOf(call: PeerAddressed): Peer | undefined;
}

/**
 * Puts our own TLS in front of a grpc-js server, in place of `bindAsync`: grpc-js verifies against one pool of authorities, which
 * SPIFFE forbids. The server shuts down as usual, after the listener is closed.
 *
 * @throws {HandshakeError} `no_identity` when the identity has nothing to show yet
 */
export function createGrpcListener(grpcServer: Server, identity: X509Provider, policy: ServerPolicy): GrpcListener {
    requireMethods(grpcServer, ["createConnectionInjector"], "grpcServer", "a Server of @grpc/grpc-js");
    const peers = new Map<string, Peer>();
    const server = createTlsServer(identity, { ...withExpiry(policy), ALPNProtocols: [HTTP2] }, (socket) => {
        if (socket.alpnProtocol !== HTTP2) {
            socket.destroy();
            new HandshakeRecord("server", policy.observer).failure(
                new HandshakeError("alpn", "the client offers no HTTP/2"),
            );
            return;
        }
        remember(peers, socket);
        // One for each connection, so that each can be drained by itself.
        const injector = grpcServer.createConnectionInjector(ServerCredentials.createInsecure());
        socket.once("close", () => injector.destroy());
        const life = lifeOf(socket);
        if (life !== undefined) {
            life.onDrain = () => injector.drain(policy.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS);
        }
        injector.injectConnection(socket);
    });
    return { server, peerOf: (call) => peers.get(call.getPeer()) };
}

let unaddressed = 0;

/** grpc-js shows handlers the address of a call's connection only, which is unique while the connection lives. */
function remember(peers: Map<string, Peer>, socket: TLSSocket): void {
    const peer = peerOf(socket);
    if (peer === undefined) {
        return;
    }
    if (socket.remoteAddress === undefined) {
        // Over a Unix domain socket clients have no address, so each gets a name that nobody else has.
        unaddressed += 1;
        Object.defineProperties(socket, { remoteAddress: { value: "unix" }, remotePort: { value: unaddressed } });
    }
    const address = `${socket.remoteAddress}:${socket.remotePort}`;
    peers.set(address, peer);
    socket.once("close", () => peers.delete(address));
}

/**
 * Credentials for grpc-js clients that authenticate by SVID. Each new connection shows the current SVID; running calls and streams go
 * on through a rotation.
 *
 * @throws {SpiffeError} `invalid_policy` for a `proxy`: grpc-js connects by itself, through the proxy that the environment names
 */
export function channelCredentials(identity: X509Provider, policy: ClientPolicy): ChannelCredentials {
    checkIdentity(identity);
    checkTlsPolicy(policy);
    if (policy.proxy !== undefined) {
        throw new SpiffeError(
            "invalid_policy",
            "proxy can't go with gRPC: grpc-js takes it from the variable grpc_proxy",
        );
    }
    return new SpiffeChannelCredentials(identity, policy);
}

class SpiffeChannelCredentials extends ChannelCredentials {
    constructor(
        private readonly identity: X509Provider,
        private readonly policy: ClientPolicy,
    ) {
        super();
    }

    _isSecure(): boolean {
        return true;
    }

    _equals(other: ChannelCredentials): boolean {
        return (
            other instanceof SpiffeChannelCredentials &&
            other.identity === this.identity &&
            other.policy === this.policy
        );
    }

    _createSecureConnector(
        target: { path: string },
        _options: ChannelOptions,
        callCredentials?: CallCredentials,
    ): SecureConnector {
        return {
            connect: async (socket: Socket) => ({ socket: await this.secure(socket, target), secure: true }),
            waitForReady: () => Promise.resolve(),
            getCallCredentials: () => callCredentials ?? CallCredentials.createEmpty(),
            destroy: () => {},
        };
    }

    private async secure(socket: Socket, target: { path: string }): Promise<TLSSocket> {
        const colon = target.path.lastIndexOf(":");
        const host = colon > 0 ? target.path.slice(0, colon) : target.path;
        const secured = await connectTls(this.identity, withExpiry(this.policy), {
            socket,
            host,
            ALPNProtocols: [HTTP2],
        });
        if (secured.alpnProtocol !== HTTP2) {
            secured.destroy();
            throw new HandshakeError("alpn", `${target.path} speaks no HTTP/2`);
        }
        drainChannel(secured);
        return secured;
    }
}
