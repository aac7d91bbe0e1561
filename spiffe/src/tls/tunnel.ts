import type { ClientRequest, IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIPv6 } from "node:net";
import { Duplex } from "node:stream";

import { kindOf, requireText } from "../arguments.js";
import { ArgumentError, SpiffeError } from "../errors.js";

/**
 * Reads the address of an HTTP proxy.
 *
 * @param proxy such as `http://proxy.example.org:3128`, with user and password for basic authentication if it has them
 * @throws {ArgumentError} which doesn't repeat it, for the password in it
 */
export function readProxy(proxy: unknown, name: string): URL {
    if (!(proxy instanceof URL)) {
        requireText(proxy, name);
    }
    const text = String(proxy);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
        const kind = url === undefined ? kindOf(proxy) : `a URL of ${url.protocol}`;
        throw new ArgumentError(`${name} must be an http or https URL, it is ${kind}`);
    }
    try {
        credentialsOf(url);
    } catch {
        throw new ArgumentError(`${name} has a user or password that isn't percent-encoded UTF-8`);
    }
    return url;
}

/** For basic authentication (RFC 7617); undefined where the URL has neither user nor password. */
function credentialsOf({ username, password }: URL): string | undefined {
    return username === "" && password === ""
        ? undefined
        : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}

/**
 * A way through an HTTP proxy by CONNECT (RFC 9110 section 9.3.6) to run TLS over, end to end: the proxy learns the name and port of the
 * server and no more. What is written early waits for the proxy's answer.
 */
export class Tunnel extends Duplex {
    private request: ClientRequest | undefined;
    private through: Duplex | undefined;
    /** Hears why there is no way through. An `error` of this stream would come out of a TLS socket above it twice. */
    onFailure: ((error: Error) => void) | undefined;

    constructor(
        private readonly proxy: URL,
        private readonly host: string,
        private readonly port: number,
    ) {
        super({ allowHalfOpen: true });
    }

    override _construct(callback: (error?: Error | null) => void): void {
        const { protocol } = this.proxy;
        const authority = `${isIPv6(this.host) ? `[${this.host}]` : this.host}:${this.port}`;
        const credentials = credentialsOf(this.proxy);
        const request = (protocol === "https:" ? httpsRequest : httpRequest)({
            host: this.proxy.hostname.replace(/^\[|\]$/g, ""),
            port: Number(this.proxy.port || (protocol === "https:" ? 443 : 80)),
            method: "CONNECT",
            path: authority,
            agent: false,
            headers: {
                host: authority,
                ...(credentials === undefined
                    ? {}
                    : { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` }),
            },
        });
        this.request = request;
        request.once("error", (error) => {
            callback();
            this.fail(error);
        });
        request.once("connect", (response: IncomingMessage, socket: Duplex, head: Buffer) => {
            callback();
            // Any other status of success than 200 opens it as well (RFC 9110 section 9.3.6).
            if (response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300) {
                this.follow(socket, head);
            } else {
                socket.destroy();
                this.fail(new SpiffeError("proxy", `the proxy refused with status ${response.statusCode}`));
            }
        });
        request.end();
    }

    override _read(): void {
        this.through?.resume();
    }

    override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
        this.through?.write(chunk, encoding, callback);
    }

    override _final(callback: (error?: Error | null) => void): void {
        this.through?.end(() => callback());
    }

    override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
        this.request?.destroy();
        this.through?.destroy();
        callback(error);
    }

    private fail(error: Error): void {
        this.onFailure?.(error);
        this.destroy();
    }

    private follow(socket: Duplex, head: Buffer): void {
        this.through = socket;
        // What has come may not be read yet when the server ends; both directions end by themselves, so that none of it is lost.
        socket.allowHalfOpen = true;
        if (head.length > 0) {
            this.push(head);
        }
        socket
            .on("data", (chunk: Buffer) => {
                if (!this.push(chunk)) {
                    socket.pause();
                }
            })
            .on("end", () => this.push(null))
            .on("error", (error) => this.fail(error))
            .on("close", () => {
                if (!socket.readableEnded) {
                    this.destroy();
                }
            });
    }
}
