import type { EventEmitter } from "node:events";

/** `code` of the warnings by which a callback's failure is told. */
const WARNING_CODE = "SPIFFE_CALLBACK_FAILED";

/**
 * Tells, as a warning of the process, of code of the library's user that failed. It must neither end the process nor keep the library
 * from its work: a refused connection is closed whatever an observer does.
 */
export function reportCallbackFailure(what: string, error: unknown): void {
    const known = error instanceof Error;
    process.emitWarning(`${what} failed: ${known ? error.message : String(error)}`, {
        type: "SpiffeWarning",
        code: WARNING_CODE,
        detail: known ? error.stack : undefined,
    });
}

/** Calls code of the library's user; what it throws, or a promise of it rejects with, is reported and goes no further. */
export function callIsolated(what: string, callback: () => unknown): void {
    try {
        ignoreRejection(what, callback());
    } catch (error) {
        reportCallbackFailure(what, error);
    }
}

/** Sees to it that a promise nobody waits for doesn't end the process when it rejects. */
export function ignoreRejection(what: string, result: unknown): void {
    if (isThenable(result)) {
        Promise.resolve(result).catch((error: unknown) => reportCallbackFailure(what, error));
    }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
    return (
        (typeof value === "object" || typeof value === "function") &&
        value !== null &&
        typeof Reflect.get(value, "then") === "function"
    );
}

/** Emits an event such that each listener is called, whatever another one does. */
export function emitIsolated(emitter: EventEmitter, event: string, ...values: readonly unknown[]): void {
    // Raw: `once` takes itself off when it is called.
    for (const listener of emitter.rawListeners(event)) {
        callIsolated(`A listener for "${event}"`, () => Reflect.apply(listener, emitter, values) as unknown);
    }
}
