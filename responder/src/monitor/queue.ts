import type { SecurityEvent } from "../model.js";
import { compareSeverity } from "../model.js";

/** The queue is full, or closed: the sender is to come again later. */
export class BusyError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "BusyError";
    }
}

interface Waiting {
    readonly event: SecurityEvent;
    readonly settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
}

/**
 * Events on their way to be recorded, bounded: the worst go first, and when there is no room a worse one takes the place of the least
 * severe, whose sender is told. An event is settled only once it is recorded.
 */
export class EventQueue {
    /** By severity, worst first; those of one severity in the order in which they came. */
    private waiting: Waiting[] = [];
    private wake: (() => void) | undefined;
    private closed = false;

    /** @param limit events that wait at most */
    constructor(private readonly limit: number) {}

    get length(): number {
        return this.waiting.length;
    }

    /**
     * Resolves once the events are recorded.
     *
     * @throws {BusyError} when there is no room for all of them; or whatever recording failed with
     */
    async offer(events: readonly SecurityEvent[]): Promise<void> {
        await Promise.all(events.map((event) => this.add(event)));
    }

    /** Takes up to `max` events, as soon as there is one; none when the queue is closed. */
    async take(max: number): Promise<readonly Waiting[]> {
        while (this.waiting.length === 0 && !this.closed) {
            await new Promise<void>((resolve) => {
                this.wake = resolve;
            });
        }
        return this.waiting.splice(0, max);
    }

    /** Takes no more, and turns away whoever waits. */
    close(): void {
        this.closed = true;
        this.waiting.splice(0).forEach(({ settle }) => settle.reject(new BusyError("the responder stops")));
        this.wake?.();
    }

    private add(event: SecurityEvent): Promise<void> {
        return new Promise((resolve, reject) => {
            if (this.closed) {
                reject(new BusyError("the responder stops"));
                return;
            }
            const last = this.waiting.at(-1);
            if (this.waiting.length >= this.limit) {
                if (last === undefined || compareSeverity(event.severity, last.event.severity) <= 0) {
                    reject(new BusyError(`${this.limit} events are waiting`));
                    return;
                }
                this.waiting.pop();
                last.settle.reject(new BusyError("a worse event has taken its place"));
            }
            const at = this.waiting.findLastIndex((one) => compareSeverity(one.event.severity, event.severity) >= 0);
            this.waiting.splice(at + 1, 0, { event, settle: { resolve, reject } });
            this.wake?.();
        });
    }
}
