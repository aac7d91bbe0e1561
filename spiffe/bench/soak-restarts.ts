import { setTimeout as delay } from "node:timers/promises";

import { X509Source } from "../src/entry/workload.js";
import { TestCa } from "../test/support/ca.js";
import { FakeWorkloadApi } from "../test/support/fake-workload-api.js";

/** Longest that sources may take until all of them have what a new agent issued. */
const PATIENCE_MS = 120_000;
const AWAY_MS = 300;

/** What became of sources whose agent was restarted. */
export interface SoakedRestarts {
    readonly restart: number;
    /** Milliseconds from the agent's return until the last source had the new SVID. */
    readonly allBackMs: number;
    /** Calls that arrived at the agent since. */
    readonly calls: number;
    /** Sources that don't have it, or say they aren't healthy. */
    readonly lost: number;
}

/** Kills the agent of many sources again and again; it comes back with a new SVID each time. */
export async function* soakRestarts(sources: number, restarts: number): AsyncGenerator<SoakedRestarts> {
    const ca = await TestCa.create("soak.test");
    const agent = await FakeWorkloadApi.start();
    agent.issue([await ca.issue("/web")], [ca.bundle]);
    const { address } = agent;
    const all = await Promise.all(Array.from({ length: sources }, () => X509Source.start({ address })));
    for (let restart = 1; restart <= restarts; restart++) {
        agent.crash();
        await delay(AWAY_MS);
        const svid = await ca.issue("/web");
        const current = (source: X509Source): boolean => {
            const [certificate] = source.snapshot().svid.certificates;
            return certificate.fingerprint256 === svid.certificates[0].fingerprint256 && source.health().healthy;
        };
        agent.issue([svid], [ca.bundle]);
        agent.calls.length = 0;
        await agent.listen();
        const start = performance.now();
        while (!all.every(current) && performance.now() - start < PATIENCE_MS) {
            await delay(20);
        }
        const lost = all.filter((source) => !current(source)).length;
        yield { restart, allBackMs: performance.now() - start, calls: agent.calls.length, lost };
    }
    all.forEach((source) => source.close());
    await agent.stop();
}
