import { randomInt } from "node:crypto";
import type { TLSSocket } from "node:tls";

import { requireNumber } from "../arguments.js";
import type { ClosingReason } from "./observer.js";
import type { HandshakeRecord } from "./record.js";

/** How long connections live. SVIDs are short-lived, connections may be long: without a limit, one outlives what it was opened with. */
export interface ConnectionLifetime {
    /**
     * Ends a connection when one of the SVIDs it was opened with expires, the peer's or ours, so that the two meet anew. HTTP/2 and gRPC
     * finish what is under way first, see `drainTimeoutMs`; HTTP/1 too; other connections are cut.
     *
     * @default true for HTTP/2 and gRPC, false for all others
     */
    readonly closeOnPeerExpiry?: boolean;
    /** Ends a connection at this age in milliseconds, less up to a tenth by chance, in the same way. No limit by default. */
    readonly maxConnectionAgeMs?: number;
    /** Milliseconds that requests under way may still take on a connection that is to end. Defaults to 30,000. */
    readonly drainTimeoutMs?: number;
    /**
     * Ends all connections, in the same way, when the Workload API withdraws our identity (SPIFFE_Workload_API section 5.2.1).
     *
     * @default true
     */
    readonly closeOnWithdrawal?: boolean;
}

/** How long what is under way may take on a connection that is to end. */
export const DEFAULT_DRAIN_TIMEOUT_MS = 30_000;

/** Longest wait of a timer of Node.js. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Part of the maximum age by which connections end earlier, so that those opened together don't come back together. */
const AGE_JITTER = 0.1;

/** @throws {ArgumentError} */
export function checkLifetime(policy: ConnectionLifetime): void {
    for (const name of ["maxConnectionAgeMs", "drainTimeoutMs"] as const) {
        if (policy[name] !== undefined) {
            requireNumber(policy[name], name, 1);
        }
    }
}

/** The timers of one connection, and the way it ends. */
export class ConnectionLife {
    private readonly timers = new Set<NodeJS.Timeout>();
    private drain: (() => void) | undefined;
    private ending = false;

    constructor(
        private readonly socket: TLSSocket,
        private readonly policy: ConnectionLifetime,
        private readonly record: HandshakeRecord,
    ) {
        Object.defineProperty(socket, LIFE, { value: this });
        socket.once("close", () => this.timers.forEach((timer) => clearTimeout(timer)));
    }

    /** Starts the timers. @param expiry the first end of an SVID, by the clock `now` */
    start(expiry: Date | undefined, now: () => Date): void {
        const { closeOnPeerExpiry, maxConnectionAgeMs } = this.policy;
        if (closeOnPeerExpiry === true && expiry !== undefined) {
            this.endAt(expiry, now);
        }
        if (maxConnectionAgeMs !== undefined) {
            const age = maxConnectionAgeMs * (1 - AGE_JITTER * (randomInt(2 ** 32) / 2 ** 32));
            this.after(age, () => this.end("max_age", `the connection is ${Math.round(age)} ms old`));
        }
    }

    /** Says how to finish what is under way: the connection must close by itself afterwards. */
    set onDrain(drain: () => void) {
        this.drain = drain;
    }

    /** Ends the connection in peace: nothing new begins on it, what is under way may finish in time. */
    end(reason: ClosingReason, message: string): void {
        if (this.ending || this.socket.destroyed) {
            return;
        }
        this.ending = true;
        this.record.closing(reason, message);
        if (this.drain === undefined) {
            this.socket.destroy();
            return;
        }
        this.after(this.policy.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS, () => this.socket.destroy());
        this.drain();
    }

    private endAt(expiry: Date, now: () => Date): void {
        const left = expiry.getTime() - now().getTime();
        if (left < 0) {
            this.end("svid_expired", `an SVID it was opened with expired at ${expiry.toISOString()}`);
        } else {
            // One more: at its last moment an SVID is valid still.
            this.after(left + 1, () => this.endAt(expiry, now));
        }
    }

    private after(ms: number, callback: () => void): void {
        const timer = setTimeout(
            () => {
                this.timers.delete(timer);
                if (ms > MAX_TIMER_MS) {
                    this.after(ms - MAX_TIMER_MS, callback);
                } else {
                    callback();
                }
            },
            Math.min(ms, MAX_TIMER_MS),
        ).unref();
        this.timers.add(timer);
    }
}

/** Under this key a connection's life stands on its socket; the proxies that node:http2 puts before sockets let it through. */
const LIFE = Symbol("connection life");

/** The life of a connection of this library, by its socket or node:http2's stand-in for it. */
export function lifeOf(socket: object): ConnectionLife | undefined {
    const life: unknown = Reflect.get(socket, LIFE);
    return life instanceof ConnectionLife ? life : undefined;
}

/** The policy of a transport that can finish what is under way, for which it is the default to end with the SVIDs. */
export function withExpiry<P extends ConnectionLifetime>(policy: P): P {
    // A policy that is none is refused where it is used.
    const given: unknown = policy;
    return typeof given === "object" && given !== null ? { closeOnPeerExpiry: true, ...policy } : policy;
}
