import { NoIdentityIssuedError, WorkloadApiError } from "../errors.js";
import { abortable } from "./abort.js";
import type { WatchEvent, WatchOptions } from "./watch.js";

/**
 * Where a source stands: `starting` until the first message, `streaming` while the stream is alive, `interrupted` while it is lost and the
 * former material is kept, `withdrawn` when the endpoint has no identity for us, `failed` when no retry can help, `closed` by us.
 */
export type SourceState = "starting" | "streaming" | "interrupted" | "withdrawn" | "failed" | "closed";

/** What a source is told. Each but `update` is called after the follower's own state has changed. None may throw. */
export interface FollowerListener<T> {
    /**
     * Takes the new state. An error returned means that it wasn't taken: a {@link NoIdentityIssuedError} that it holds nothing for us, any
     * other that it can't be used, and the former state stays.
     */
    update(value: T): WorkloadApiError | undefined;
    /** What `update` took is in use. */
    updated(): void;
    withdrawn(error: NoIdentityIssuedError): void;
    interrupted(error: WorkloadApiError): void;
    discarded(error: WorkloadApiError): void;
    failed(error: WorkloadApiError): void;
}

/** Runs one watch in the background and keeps the books of its state. */
export class Follower<T> {
    private current: SourceState = "starting";
    private error: WorkloadApiError | undefined;
    private readonly abort = new AbortController();
    private readonly first: PromiseWithResolvers<void> = Promise.withResolvers();

    constructor(
        watch: (options: WatchOptions) => AsyncGenerator<WatchEvent<T>, void, undefined>,
        private readonly listener: FollowerListener<T>,
    ) {
        this.first.promise.catch(() => {});
        void this.run(watch({ signal: this.abort.signal }));
    }

    get state(): SourceState {
        return this.current;
    }

    /** The last thing that went wrong since the last good message. */
    get lastError(): WorkloadApiError | undefined {
        return this.error;
    }

    /**
     * Resolves with the first usable message.
     *
     * @throws {WorkloadApiError} when the watch fails for good or nothing came in time: then the last error says why
     */
    async ready(timeoutMs: number, signal?: AbortSignal): Promise<void> {
        const timeout = AbortSignal.timeout(timeoutMs);
        try {
            await abortable(this.first.promise, signal === undefined ? timeout : AbortSignal.any([timeout, signal]));
        } catch (error) {
            signal?.throwIfAborted();
            throw timeout.aborted ? this.timeoutError(timeoutMs) : error;
        }
    }

    close(): void {
        this.current = "closed";
        this.abort.abort();
        this.first.reject(new WorkloadApiError("closed", "the source was closed"));
    }

    private timeoutError(timeoutMs: number): WorkloadApiError {
        if (this.error?.code === "no_identity_issued") {
            return this.error;
        }
        const reason = this.error === undefined ? "it gave no answer" : this.error.message;
        return new WorkloadApiError(
            "start_timeout",
            `The Workload API gave nothing to start with in ${timeoutMs} ms: ${reason}`,
            {
                cause: this.error,
            },
        );
    }

    private async run(events: AsyncGenerator<WatchEvent<T>, void, undefined>): Promise<void> {
        try {
            for await (const event of events) {
                if (this.current !== "closed") {
                    this.handle(event);
                }
            }
        } catch (error) {
            const failure =
                error instanceof WorkloadApiError
                    ? error
                    : new WorkloadApiError("internal", String(error), { cause: error });
            this.set("failed", failure);
            this.first.reject(failure);
            this.listener.failed(failure);
        }
    }

    private handle(event: WatchEvent<T>): void {
        switch (event.type) {
            case "update":
                this.handleUpdate(event.value);
                break;
            case "discarded":
                this.discard(event.error);
                break;
            case "interrupted":
                this.set(this.withMaterial("interrupted"), event.error);
                this.listener.interrupted(event.error);
                break;
            case "withdrawn":
                this.set("withdrawn", event.error);
                this.listener.withdrawn(event.error);
                break;
        }
    }

    private handleUpdate(value: T): void {
        const refused = this.listener.update(value);
        if (refused === undefined) {
            this.set("streaming", undefined);
            this.listener.updated();
            this.first.resolve();
        } else if (refused instanceof NoIdentityIssuedError) {
            this.set("withdrawn", refused);
            this.listener.withdrawn(refused);
        } else {
            this.discard(refused);
        }
    }

    private discard(error: WorkloadApiError): void {
        this.set(this.withMaterial("streaming"), error);
        this.listener.discarded(error);
    }

    /** Without material we stay without it, whatever the connection does: only a good message changes that. */
    private withMaterial(state: SourceState): SourceState {
        return this.current === "withdrawn" || this.current === "starting" ? this.current : state;
    }

    private set(state: SourceState, error: WorkloadApiError | undefined): void {
        this.current = state;
        this.error = error;
    }
}
