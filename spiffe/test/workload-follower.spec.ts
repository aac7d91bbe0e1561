import assert from "node:assert/strict";

import { NoIdentityIssuedError, WorkloadApiError } from "../src/index.js";
import type { WatchEvent } from "../src/entry/workload.js";
import type { FollowerListener } from "../src/workload/follower.js";
import { Follower } from "../src/workload/follower.js";

const lost = new WorkloadApiError("unavailable", "away");
const garbage = new WorkloadApiError("malformed_response", "garbage");
const nothing = new NoIdentityIssuedError("unix:///run/api.sock", "none");

/** The states that a follower goes through, one for each event. */
async function states(events: readonly WatchEvent<string>[]): Promise<string[]> {
    const seen: string[] = [];
    const note = (): void => void seen.push(follower.state);
    const listener: FollowerListener<string> = {
        update: (value) => (value === "unusable" ? garbage : undefined),
        ...{ updated: note, withdrawn: note, interrupted: note, discarded: note, failed: note },
    };
    let ended = (): void => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    const follower = new Follower<string>(async function* () {
        // The follower must be made before it tells anything.
        await Promise.resolve();
        yield* events;
        ended();
    }, listener);
    await end;
    return seen;
}

describe("The follower of a watch", () => {
    const update = { type: "update", value: "good" } as const;
    const interrupted = { type: "interrupted", error: lost, retryInMs: 1 } as const;
    const discarded = { type: "discarded", error: garbage } as const;
    const withdrawn = { type: "withdrawn", error: nothing, retryInMs: 1 } as const;

    it("goes on starting until there is material, whatever fails meanwhile", async () => {
        assert.deepEqual(await states([interrupted, discarded, { type: "update", value: "unusable" }, update]), [
            ...["starting", "starting", "starting", "streaming"],
        ]);
    });

    it("stays withdrawn until good material comes", async () => {
        assert.deepEqual(await states([update, withdrawn, interrupted, discarded, update]), [
            ...["streaming", "withdrawn", "withdrawn", "withdrawn", "streaming"],
        ]);
    });

    it("is interrupted with material, and streams past garbage", async () => {
        assert.deepEqual(await states([update, interrupted, discarded]), ["streaming", "interrupted", "streaming"]);
    });
});
