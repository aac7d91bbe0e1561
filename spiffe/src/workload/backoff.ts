import { setTimeout as delay } from "node:timers/promises";

/** A growing wait between attempts, in milliseconds. */
export interface BackoffCurve {
    readonly initialMs: number;
    readonly maxMs: number;
    readonly factor: number;
}

/** Chance and time, to be replaced in tests. */
export interface BackoffRuntime {
    /** From 0 to below 1. */
    readonly random?: () => number;
    /** Resolves after `ms`, or rejects when the signal is aborted. */
    readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
    /** A clock that is never set, in milliseconds, by which the life of a stream is measured. */
    readonly clock?: () => number;
}

/** For an endpoint that is unavailable: it may be overloaded. */
export const UNAVAILABLE_CURVE: BackoffCurve = { initialMs: 1_000, maxMs: 30_000, factor: 1.6 };

/** For a process without an identity: registration entries take seconds to reach the node, so the wait grows less. */
export const NO_IDENTITY_CURVE: BackoffCurve = { initialMs: 1_000, maxMs: 10_000, factor: 1.3 };

/** For a one-shot call that failed for a moment: its caller is waiting. */
export const CALL_CURVE: BackoffCurve = { initialMs: 100, maxMs: 2_000, factor: 1.6 };

/** For streams that end soon after they began: the endpoint, or a proxy before it, is in trouble. */
export const SHORT_STREAM_CURVE: BackoffCurve = { initialMs: 1_000, maxMs: 10_000, factor: 1.6 };

/** Each wait is shortened by up to this part, so that a fleet doesn't come back in step. */
const JITTER = 0.2;

export class Backoff {
    private attempts = 0;

    constructor(
        private readonly curve: BackoffCurve,
        private readonly random: () => number = Math.random,
    ) {}

    /** The next wait in milliseconds. */
    next(): number {
        const full = Math.min(this.curve.maxMs, this.curve.initialMs * this.curve.factor ** this.attempts);
        // Growing on past the maximum would overflow after some days of failure.
        this.attempts = full < this.curve.maxMs ? this.attempts + 1 : this.attempts;
        return Math.round(full * (1 - JITTER * this.random()));
    }

    /** Starts over after a success. */
    reset(): void {
        this.attempts = 0;
    }
}

/** Waits, and keeps the process alive meanwhile: somebody is waiting for what comes after. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal });
}

/** Waits without keeping the process alive. */
export async function sleepUnreferenced(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal, ref: false });
}
