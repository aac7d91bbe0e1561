import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits for what comes about by itself, for 1,000 looks that are 5 ms apart at least. */
export async function until(condition: () => boolean): Promise<void> {
    for (let round = 0; !condition(); round++) {
        assert.ok(round < 1_000, "it never came to that");
        await sleep(5);
    }
}
