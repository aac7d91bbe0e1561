import { setTimeout as delay } from "node:timers/promises";

import type { SpiffeHttpsAgent } from "../../src/entry/http.js";
import { get } from "./https-get.js";

/**
 * Calls until it doesn't throw, for at most `seconds`; then throws what the last call threw. By default that is sooner than mocha ends a
 * test, which would say nothing of it.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, seconds = 45): Promise<T> {
    for (const deadline = Date.now() + seconds * 1_000; ;) {
        try {
            return await attempt();
        } catch (error) {
            if (Date.now() > deadline) {
                throw error;
            }
            await delay(100);
        }
    }
}

/** Requests one after the other until it is told to stop, and what became of them. */
export async function keepAsking(
    port: number,
    agent: SpiffeHttpsAgent,
    signal: AbortSignal,
): Promise<{ requests: number; failures: string[] }> {
    const failures: string[] = [];
    let requests = 0;
    for (; !signal.aborted; requests++) {
        await get(port, agent).catch((error: unknown) => failures.push(String(error)));
        await delay(5);
    }
    return { requests, failures };
}
