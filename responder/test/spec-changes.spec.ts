import assert from "node:assert/strict";

import { until } from "../../spiffe/test/support/until.js";
import { KubernetesIncidentStore } from "../src/knowledge/kubernetes-store.js";
import { ApiError } from "../src/kubernetes/objects.js";
import { ResponderLoop } from "../src/loop.js";
import { EventQueue } from "../src/monitor/queue.js";
import { eventOf, NAMESPACE, policyOf, ruleOf, shopOf, World } from "./support/world.js";

const INCIDENT = { name: "incident-1", namespace: NAMESPACE };

const decided = (...verdicts: readonly string[]): Record<string, unknown> => ({
    decisions: verdicts.map((verdict, id) => ({ id, verdict, by: "alice" })),
});

/** Incidents of which somebody else has made one, and what is asked of the API server about them from then on. */
async function followed() {
    const { api } = new World(policyOf());
    api.put({ apiVersion: "responder.x0tta6bl4.io/v1alpha1", kind: "SecurityIncident", metadata: INCIDENT, spec: {} });
    const store = new KubernetesIncidentStore(api, NAMESPACE);
    await store.load();
    const calls: string[] = [];
    api.fault = (call) => void calls.push(call);
    const change = (spec: Record<string, unknown>, status: Record<string, unknown> = {}): void => {
        const before = api.objects.get(`SecurityIncident ${NAMESPACE}/${INCIDENT.name}`) ?? assert.fail();
        api.put({ ...before, spec, status });
    };
    const end = new AbortController();
    const failures: unknown[] = [];
    let notices = 0;
    const running = store.follow(
        end.signal,
        () => {
            notices++;
        },
        (error) => failures.push(error),
    );
    await until(() => api.watched === 1);
    calls.length = 0;
    return {
        api,
        store,
        calls,
        change,
        failures,
        notices: () => notices,
        close: async () => {
            end.abort();
            await running;
        },
    };
}

describe("Following decisions", () => {
    it("asks for nothing while nobody decides, however often the status is written", async () => {
        const { store, calls, change, notices, close } = await followed();
        for (let count = 0; count < 50; count++) {
            change({}, { count });
        }
        assert.equal((await store.decisions()).size, 0);
        assert.deepEqual(calls, []);
        assert.equal(notices(), 0);
        await close();
    });

    it("tells of a decision at once, and reads that incident alone", async () => {
        const { store, calls, change, notices, close } = await followed();
        change(decided("acknowledge"));
        await until(() => notices() === 1);
        const found = await store.decisions();
        assert.deepEqual([...found], [[INCIDENT.name, [{ id: 0, verdict: "acknowledge", by: "alice" }]]]);
        assert.deepEqual(calls, [`get SecurityIncident ${NAMESPACE}/${INCIDENT.name}`]);
        assert.equal((await store.decisions()).size, 0);
        await close();
    });

    it("finds what was decided while the watch was lost, and says that it was lost", async () => {
        const { api, store, change, failures, notices, close } = await followed();
        api.loseWatches();
        change(decided("undo"));
        await until(() => notices() === 1);
        assert.deepEqual([...(await store.decisions()).keys()], [INCIDENT.name]);
        assert.deepEqual(failures.map(String), ["ApiError: the watch is lost"]);
        await close();
    });

    it("lists metadata for itself while no watch can be had", async () => {
        const { api, store, calls, change, close } = await followed();
        api.fault = (call) => {
            calls.push(call);
            if (call.startsWith("watch")) {
                throw new ApiError("Forbidden", 403, "you may not watch");
            }
            return undefined;
        };
        api.loseWatches();
        await until(() => api.watched === 0);
        change(decided("undo"));
        assert.deepEqual([...(await store.decisions()).keys()], [INCIDENT.name]);
        assert.ok(calls.includes("list metadata of SecurityIncident"));
        await close();
    });

    it("reads a decision again that couldn't be read", async () => {
        const { api, store, change, notices, close } = await followed();
        change(decided("undo"));
        await until(() => notices() === 1);
        api.fault = () => {
            throw new ApiError("InternalError", 500, "not now");
        };
        await assert.rejects(store.decisions(), { reason: "InternalError" });
        api.fault = () => undefined;
        assert.deepEqual([...(await store.decisions()).keys()], [INCIDENT.name]);
        await close();
    });

    it("takes an incident that was deleted and made anew for another one", async () => {
        const { api, store, notices, close } = await followed();
        await api.delete({ kind: "SecurityIncident", ...INCIDENT }, {});
        const { apiVersion, kind } = { apiVersion: "responder.x0tta6bl4.io/v1alpha1", kind: "SecurityIncident" };
        api.put({ apiVersion, kind, metadata: INCIDENT, spec: decided("undo") });
        await until(() => notices() === 1);
        assert.deepEqual([...(await store.decisions()).keys()], [INCIDENT.name]);
        await close();
    });

    it("has an approval carried out long before the next tick", async () => {
        const world = shopOf(policyOf({ rules: [ruleOf("terminate")] }));
        const responder = await world.start();
        const failed = (error: unknown): void => assert.fail(String(error));
        const loop = new ResponderLoop(responder, new EventQueue(10), { tickMs: 60_000, failed });
        const running = loop.run();
        const store = new KubernetesIncidentStore(world.api, NAMESPACE);
        const end = new AbortController();
        const following = store.follow(end.signal, () => loop.hurry(), failed);
        await responder.record([eventOf()]);
        const state = (): string | undefined => responder.incidents()[0]?.actions[0]?.state;
        await until(() => state() === "proposed" && world.api.watched === 1);
        world.decide(responder.incidents()[0]?.name ?? "", { verdict: "approve", by: "alice" });
        await until(() => state() === "done");
        end.abort();
        loop.stop();
        await Promise.all([running, following]);
    });
});
