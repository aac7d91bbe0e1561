import { Agent, Dispatcher, fetch as undiciFetch } from "undici";
import type { RequestInfo, RequestInit, Response } from "undici";

import type { X509Provider } from "../source.js";
import type { ClientPolicy } from "./client.js";
import { connectTls } from "./client.js";
import { unbracketed } from "./http2.js";
import { currentSnapshot } from "./peer.js";

/** What a {@link SpiffeDispatcher} can be told about its pool. */
export type PoolOptions = Pick<
    Agent.Options,
    "connections" | "pipelining" | "keepAliveTimeout" | "headersTimeout" | "bodyTimeout"
>;

/**
 * A dispatcher for `fetch` and undici that authenticates by SVID: `fetch(url, { dispatcher })`. After a rotation new requests
 * go over new connections; running ones end on the old.
 */
export class SpiffeDispatcher extends Dispatcher {
    private agent: Agent;
    private readonly onUpdate = (): void => this.rotate();

    constructor(
        private readonly identity: X509Provider,
        private readonly policy: ClientPolicy,
        private readonly options: PoolOptions = {},
    ) {
        super();
        this.agent = this.createAgent();
        identity.on("update", this.onUpdate);
    }

    /** @throws {HandshakeError} `no_identity`: a withdrawn identity isn't used on, not even over connections it once opened */
    override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
        currentSnapshot(this.identity);
        return this.agent.dispatch(options, handler);
    }

    override close(): Promise<void>;
    override close(callback: () => void): void;
    override close(callback?: () => void): Promise<void> | void {
        this.identity.off("update", this.onUpdate);
        return callback === undefined ? this.agent.close() : this.agent.close(callback);
    }

    override destroy(error?: Error | null): Promise<void>;
    override destroy(callback: () => void): void;
    override destroy(error: Error | null, callback: () => void): void;
    override destroy(first?: Error | null | (() => void), callback?: () => void): Promise<void> | void {
        this.identity.off("update", this.onUpdate);
        const error = typeof first === "function" ? null : (first ?? null);
        const done = typeof first === "function" ? first : callback;
        return done === undefined ? this.agent.destroy(error) : this.agent.destroy(error, done);
    }

    private rotate(): void {
        const former = this.agent;
        this.agent = this.createAgent();
        // Waits for the running requests; their outcome belongs to their callers.
        former.close(() => {});
    }

    private createAgent(): Agent {
        return new Agent({
            ...this.options,
            connect: ({ hostname, port }, callback) => {
                const target = { host: unbracketed(hostname), port: Number(port || 443), ALPNProtocols: ["http/1.1"] };
                connectTls(this.identity, this.policy, target).then(
                    (socket) => callback(null, socket),
                    (error: unknown) => callback(error as Error, null),
                );
            },
        });
    }
}

/** A `fetch` of which every https request authenticates by SVID. Plain http is refused: it would send what is meant for a peer to anybody. */
export function createFetch(
    dispatcher: SpiffeDispatcher,
): (input: RequestInfo, init?: RequestInit) => Promise<Response> {
    return async (input, init) => {
        const url = new URL(typeof input === "object" && "url" in input ? input.url : input);
        if (url.protocol !== "https:") {
            throw new TypeError(`${url.protocol}//${url.host} is not https, so the peer can't be authenticated`);
        }
        return undiciFetch(input, { ...init, dispatcher });
    };
}
