import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import type { ClientHttp2Session, ClientHttp2Stream, Http2Session } from "node:http2";
import type { Server, TLSSocket } from "node:tls";

import { lifeOf } from "./lifetime.js";

/** The highest stream there can be: a GOAWAY with it refuses none that is on its way (RFC 9113 section 6.8). */
const LAST_STREAM = 2 ** 31 - 1;

/** How long the other side may take to acknowledge; a Node.js peer without open streams doesn't at all. */
const MAX_NOTICE_MS = 1_000;

/**
 * Ends an HTTP/2 session such that no request fails (RFC 9113 section 6.8): the other side is told to open no more streams, and the last
 * stream is fixed only once it has heard of that.
 */
export function drainHttp2(session: Http2Session): void {
    if (session.closed || session.destroyed) {
        return;
    }
    const timer = setTimeout(() => session.close(), MAX_NOTICE_MS).unref();
    const close = (): void => {
        clearTimeout(timer);
        session.close();
    };
    try {
        session.goaway(0, LAST_STREAM);
        if (!session.ping(close)) {
            close();
        }
    } catch {
        // It was destroyed meanwhile, or has too many pings under way.
        close();
    }
}

/** The socket of a session: one that was destroyed has none, which the type of node:http2 leaves out. */
export function socketOf(session: Partial<Pick<Http2Session, "socket">>): Http2Session["socket"] | undefined {
    return session.socket;
}

/** Has an HTTP/2 server's sessions end in peace. Called after the server is guarded. */
export function drainHttp2Sessions(server: {
    on(event: "session", listener: (session: Http2Session) => void): unknown;
}): void {
    server.on("session", (session) => {
        const socket = socketOf(session);
        const life = socket === undefined ? undefined : lifeOf(socket);
        if (life !== undefined) {
            life.onDrain = () => drainHttp2(session);
        }
    });
}

/**
 * Has an HTTP/1 server's connections end in peace: the answer under way, or the next one, tells the client that it is the last one on
 * this connection (RFC 9112 section 9.6). Called after the server is guarded.
 */
export function drainHttp1Connections(server: Server): void {
    const answers = new WeakMap<object, ServerResponse>();
    const ending = new WeakSet<object>();
    server.on("secureConnection", (socket: TLSSocket) => {
        const life = lifeOf(socket);
        if (life !== undefined && socket.alpnProtocol !== "h2") {
            life.onDrain = () => {
                ending.add(socket);
                const answer = answers.get(socket);
                if (answer !== undefined) {
                    answer.shouldKeepAlive = false;
                }
            };
        }
    });
    server.prependListener("request", ({ socket }: { socket: object }, response: ServerResponse) => {
        answers.set(socket, response);
        if (ending.has(socket)) {
            response.shouldKeepAlive = false;
        }
    });
}

/** Connections of gRPC channels, whose sessions grpc-js keeps to itself. */
const channelLives = new WeakSet<object>();
let followed = false;

/**
 * Has the connection of a gRPC channel end in peace: grpc-js goes on to a new one for the calls to come, and those under way finish.
 * The session is known by its first stream; a connection that has had none is just cut.
 */
export function drainChannel(socket: TLSSocket): void {
    const life = lifeOf(socket);
    if (life === undefined) {
        return;
    }
    channelLives.add(life);
    if (!followed) {
        followed = true;
        subscribe("http2.client.stream.created", (message) => {
            const { session } = (message as { stream: ClientHttp2Stream }).stream;
            const life = session?.socket === undefined ? undefined : lifeOf(session.socket);
            if (session !== undefined && life !== undefined && channelLives.has(life)) {
                life.onDrain = () => leaveSession(session as ClientHttp2Session);
            }
        });
    }
}

function leaveSession(session: ClientHttp2Session): void {
    // As if the server had said so: it is the only sign by which grpc-js lets go of a connection without failing its calls.
    session.emit("goaway", 0, 0);
    session.close();
}
