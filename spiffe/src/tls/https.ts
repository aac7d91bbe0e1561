import type { ClientRequest, ClientRequestArgs, RequestListener } from "node:http";
import type { AgentOptions, Server } from "node:https";
import { Agent, createServer } from "node:https";
import type { Duplex } from "node:stream";

import { requireFunction, requireOptions } from "../arguments.js";
import type { HttpServerOptions } from "../http/server-options.js";
import { checkHttpOptions } from "../http/server-options.js";
import type { X509Provider } from "../source.js";
import { subscribe } from "../subscription.js";
import type { ClientPolicy, ConnectTarget, PendingConnection } from "./client.js";
import { startTls } from "./client.js";
import { drainHttp1Connections } from "./drain.js";
import { lifeOf } from "./lifetime.js";
import { currentSnapshot } from "./peer.js";
import { checkIdentity, checkTlsPolicy } from "./policy-check.js";
import type { ServerPolicy } from "./server.js";
import { guardServer, serverOptions } from "./server.js";

/**
 * An HTTPS server whose handler only ever sees authenticated and authorized clients; `peerOf(request)` tells whom.
 * New SVIDs are shown to the next client without a restart.
 *
 * @param options of node:http, such as `maxHeaderSize` and `requestTimeout`
 * @throws {HandshakeError} `no_identity` when the identity has nothing to show yet
 */
export function createHttpsServer(
    identity: X509Provider,
    policy: ServerPolicy,
    handler: RequestListener,
    options: HttpServerOptions = {},
): Server {
    requireFunction(handler, "handler");
    checkHttpOptions(options);
    const server = createServer(
        { ...options, ...serverOptions(identity, policy), ALPNProtocols: ["http/1.1"] },
        handler,
    );
    guardServer(server, identity, policy);
    drainHttp1Connections(server);
    return server;
}

/**
 * An agent for `https.request` that authenticates by SVID. Connections are pooled; after a rotation those that are idle or become idle
 * are dropped, so that running requests end in peace and the next ones show the new SVID.
 */
export class SpiffeHttpsAgent extends Agent {
    /** Which revision of the identity each socket was opened with. */
    private readonly revisions = new WeakMap<object, number>();
    /** Sockets whose time is over. */
    private readonly retired = new WeakSet<object>();
    private readonly unsubscribe: () => void;

    constructor(
        private readonly identity: X509Provider,
        private readonly policy: ClientPolicy,
        options: Pick<AgentOptions, "keepAlive" | "maxSockets" | "maxFreeSockets" | "timeout"> = {},
    ) {
        requireOptions(options, "options");
        super({ keepAlive: true, ...options });
        checkIdentity(identity);
        checkTlsPolicy(policy);
        this.unsubscribe = subscribe(identity, { update: () => this.dropIdle() });
        // Before node:http gives the socket of a request that is done to the next one, which may be waiting for it.
        this.prependListener("free", (socket: Duplex) => {
            if (this.retired.has(socket) || this.revisions.get(socket) !== this.currentRevision()) {
                socket.destroy();
            }
        });
    }

    /** Holds back every byte of a request until the server is verified. */
    override createConnection(
        { host, port, path }: Omit<ConnectTarget, "port"> & Pick<ClientRequestArgs, "port">,
        callback?: (error: Error | null, stream: Duplex) => void,
    ): Duplex | null | undefined {
        const revision = this.currentRevision();
        // node:http has null where there is no path, and a port as it was given.
        const target = {
            host,
            port: port === undefined || port === null ? undefined : Number(port),
            path: path ?? undefined,
            ALPNProtocols: ["http/1.1"],
        };
        let pending: PendingConnection;
        try {
            pending = startTls(this.identity, this.policy, target);
        } catch (error) {
            // node:http looks at the second argument only where there is no error.
            callback?.(error as Error, undefined as unknown as Duplex);
            return undefined;
        }
        const { socket, verified } = pending;
        this.revisions.set(socket, revision);
        verified.then(
            () => {
                const life = lifeOf(socket);
                if (life !== undefined) {
                    life.onDrain = () => this.retire(socket);
                }
            },
            // The socket has been destroyed with the error, which is how the request learns of it.
            () => {},
        );
        return socket;
    }

    /** Called by node:http before a request takes a pooled socket: a withdrawn identity isn't used on. */
    override reuseSocket(socket: Duplex, request: ClientRequest): void {
        super.reuseSocket(socket, request);
        try {
            currentSnapshot(this.identity);
        } catch (error) {
            request.destroy(error instanceof Error ? error : undefined);
        }
    }

    override destroy(): void {
        this.unsubscribe();
        super.destroy();
    }

    private dropIdle(): void {
        this.idle().forEach((socket) => socket.destroy());
    }

    /** A socket whose time is over ends at once when it is idle, else with the request that it serves. */
    private retire(socket: Duplex): void {
        this.retired.add(socket);
        if (this.idle().includes(socket)) {
            socket.destroy();
        }
    }

    private idle(): Duplex[] {
        return Object.values(this.freeSockets).flatMap((sockets) => sockets ?? []);
    }

    /** 0 when there is no identity: no socket has that revision. */
    private currentRevision(): number {
        try {
            return this.identity.snapshot().revision;
        } catch {
            return 0;
        }
    }
}
