import type { ClientReadableStream } from "@grpc/grpc-js";

import type { NoIdentityIssuedError } from "../errors.js";
import { WorkloadApiError } from "../errors.js";
import type { BackoffCurve, BackoffRuntime } from "./backoff.js";
import { isAborted } from "./abort.js";
import { Backoff, NO_IDENTITY_CURVE, SHORT_STREAM_CURVE, UNAVAILABLE_CURVE, sleep } from "./backoff.js";

/** What happens on a watched stream. Each `update` is the whole state. */
export type WatchEvent<T> =
    | { readonly type: "update"; readonly value: T }
    /** A message couldn't be used and was dropped: the former state stays. */
    | { readonly type: "discarded"; readonly error: WorkloadApiError }
    /** The stream is lost for now: the former state stays. */
    | { readonly type: "interrupted"; readonly error: WorkloadApiError; readonly retryInMs: number }
    /** The endpoint has no identity for us any more: the former state must not be used. */
    | { readonly type: "withdrawn"; readonly error: NoIdentityIssuedError; readonly retryInMs: number };

/** What each watch can be told. */
export interface WatchOptions {
    /** Ends the iteration, quietly. */
    readonly signal?: AbortSignal;
}

export interface WatchSettings<M, T> extends WatchOptions, BackoffRuntime {
    readonly open: () => ClientReadableStream<M>;
    readonly read: (message: M) => T;
    readonly toError: (error: unknown) => WorkloadApiError;
    /** Hears of everything that goes wrong before the consumer does. */
    readonly onFailure: (error: WorkloadApiError) => void;
    readonly unavailableCurve?: BackoffCurve;
    readonly noIdentityCurve?: BackoffCurve;
}

/** Statuses after which another attempt is pointless (SPIFFE_Workload_Endpoint, appendix A). */
const FINAL_CODES: ReadonlySet<string> = new Set(["invalid_argument", "unimplemented"]);

/** A stream that lives for less is no healthy one, however it ends. */
const MIN_STREAM_MS = 10_000;

/** Least time between the begins of two streams of which the first lived shortly; go-spiffe waits as long. */
const MIN_INTERVAL_MS = 1_000;

/** Part of {@link MIN_INTERVAL_MS} that is added by chance, so that a fleet doesn't come back in step. */
const INTERVAL_JITTER = 0.2;

/**
 * Follows a stream of the Workload API for ever: reconnects at once after the healthy end of a stream that lived for a while, and with
 * growing waits otherwise. A message that can't be used is no sign of health.
 *
 * @throws {WorkloadApiError} `invalid_argument` or `unimplemented`, which no retry can mend
 */
export async function* watch<M, T>(settings: WatchSettings<M, T>): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { signal, clock = () => performance.now() } = settings;
    const waits = new Waits(settings);
    while (!isAborted(signal)) {
        let delivered = false;
        let failure: WorkloadApiError | undefined;
        const began = clock();
        for await (const event of attempt(settings)) {
            if (event.type === "failed") {
                failure = event.error;
                continue;
            }
            if (event.type === "discarded") {
                settings.onFailure(event.error);
            } else {
                delivered = true;
                waits.delivered();
            }
            yield event;
        }
        if (isAborted(signal)) {
            return;
        }
        const lived = clock() - began;
        if (failure === undefined && delivered && lived >= MIN_STREAM_MS) {
            waits.healthy();
            continue;
        }
        failure ??= new WorkloadApiError(
            "unavailable",
            delivered
                ? `The Workload API ended a stream after ${Math.round(lived)} ms`
                : "The Workload API ended a stream without a message that can be used",
        );
        settings.onFailure(failure);
        if (FINAL_CODES.has(failure.code)) {
            throw failure;
        }
        const retryInMs = waits.after(failure, delivered && lived < MIN_STREAM_MS);
        yield isWithdrawal(failure)
            ? { type: "withdrawn", error: failure, retryInMs }
            : { type: "interrupted", error: failure, retryInMs };
        await (settings.sleep ?? sleep)(retryInMs, signal).catch((error: unknown) => {
            if (!isAborted(signal)) {
                throw error;
            }
        });
    }
}

/** How long to wait before the next attempt. */
class Waits {
    private readonly unavailable: Backoff;
    private readonly noIdentity: Backoff;
    private readonly short: Backoff;
    private readonly random: () => number;

    constructor(settings: BackoffRuntime & Pick<WatchSettings<never, never>, "unavailableCurve" | "noIdentityCurve">) {
        this.random = settings.random ?? Math.random;
        this.unavailable = new Backoff(settings.unavailableCurve ?? UNAVAILABLE_CURVE, this.random);
        this.noIdentity = new Backoff(settings.noIdentityCurve ?? NO_IDENTITY_CURVE, this.random);
        this.short = new Backoff(SHORT_STREAM_CURVE, this.random);
    }

    /** A good message came. */
    delivered(): void {
        this.unavailable.reset();
        this.noIdentity.reset();
    }

    /** A stream lived for a while. */
    healthy(): void {
        this.short.reset();
    }

    after(failure: WorkloadApiError, short: boolean): number {
        const curve = isWithdrawal(failure) ? this.noIdentity : this.unavailable;
        if (!short) {
            return curve.next();
        }
        const least = MIN_INTERVAL_MS * (1 + INTERVAL_JITTER * this.random());
        return Math.round(Math.max(least, this.short.next(), curve.next()));
    }
}

function isWithdrawal(error: WorkloadApiError): error is NoIdentityIssuedError {
    return error.code === "no_identity_issued";
}

type AttemptEvent<T> =
    | Extract<WatchEvent<T>, { type: "update" | "discarded" }>
    | { readonly type: "failed"; readonly error: WorkloadApiError };

/** One connection's life. The stream is cancelled however the consumer leaves. */
async function* attempt<M, T>(settings: WatchSettings<M, T>): AsyncGenerator<AttemptEvent<T>, void, undefined> {
    const call = settings.open();
    const cancel = (): void => call.cancel();
    // A cancelled call emits an error when nobody iterates any more.
    call.on("error", () => {});
    settings.signal?.addEventListener("abort", cancel, { once: true });
    try {
        for await (const message of call as AsyncIterable<M>) {
            yield toEvent(settings, message);
        }
    } catch (error) {
        yield { type: "failed", error: settings.toError(error) };
    } finally {
        settings.signal?.removeEventListener("abort", cancel);
        call.cancel();
    }
}

function toEvent<M, T>(settings: WatchSettings<M, T>, message: M): AttemptEvent<T> {
    try {
        return { type: "update", value: settings.read(message) };
    } catch (error) {
        if (error instanceof WorkloadApiError) {
            return { type: "discarded", error };
        }
        throw error;
    }
}
