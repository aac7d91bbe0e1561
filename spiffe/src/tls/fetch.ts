import * as undici from "undici";
import type { RequestInfo, RequestInit, Response } from "undici";

import type { X509Provider } from "../source.js";
import { subscribe } from "../subscription.js";
import type { ClientPolicy } from "./client.js";
import { connectTls } from "./client.js";
import { unbracketed } from "./http2.js";
import { lifeOf } from "./lifetime.js";
import { currentSnapshot } from "./peer.js";
import { checkIdentity, checkTlsPolicy } from "./policy-check.js";

/** What a {@link SpiffeDispatcher} can be told about its pool. */
export type PoolOptions = Pick<
    undici.Agent.Options,
    "connections" | "pipelining" | "keepAliveTimeout" | "headersTimeout" | "bodyTimeout"
> & {
    /**
     * Whether servers may choose HTTP/2; those that leave it to us are spoken to by HTTP/1.1.
     *
     * @default true
     */
    readonly allowH2?: boolean;
};

/** Pools by the protocols they offer. Upgrades, and handlers of former versions of undici, take HTTP/1.1. */
type Protocols = "http1" | "any";

/**
 * A dispatcher that authenticates by SVID, for undici and for what Node.js has built in: `fetch(url, { dispatcher })`, `WebSocket`. After
 * a rotation new requests go over new connections; running ones end on the old.
 */
export class SpiffeDispatcher extends undici.Dispatcher {
    private readonly pools = new Map<Protocols, undici.Agent>();
    private readonly unsubscribe: () => void;

    constructor(
        private readonly identity: X509Provider,
        private readonly policy: ClientPolicy,
        private readonly options: PoolOptions = {},
    ) {
        super();
        checkIdentity(identity);
        checkTlsPolicy(policy);
        this.unsubscribe = subscribe(identity, { update: () => this.rotate() });
    }

    /** @throws {HandshakeError} `no_identity`: a withdrawn identity isn't used on, not even over connections it once opened */
    override dispatch(options: undici.Dispatcher.DispatchOptions, handler: undici.Dispatcher.DispatchHandler): boolean {
        currentSnapshot(this.identity);
        const current = "onRequestStart" in handler;
        const pool = this.pool(current && !options.upgrade && this.options.allowH2 !== false ? "any" : "http1");
        // The fetch that a Node.js has built in may be of an undici older than ours, whose handlers look otherwise. Undici 7 takes both.
        const dispatcher = current || !("Dispatcher1Wrapper" in undici) ? pool : new undici.Dispatcher1Wrapper(pool);
        return dispatcher.dispatch(options, handler);
    }

    override close(): Promise<void>;
    override close(callback: () => void): void;
    override close(callback?: () => void): Promise<void> | void {
        return settle(
            this.end((pool) => pool.close()),
            callback,
        );
    }

    override destroy(error?: Error | null): Promise<void>;
    override destroy(callback: () => void): void;
    override destroy(error: Error | null, callback: () => void): void;
    override destroy(first?: Error | null | (() => void), callback?: () => void): Promise<void> | void {
        const error = typeof first === "function" ? null : (first ?? null);
        return settle(
            this.end((pool) => pool.destroy(error)),
            typeof first === "function" ? first : callback,
        );
    }

    private async end(how: (pool: undici.Agent) => Promise<void>): Promise<void> {
        this.unsubscribe();
        await Promise.all(Array.from(this.pools.values(), how));
    }

    private rotate(): void {
        for (const [protocols, former] of this.pools) {
            this.retire(protocols, former);
        }
    }

    /** New requests go to a new pool; the former one waits for the running ones, whose outcome belongs to their callers. */
    private retire(protocols: Protocols, pool: undici.Agent): void {
        if (this.pools.get(protocols) === pool) {
            this.pools.delete(protocols);
            pool.close(() => {});
        }
    }

    private pool(protocols: Protocols): undici.Agent {
        const pool = this.pools.get(protocols) ?? this.createPool(protocols);
        this.pools.set(protocols, pool);
        return pool;
    }

    private createPool(protocols: Protocols): undici.Agent {
        const allowH2 = protocols === "any";
        const ALPNProtocols = allowH2 ? ["http/1.1", "h2"] : ["http/1.1"];
        const pool = new undici.Agent({
            ...this.options,
            allowH2,
            connect: ({ hostname, port, servername }, callback) => {
                const target = { host: unbracketed(hostname), port: Number(port || 443), servername, ALPNProtocols };
                connectTls(this.identity, this.policy, target).then(
                    (socket) => {
                        const life = lifeOf(socket);
                        if (life !== undefined) {
                            // Undici can't end one connection of a pool in peace, but it can the pool.
                            life.onDrain = () => this.retire(protocols, pool);
                        }
                        callback(null, socket);
                    },
                    (error: unknown) => callback(error as Error, null),
                );
            },
        });
        return pool;
    }
}

/** Answers in both styles of undici: a promise, or a callback. */
function settle(work: Promise<void>, callback: (() => void) | undefined): Promise<void> | void {
    return callback === undefined ? work : void work.then(callback, callback);
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
        return undici.fetch(input, { ...init, dispatcher });
    };
}
