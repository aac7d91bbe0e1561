import assert from "node:assert/strict";

import fc from "fast-check";

import { Agenda } from "../src/agenda.js";
import { TimedCache } from "../src/analyze/cache.js";
import { KubernetesIncidentStore } from "../src/knowledge/kubernetes-store.js";
import { PacedSaves } from "../src/knowledge/paced-saves.js";
import { limited } from "../src/limited.js";
import { ResponderLoop } from "../src/loop.js";
import type { Incident, SecurityEvent, Severity } from "../src/model.js";
import { EventQueue } from "../src/monitor/queue.js";
import { addWorkload } from "./support/fake-api.js";
import { eventOf, NAMESPACE, policyOf, ruleOf, World } from "./support/world.js";

function worldOf(names: readonly string[]): World {
    const world = new World(policyOf({}, { actionsPerHour: 100 }));
    names.forEach((name) => addWorkload(world.api, { namespace: "shop", name, replicas: 3 }));
    return world;
}

const eventAbout = (name: string, severity: Severity = "critical"): SecurityEvent =>
    eventOf({ severity, rule: `${severity} rule`, claim: { namespace: "shop", pod: `${name}-0` } });

/** Sends all events at once and lets the process die at a call. @returns those whose sender was told that they are recorded */
async function acknowledgedBefore(world: World, events: readonly SecurityEvent[], deadly: number) {
    const acknowledged: SecurityEvent[] = [];
    const responder = await world.start();
    let calls = 0;
    world.api.pause = () => new Promise((resolve) => setImmediate(resolve));
    world.api.fault = () => (++calls === deadly ? "after" : undefined);
    const queue = new EventQueue(events.length);
    const loop = new ResponderLoop(responder, queue, { tickMs: 60_000, failed: () => {} });
    const running = loop.run();
    await Promise.allSettled(
        events.map(async (event) => {
            await queue.offer([event]);
            acknowledged.push(event);
        }),
    );
    loop.stop();
    await running;
    world.api.fault = () => undefined;
    world.api.restart();
    return acknowledged;
}

describe("ResponderLoop", () => {
    it("has recorded whatever it has acknowledged, wherever the process dies", async () => {
        await fc.assert(
            fc.asyncProperty(
                fc.array(fc.constantFrom("web", "api", "db"), { minLength: 1, maxLength: 30 }),
                fc.integer({ min: 1, max: 80 }),
                async (names, deadly) => {
                    const world = worldOf(["web", "api", "db"]);
                    const acknowledged = await acknowledgedBefore(
                        world,
                        names.map((name) => eventAbout(name)),
                        deadly,
                    );
                    const saved = await new KubernetesIncidentStore(world.api, NAMESPACE).load();
                    const known = new Set(saved.flatMap(({ eventIds }) => eventIds));
                    assert.deepEqual(
                        acknowledged.filter(({ id }) => !known.has(id)),
                        [],
                    );
                    if (deadly > 70 && names.length < 3) {
                        assert.equal(acknowledged.length, names.length);
                    }
                },
            ),
            // The first lives long enough to acknowledge all.
            { numRuns: 40, examples: [[["web", "api"], 80]] },
        );
    });

    it("plans without waiting until a flood is written, and writes a flood once for many", async () => {
        const world = worldOf(["noisy", "web"]);
        const responder = await world.start();
        const queue = new EventQueue(1_000);
        const loop = new ResponderLoop(responder, queue, {
            tickMs: 60_000,
            failed: (error) => assert.fail(String(error)),
        });
        let release = (): void => {};
        const held = new Promise<void>((resolve) => (release = resolve));
        const isolated = Promise.withResolvers<undefined>();
        // The first save of the noisy incident takes as long as it takes.
        world.api.pause = () => Promise.resolve();
        const replace = world.api.replace.bind(world.api);
        const patch = world.api.patch.bind(world.api);
        world.api.replace = async (object, subresource) => {
            await (object.kind === "SecurityIncident" && JSON.stringify(object).includes("shop/noisy")
                ? held
                : undefined);
            return replace(object, subresource);
        };
        world.api.patch = (ref, change) => {
            if (ref.kind === "Pod" && ref.name === "web-0") {
                isolated.resolve(undefined);
            }
            return patch(ref, change);
        };
        const running = loop.run();
        const flood = Array.from({ length: 500 }, () => queue.offer([eventAbout("noisy", "low")]));
        const intrusion = queue.offer([eventAbout("web")]);
        await isolated.promise;
        release();
        await Promise.all([...flood, intrusion]);
        loop.stop();
        await running;
        const noisy = responder.incidents().find(({ key }) => key.includes("noisy"));
        assert.equal(noisy?.signals[0]?.count, 500);
        const writes = world.api.changes.filter((change) => change.includes(noisy.name));
        assert.ok(writes.length < 10, String(writes.length));
    });

    it("plans again when a repetition is worse than what came before", async () => {
        const world = worldOf(["web"]);
        const responder = await world.start();
        const same = { rule: "Shell", claim: { namespace: "shop", pod: "web-0" } };
        await responder.record([eventOf({ ...same, severity: "low" })]);
        await responder.work();
        assert.deepEqual(responder.incidents()[0]?.actions, []);
        await responder.record([eventOf({ ...same, severity: "critical" })]);
        assert.equal(responder.busy, true);
        await responder.work();
        assert.equal(responder.incidents()[0]?.actions[0]?.state, "done");
    });

    it("plans nothing again for a repetition that changes nothing, though a rule counts", async () => {
        const counting = { ...ruleOf("isolate"), match: { minimumSeverity: "low", minimumCount: 3 } };
        const world = worldOf(["web"]);
        world.policy = policyOf({ rules: [counting] });
        const responder = await world.start();
        const again = async (): Promise<boolean> => {
            await responder.record([eventAbout("web", "low")]);
            const { busy } = responder;
            await responder.work();
            return busy;
        };
        const planned: boolean[] = [];
        for (let index = 0; index < 6; index++) {
            planned.push(await again());
        }
        assert.deepEqual(planned, [true, false, true, false, false, false]);
    });

    it("minds the time while there is more to do than it can", async () => {
        const world = worldOf(["web", "api"]);
        const responder = await world.start();
        await responder.record([eventAbout("web"), eventAbout("api")]);
        let turns = 1;
        await responder.work(() => turns-- > 0);
        assert.equal(responder.busy, true);
        await responder.work();
        assert.equal(responder.busy, false);
    });
});

describe("Agenda", () => {
    const incidents = new Map<string, Incident>(
        (
            [
                ["a", "low", 1],
                ["b", "critical", 2],
                ["c", "critical", 3],
            ] as const
        ).map(([name, severity, detectedAt]) => [name, { name, severity, detectedAt } as Incident]),
    );
    const agendaOf = (): Agenda => new Agenda((name) => incidents.get(name));

    it("takes the worst first, and among those of one severity whoever has waited longest", () => {
        const agenda = agendaOf();
        agenda.plan("a");
        agenda.plan("c");
        agenda.act("b", ["b1", "b2"]);
        const turns: unknown[] = [];
        for (let turn = agenda.next(); turn !== undefined; turn = agenda.next()) {
            turns.push(turn);
        }
        assert.deepEqual(turns, [
            { name: "c" },
            { name: "b", action: "b1" },
            { name: "b", action: "b2" },
            { name: "a" },
        ]);
        assert.equal(agenda.empty, true);
    });

    it("lets an incident about which events never cease hold up none of its severity", () => {
        const agenda = agendaOf();
        agenda.planAgain("c");
        const turns: unknown[] = [];
        for (let turn = 0; turn < 2; turn++) {
            agenda.planAgain("b");
            turns.push(agenda.next()?.name);
        }
        assert.deepEqual(turns, ["b", "c"]);
        agenda.planAgain("c");
        agenda.act("c", ["c1"]);
        agenda.act("b", ["b1"]);
        assert.deepEqual(
            [agenda.next(), agenda.next(), agenda.next(), agenda.next()],
            [{ name: "b", action: "b1" }, { name: "c", action: "c1" }, { name: "b" }, { name: "c" }],
        );
    });

    it("forgets what is not there any more", () => {
        const agenda = agendaOf();
        agenda.plan("gone");
        agenda.act("gone too", ["x"]);
        assert.equal(agenda.next(), undefined);
        assert.equal(agenda.empty, true);
    });
});

describe("PacedSaves", () => {
    it("saves once for all that wait for the same, and fails for the one that failed", async () => {
        const saved: string[] = [];
        const saves = new PacedSaves((name) => {
            saved.push(name);
            return name === "bad" ? Promise.reject(new Error("no")) : Promise.resolve();
        }, 1);
        const results = await Promise.allSettled(["a", "bad", "a", "b", "a"].map((name) => saves.save(name)));
        assert.deepEqual(
            results.map(({ status }) => status),
            ["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"],
        );
        assert.deepEqual(saved, ["a", "bad", "b"]);
        await saves.save("a");
        assert.deepEqual(saved, ["a", "bad", "b", "a"]);
    });
});

describe("TimedCache", () => {
    it("asks once within its time, and again after a failure", async () => {
        let [now, asked] = [0, 0];
        const cache = new TimedCache<number>({ ttlMs: 10, size: 2, now: () => now });
        const ask = (): Promise<number> => Promise.resolve(++asked);
        assert.deepEqual([await cache.get("a", ask), await cache.get("a", ask)], [1, 1]);
        now = 11;
        assert.equal(await cache.get("a", ask), 2);
        await assert.rejects(cache.get("b", () => Promise.reject(new Error("away"))));
        assert.equal(await cache.get("b", ask), 3);
    });

    it("keeps no more answers than it may, and lets the oldest go", async () => {
        const cache = new TimedCache<number>({ ttlMs: 10, size: 2, now: () => 0 });
        let asked = 0;
        const ask = (): Promise<number> => Promise.resolve(++asked);
        for (const key of ["a", "b", "c", "b", "c", "a"]) {
            await cache.get(key, ask);
        }
        assert.equal(asked, 4);
    });
});

describe("limited", () => {
    it("has no more calls under way than it may, and none is forgotten", async () => {
        let [running, most] = [0, 0];
        const run = limited(3, async (value: number) => {
            most = Math.max(most, ++running);
            await new Promise((resolve) => setImmediate(resolve));
            running--;
            if (value === 5) {
                throw new Error("five");
            }
            return value;
        });
        const results = await Promise.allSettled(Array.from({ length: 12 }, (_, index) => run(index)));
        assert.equal(most, 3);
        assert.equal(results.filter(({ status }) => status === "fulfilled").length, 11);
    });
});
