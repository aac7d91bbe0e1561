import type { Responder } from "./responder.js";
import type { EventQueue } from "./monitor/queue.js";
import { LeadershipLostError } from "./knowledge/store.js";

/** Events recorded at once: one save for each incident among them. */
const BATCH = 256;

/** Drives a responder: takes events from the queue as they come, works on what is new, and ticks. */
export class ResponderLoop {
    private wake: (() => void) | undefined;
    private stopped = false;

    /**
     * @param options.tickMs how often time and people are minded
     * @param options.failed told of whatever was tried in vain and is tried again
     */
    constructor(
        private readonly responder: Responder,
        private readonly queue: EventQueue,
        private readonly options: { readonly tickMs: number; readonly failed: (error: unknown) => void },
    ) {}

    /** Runs until it is stopped. @throws {LeadershipLostError} when another replica acts */
    async run(): Promise<void> {
        await Promise.all([this.record(), this.work()]);
    }

    stop(): void {
        this.stopped = true;
        this.wake?.();
        this.queue.close();
    }

    private async record(): Promise<void> {
        while (!this.stopped) {
            const batch = await this.queue.take(BATCH);
            if (batch.length === 0) {
                continue;
            }
            try {
                await this.responder.record(batch.map(({ event }) => event));
                batch.forEach(({ settle }) => settle.resolve());
                this.wake?.();
            } catch (error) {
                batch.forEach(({ settle }) => settle.reject(error));
                this.noticed(error);
            }
        }
    }

    private async work(): Promise<void> {
        let nextTick = 0;
        while (!this.stopped) {
            try {
                if (Date.now() >= nextTick) {
                    nextTick = Date.now() + this.options.tickMs;
                    await this.responder.tick();
                } else {
                    await this.responder.work();
                }
            } catch (error) {
                this.noticed(error);
                await this.pause(this.options.tickMs);
                continue;
            }
            if (!this.responder.busy) {
                await this.pause(Math.max(0, nextTick - Date.now()));
            }
        }
    }

    private noticed(error: unknown): void {
        if (error instanceof LeadershipLostError) {
            this.stop();
            throw error;
        }
        this.options.failed(error);
    }

    /** Waits, unless something is recorded meanwhile. */
    private async pause(ms: number): Promise<void> {
        await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, ms);
            this.wake = () => {
                clearTimeout(timer);
                resolve();
            };
        });
        this.wake = undefined;
    }
}
