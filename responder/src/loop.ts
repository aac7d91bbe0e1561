import type { Responder } from "./responder.js";
import type { EventQueue } from "./monitor/queue.js";
import { LeadershipLostError } from "./knowledge/store.js";

/** Events that are being recorded at most: as many again wait in the queue, the worst first. */
const IN_FLIGHT = 5_000;

/** Drives a responder: takes events from the queue as they come, works on what is new, and ticks. */
export class ResponderLoop {
    /** Ends the pause that is under way; `work` only one that new work may end. */
    private wake: { readonly always: () => void; readonly work: () => void } | undefined;
    private stopped = false;
    private nextTick = 0;
    private inFlight = 0;
    private room: (() => void) | undefined;
    private readonly lost = Promise.withResolvers<never>();
    /** Texts of failures since the last tick: a flood of events that can't be recorded is no flood of lines in the log. */
    private readonly told = new Set<string>();

    /**
     * @param options.tickMs how often time and people are minded
     * @param options.failed told of whatever was tried in vain and is tried again
     */
    constructor(
        private readonly responder: Responder,
        private readonly queue: EventQueue,
        private readonly options: { readonly tickMs: number; readonly failed: (error: unknown) => void },
    ) {
        responder.onWork = () => this.wake?.work();
    }

    /** Runs until it is stopped. @throws {LeadershipLostError} when another replica acts */
    async run(): Promise<void> {
        await Promise.race([Promise.all([this.record(), this.work()]), this.lost.promise]);
    }

    stop(): void {
        this.stopped = true;
        this.wake?.always();
        this.room?.();
        this.queue.close();
    }

    /** People have decided something: minds them at once. */
    hurry(): void {
        this.nextTick = 0;
        this.wake?.work();
    }

    /** Takes events in as they come. Each is settled on its own, once its incident is saved; planning doesn't wait for that. */
    private async record(): Promise<void> {
        while (!this.stopped) {
            if (this.inFlight >= IN_FLIGHT) {
                await new Promise<void>((resolve) => {
                    this.room = resolve;
                });
                continue;
            }
            for (const { event, settle } of await this.queue.take(IN_FLIGHT - this.inFlight)) {
                this.inFlight++;
                void this.responder
                    .record([event])
                    .then(settle.resolve, (error: unknown) => {
                        settle.reject(error);
                        this.noticed(error);
                    })
                    .finally(() => {
                        this.inFlight--;
                        this.room?.();
                    });
            }
        }
    }

    private async work(): Promise<void> {
        const goOn = (): boolean => !this.stopped && Date.now() < this.nextTick;
        while (!this.stopped) {
            try {
                if (Date.now() >= this.nextTick) {
                    this.nextTick = Date.now() + this.options.tickMs;
                    this.told.clear();
                    await this.responder.tick(goOn);
                } else {
                    await this.responder.work(goOn);
                }
            } catch (error) {
                this.noticed(error);
                // An API server that is away isn't asked more often for each event that comes meanwhile.
                await this.pause(this.options.tickMs, () => {});
                continue;
            }
            if (!this.responder.busy) {
                await this.pause(Math.max(0, this.nextTick - Date.now()));
            }
        }
    }

    private noticed(error: unknown): void {
        if (error instanceof LeadershipLostError) {
            this.stop();
            this.lost.reject(error);
            return;
        }
        const text = String(error);
        if (!this.told.has(text)) {
            this.told.add(text);
            this.options.failed(error);
        }
    }

    /** @param onWork what new work does to the pause: ends it, unless told otherwise */
    private async pause(ms: number, onWork?: () => void): Promise<void> {
        if (this.stopped) {
            return;
        }
        await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, ms);
            const always = (): void => {
                clearTimeout(timer);
                resolve();
            };
            this.wake = { always, work: onWork ?? always };
        });
        this.wake = undefined;
    }
}
