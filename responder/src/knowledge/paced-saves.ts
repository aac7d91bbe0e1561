import { setImmediate as immediately, setTimeout as sleep } from "node:timers/promises";

/** Longest pause between two rounds, in milliseconds: what waits here is a sender who waits for an answer. */
const LONGEST_PAUSE = 2_000;
/** Saves of a round that are under way at once: actions and decisions find the API server free. */
const AT_ONCE = 8;

/**
 * Saves incidents in rounds, one save for all that has come about an incident since the round before. However many events come, no more
 * is written than a number of saves a second, so that a flood of events is no flood of writes to the API server and its
 * store; who is alone is saved at once.
 */
export class PacedSaves {
    private waiting = new Map<string, PromiseWithResolvers<void>>();
    private running = false;

    /**
     * @param saveNow saves one incident
     * @param msPerSave time each save takes out of the pace, in milliseconds: 10 for a hundred saves a second
     */
    constructor(
        private readonly saveNow: (name: string) => Promise<void>,
        private readonly msPerSave: number,
    ) {}

    /** Resolves once the incident is saved as it is now, or later; rejects with what its save failed with. */
    save(name: string): Promise<void> {
        const turn: PromiseWithResolvers<void> = this.waiting.get(name) ?? Promise.withResolvers();
        this.waiting.set(name, turn);
        if (!this.running) {
            this.running = true;
            void this.rounds();
        }
        return turn.promise;
    }

    private async rounds(): Promise<void> {
        // Whatever comes in this turn of the event loop goes together.
        await immediately();
        while (this.waiting.size > 0) {
            const round = this.waiting;
            this.waiting = new Map();
            const begun = performance.now();
            const turns = round.entries();
            await Promise.all(Array.from({ length: AT_ONCE }, () => this.take(turns)));
            const pause = Math.min(LONGEST_PAUSE, round.size * this.msPerSave) - (performance.now() - begun);
            if (pause > 0) {
                await sleep(pause);
            }
        }
        this.running = false;
    }

    /** Saves one incident after the other; a failure is that incident's alone. */
    private async take(turns: Iterable<[string, PromiseWithResolvers<void>]>): Promise<void> {
        for (const [name, { resolve, reject }] of turns) {
            await this.saveNow(name).then(resolve, reject);
        }
    }
}
