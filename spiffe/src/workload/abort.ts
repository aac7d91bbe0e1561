/** Waits for `promise`, or rejects with the signal's reason, whichever comes first. The work behind `promise` goes on. */
export async function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal === undefined) {
        return promise;
    }
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
        return await Promise.race([promise, aborted.promise]);
    } finally {
        signal.removeEventListener("abort", abort);
    }
}

/** Asked anew each time: the compiler takes what a signal was before an `await` for what it is after it. */
export function isAborted(signal: AbortSignal | undefined): boolean {
    return signal?.aborted === true;
}
