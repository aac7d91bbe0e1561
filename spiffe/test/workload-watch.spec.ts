import assert from "node:assert/strict";

import { status } from "@grpc/grpc-js";

import type { WatchEvent, WorkloadApiClient, WorkloadApiOptions, X509Context } from "../src/entry/workload.js";
import { FakeWorkloadApi } from "./support/fake-workload-api.js";
import { WorkloadWorld } from "./support/workload-world.js";

/** What the first events say; the watch is left after `count` of them. */
async function take(
    events: AsyncIterable<WatchEvent<X509Context>>,
    count: number,
    each: (index: number) => void = () => {},
): Promise<string[]> {
    const seen: string[] = [];
    for await (const event of events) {
        seen.push(event.type === "update" ? event.type : `${event.type} ${event.error.code}`);
        each(seen.length);
        if (seen.length === count) {
            break;
        }
    }
    return seen;
}

describe("Watches of the Workload API", () => {
    let world: WorkloadWorld;
    let api: FakeWorkloadApi;

    beforeEach(async () => {
        world = await WorkloadWorld.create();
        ({ api } = world);
    });
    afterEach(() => world.close());

    const connect = (options?: WorkloadApiOptions): WorkloadApiClient => world.connect(options);

    it("wait longer after each failure and start over after a success", async () => {
        const waits: number[] = [];
        let now = 0;
        const client = connect({
            random: () => 0.5,
            sleep: (ms) => (waits.push(ms), Promise.resolve()),
            clock: () => now,
        });
        api.failNext("FetchX509SVID", status.UNAVAILABLE, "", 3);
        const seen = await take(client.watchX509Context(), 6, (index) => {
            if (index === 4) {
                now += 60_000;
                api.failNext("FetchX509SVID", status.UNAVAILABLE, "");
                api.breakStreams("FetchX509SVID", status.OK);
            }
        });
        const failure = "interrupted unavailable";
        assert.deepEqual(seen, [failure, failure, failure, "update", failure, "update"]);
        assert.deepEqual(waits, [900, 1440, 2304, 900]);
    });

    it("wait at least a second, and ever longer, for an endpoint whose streams live shortly", async () => {
        for (const random of [0, 1]) {
            const waits: number[] = [];
            const client = connect({ random: () => random, sleep: (ms) => (waits.push(ms), Promise.resolve()) });
            await take(client.watchX509Context(), 9, (index) => {
                if (index % 2 === 1) {
                    api.breakStreams("FetchX509SVID", status.OK);
                }
            });
            assert.deepEqual(waits, random === 0 ? [1000, 1600, 2560, 4096] : [1200, 1280, 2048, 3277]);
        }
    });

    it("wait as well when nothing but garbage comes", async () => {
        const waits: number[] = [];
        api.setX509({ svids: [] });
        const client = connect({ random: () => 0, sleep: (ms) => (waits.push(ms), Promise.resolve()) });
        const seen = await take(client.watchX509Context(), 4, (index) => {
            if (index % 2 === 1) {
                api.breakStreams("FetchX509SVID", status.OK);
            }
        });
        assert.deepEqual(seen.slice(0, 2), ["discarded malformed_response", "interrupted unavailable"]);
        assert.deepEqual(waits, [1000]);
    });

    it("wait less for an identity than for an endpoint", async () => {
        const waits: number[] = [];
        const client = connect({ random: () => 0, sleep: (ms) => (waits.push(ms), Promise.resolve()) });
        api.failNext("FetchX509SVID", status.PERMISSION_DENIED, "", 3);
        const withdrawn = "withdrawn no_identity_issued";
        assert.deepEqual(await take(client.watchX509Context(), 4), [withdrawn, withdrawn, withdrawn, "update"]);
        assert.deepEqual(waits, [1000, 1300, 1690]);
    });

    it("wait when a stream ends without a message, however healthily", async () => {
        const empty = await FakeWorkloadApi.start();
        try {
            const client = connect({ address: empty.address, sleep: () => Promise.resolve() });
            const events = client.watchX509Context();
            const next = events.next();
            while (empty.open("FetchX509SVID") === 0) {
                await new Promise((resolve) => setTimeout(resolve, 5));
            }
            empty.breakStreams("FetchX509SVID", status.OK);
            const { value } = await next;
            assert.ok(value?.type === "interrupted");
            assert.equal(value.error.message, "The Workload API ended a stream without a message that can be used");
            await events.return();
        } finally {
            await empty.stop();
        }
    });

    for (const code of ["INVALID_ARGUMENT", "UNIMPLEMENTED"] as const) {
        it(`end for good after ${code}`, async () => {
            api.failNext("FetchX509SVID", status[code], "wrong");
            await assert.rejects(take(connect().watchX509Context(), 9), { code: code.toLowerCase() });
            assert.equal(api.calls.length, 1);
        });
    }

    it("end quietly when told to, even in the middle of a wait, and leave no stream open", async () => {
        const stop = new AbortController();
        const client = connect();
        const seen = await take(client.watchX509Context({ signal: stop.signal }), 9, () => stop.abort());
        assert.deepEqual(seen, ["update"]);
        await world.drained("FetchX509SVID");
        const again = new AbortController();
        api.failNext("FetchX509SVID", status.UNAVAILABLE, "", 9);
        assert.deepEqual(
            await take(client.watchX509Context({ signal: again.signal }), 9, () => setTimeout(() => again.abort(), 20)),
            ["interrupted unavailable"],
        );
        assert.deepEqual(await take(client.watchX509Context({ signal: stop.signal }), 9), []);
    });

    it("leave no stream open when the consumer walks away", async () => {
        await take(connect().watchX509Context(), 1);
        await world.drained("FetchX509SVID");
    });
});
