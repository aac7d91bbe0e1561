import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits for a condition that the cluster brings about by itself.
 *
 * @param what what is waited for, to end the sentence "after 60 s it is still not so that …"
 * @param done true once it is so; a text says what is still amiss, for the message
 * @throws Error after the deadline, with what was waited for and what was still amiss
 */
export async function until(
    what: string,
    done: () => Promise<boolean | string>,
    { seconds = 60, everyMs = 100 }: { readonly seconds?: number; readonly everyMs?: number } = {},
): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
        const answer = await done();
        if (answer === true) {
            return;
        }
        if (Date.now() > deadline) {
            const amiss = typeof answer === "string" ? `: ${answer}` : "";
            throw new Error(`after ${seconds} s it is still not so that ${what}${amiss}`);
        }
        await sleep(everyMs);
    }
}
