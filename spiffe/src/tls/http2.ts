import type {
    ClientHttp2Session,
    Http2SecureServer,
    Http2ServerRequest,
    Http2ServerResponse,
    Http2Session,
    SecureClientSessionOptions,
} from "node:http2";
import { connect, createSecureServer } from "node:http2";

import { requireFunction, requireOptions, requireText } from "../arguments.js";
import { ArgumentError } from "../errors.js";
import type { Http2ServerOptions } from "../http/server-options.js";
import { checkHttp2Options } from "../http/server-options.js";
import type { X509Provider } from "../source.js";
import type { ClientPolicy, ConnectTarget } from "./client.js";
import { connectTls } from "./client.js";
import { drainHttp1Connections, drainHttp2, drainHttp2Sessions, socketOf } from "./drain.js";
import { lifeOf, withExpiry } from "./lifetime.js";
import { HandshakeError, notify } from "./observer.js";
import { peerOf } from "./peer.js";
import type { ServerPolicy } from "./server.js";
import { guardServer, serverOptions } from "./server.js";

/**
 * An HTTP/2 server whose handler only ever sees authenticated and authorized clients; `peerOf(request)` tells whom. Streams of running
 * sessions go on through a rotation; new sessions see the new SVID.
 *
 * @throws {HandshakeError} `no_identity` when the identity has nothing to show yet
 */
export function createHttp2Server(
    identity: X509Provider,
    policy: ServerPolicy,
    handler: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
    options: Http2ServerOptions = {},
): Http2SecureServer {
    requireFunction(handler, "handler");
    checkHttp2Options(options);
    const server = createSecureServer({ ...options, ...serverOptions(identity, policy) }, handler);
    guardServer(server, identity, withExpiry(policy));
    drainHttp2Sessions(server);
    drainHttp1Connections(server);
    server.on("sessionError", (error: Error, session: Http2Session) => {
        const socket = socketOf(session);
        const peer = socket === undefined ? undefined : peerOf(socket)?.id;
        notify(policy.observer, {
            side: "server",
            result: "failure",
            reason: "protocol",
            message: error.message,
            peer,
        });
    });
    return server;
}

/**
 * An HTTP/2 session with an authenticated and authorized server; `peerOf(session)` tells which.
 *
 * @param authority such as `https://db.example.org:8443`
 * @throws {SpiffeError} as `connectTls` does, and `alpn` when the server speaks no HTTP/2
 */
export async function connectHttp2(
    identity: X509Provider,
    policy: ClientPolicy,
    authority: string | URL,
    options: Pick<SecureClientSessionOptions, "settings" | "maxSessionMemory"> &
        Pick<ConnectTarget, "signal" | "path"> = {},
): Promise<ClientHttp2Session> {
    requireOptions(options, "options");
    const url = readAuthority(authority);
    const { signal, path, ...sessionOptions } = options;
    const target = path === undefined ? { host: unbracketed(url.hostname), port: Number(url.port || 443) } : { path };
    const socket = await connectTls(identity, withExpiry(policy), { ...target, signal, ALPNProtocols: ["h2"] });
    if (socket.alpnProtocol !== "h2") {
        socket.destroy();
        throw new HandshakeError("alpn", `${url.host} speaks no HTTP/2`);
    }
    const session = connect(url, { ...sessionOptions, createConnection: () => socket });
    const life = lifeOf(socket);
    if (life !== undefined) {
        life.onDrain = () => drainHttp2(session);
    }
    return session;
}

function readAuthority(authority: unknown): URL {
    const text = authority instanceof URL ? authority.href : authority;
    requireText(text, "authority");
    if (!URL.canParse(text)) {
        throw new ArgumentError("authority is not a URL");
    }
    return new URL(text);
}

/** URLs write IPv6 addresses in brackets, sockets take them without. */
export function unbracketed(hostname: string): string {
    return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}
