import assert from "node:assert/strict";

import { ApiError } from "../src/kubernetes/objects.js";
import { matchingRules, ruleMatches } from "../src/plan/planner.js";
import { keyOf } from "./support/fake-api.js";
import type { World } from "./support/world.js";
import { eventOf, policyOf, respondIn, ruleOf, shopOf, statesOf } from "./support/world.js";

const POD = keyOf({ kind: "Pod", namespace: "shop", name: "web-0" });

describe("Responder", () => {
    let world: World;

    const worldOf = (...policy: Parameters<typeof shopOf>): void => {
        world = shopOf(...policy);
    };
    /** For every pod of the namespace. */
    const allowDns = (): void => {
        world.api.put({
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: { name: "allow-dns", namespace: "shop" },
            spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ ports: [{ port: 53 }] }] },
        });
    };
    const respond = (...event: Parameters<typeof eventOf>) => respondIn(world, ...event);

    it("isolates the pod, its controller replaces it, and undoing brings it back byte for byte", async () => {
        worldOf();
        const metadata = (): string =>
            JSON.stringify(Object.entries({ ...world.api.objects.get(POD)?.metadata, resourceVersion: "" }).sort());
        const before = metadata();
        const { responder, incident } = await respond();
        const isolated = world.api.objects.get(POD);
        assert.deepEqual(isolated?.metadata.labels, { "responder.x0tta6bl4.io/quarantine": incident().name });
        assert.equal(isolated.metadata.ownerReferences, undefined);
        assert.equal(world.api.readyPods("shop", { app: "web" }), 3, "replaced");
        assert.match(
            incident().actions[0]?.reason ?? "",
            /no network policy opens anything for it; its ReplicaSet replaces it/,
        );

        world.decide(incident().name, { verdict: "undo", by: "alice" });
        await responder.tick();
        const { labels, annotations, uid } = world.api.objects.get(POD)?.metadata ?? {};
        assert.deepEqual(
            { labels, annotations, uid: uid !== undefined },
            { labels: { app: "web" }, annotations: undefined, uid: true },
        );
        assert.equal(incident().actions[0]?.state, "undone");
        assert.deepEqual(world.api.all("NetworkPolicy"), []);
        world.api.settle();
        assert.equal(metadata(), before);
    });

    it("names the policies that still open something for an isolated pod", async () => {
        worldOf();
        allowDns();
        const { incident } = await respond();
        assert.match(incident().actions[0]?.reason ?? "", /still opened by allow-dns, which select every pod/);
    });

    it("says that what would open something comes too late where the network engine denies", async () => {
        worldOf();
        world.denyingEngine = "cilium";
        allowDns();
        const { incident } = await respond();
        assert.match(
            incident().actions[0]?.reason ?? "",
            /denied by the policy responder-quarantine of cilium, which goes before allow-dns, which select every pod/,
        );
    });

    it("writes down what it would do while the mode is observe, and changes nothing", async () => {
        worldOf(policyOf({ mode: "observe" }));
        const { incident } = await respond();
        assert.deepEqual(statesOf(incident().actions), { isolate: "observed" });
        assert.ok(
            world.api.changes.every((line) => line.includes("SecurityIncident")),
            world.api.changes.join("\n"),
        );
    });

    it("proposes while the mode is propose, and acts once it is approved", async () => {
        worldOf(policyOf({ mode: "propose" }));
        const { responder, incident } = await respond();
        assert.deepEqual(statesOf(incident().actions), { isolate: "proposed" });
        world.decide(incident().name, { verdict: "approve", action: incident().actions[0]?.id, by: "alice" });
        await responder.tick();
        assert.deepEqual(statesOf(incident().actions), { isolate: "done" });
        assert.equal(incident().actions[0]?.approvedBy, "alice");
    });

    it("asks before what can't be undone, though the mode is act", async () => {
        worldOf(policyOf({ rules: [ruleOf("capture-evidence", "terminate")] }));
        const { incident } = await respond();
        assert.deepEqual(statesOf(incident().actions), { "capture-evidence": "done", terminate: "proposed" });
        const [evidence] = world.evidence.values();
        assert.equal(
            (JSON.parse(evidence ?? "") as { logs: object }).logs["main" as never],
            "last words of web-0/main\n",
        );
    });

    it("doesn't act on an old approval when a guard rail has stopped the action since", async () => {
        worldOf(policyOf({ mode: "propose" }));
        const { responder, incident } = await respond();
        world.decide(incident().name, { verdict: "approve", by: "alice" });
        world.policy = policyOf({ mode: "propose", killSwitch: true });
        await responder.tick();
        assert.deepEqual(statesOf(incident().actions), { isolate: "blocked" });
        world.policy = policyOf({ mode: "propose" });
        world.decide(incident().name, { verdict: "acknowledge", by: "bob" });
        await responder.tick();
        assert.deepEqual(statesOf(incident().actions), { isolate: "proposed" });
        assert.equal(incident().acknowledgedBy, "bob");
    });

    it("undoes an action that nobody confirms in time, and keeps one that is confirmed", async () => {
        worldOf(policyOf({}, { undoAfter: "1h" }));
        const { responder, incident } = await respond();
        world.decide(incident().name, { verdict: "confirm", by: "alice" });
        await responder.tick();
        world.now += 3_600_001;
        await responder.tick();
        assert.deepEqual(statesOf(incident().actions), { isolate: "done" });

        worldOf(policyOf({}, { undoAfter: "1h" }));
        const other = await respond();
        world.now += 3_600_001;
        await other.responder.tick();
        assert.deepEqual(statesOf(other.incident().actions), { isolate: "undone" });
    });

    it("puts a pod's events into one incident, and knows one that is sent again", async () => {
        worldOf();
        const event = eventOf();
        const { responder, incident } = await respond(event);
        await responder.record([event, eventOf(), eventOf({ claim: { namespace: "shop", pod: "web-1" } })]);
        assert.equal(responder.incidents().length, 1);
        assert.equal(incident().signals[0]?.count, 3);
        assert.deepEqual(
            incident().subjects.map(({ pod }) => pod),
            ["web-0", "web-1"],
        );
        assert.equal(incident().key, "workload Deployment shop/web");
    });

    it("does to each pod of an incident what its own events ask for, whatever others of its workload have shown", async () => {
        const counting = { ...ruleOf("isolate"), name: "again", match: { rules: ["Odd"], minimumCount: 2 } };
        worldOf(policyOf({ rules: [ruleOf("isolate"), counting] }));
        const odd = (pod: string) => eventOf({ rule: "Odd", severity: "low", claim: { namespace: "shop", pod } });
        const { responder, incident } = await respond(eventOf());
        const isolated = () =>
            incident()
                .actions.filter(({ state }) => state !== "undone")
                .map(({ target }) => target.pod);
        await responder.record([odd("web-1"), odd("web-2")]);
        await responder.tick();
        assert.equal(incident().subjects.length, 3);
        assert.deepEqual(isolated(), ["web-0"]);
        await responder.record([odd("web-2")]);
        await responder.tick();
        assert.deepEqual(isolated(), ["web-0", "web-2"]);
        // A rule that another pod meets already.
        const before = matchingRules(world.policy, incident());
        await responder.record([odd("web-1")]);
        assert.notEqual(matchingRules(world.policy, incident()), before);
        await responder.work();
        assert.deepEqual(isolated(), ["web-0", "web-2", "web-1"]);
    });

    it("knows what a pod has shown when it is looked up once more", async () => {
        worldOf();
        const { responder, incident } = await respond();
        world.api.fault = (call) => {
            if (call === "list ClusterSPIFFEID") {
                throw new ApiError("InternalError", 500, "not now");
            }
            return undefined;
        };
        await responder.record([eventOf({ rule: "Odd", severity: "low", claim: { namespace: "shop", pod: "web-1" } })]);
        assert.notDeepEqual(incident().subjects[1]?.unresolved, []);
        world.api.fault = () => undefined;
        await responder.work();
        assert.deepEqual(incident().subjects[1]?.unresolved, []);
        assert.deepEqual(
            incident().actions.map(({ target }) => target.pod),
            ["web-0"],
        );
    });

    it("keeps to the namespaces that a rule names", async () => {
        for (const [namespaces, states] of [
            [["till"], {}],
            [["till", "shop"], { isolate: "done" }],
        ] as const) {
            worldOf(policyOf({ rules: [{ ...ruleOf("isolate"), match: { namespaces } }] }));
            const { incident } = await respond();
            assert.deepEqual(statesOf(incident().actions), states);
        }
    });

    it("takes every signal for one of a subject's that was recorded before events were counted for each", async () => {
        worldOf();
        const { incident } = await respond();
        const [signal] = incident().signals;
        const [subject] = incident().subjects;
        const [rule] = world.policy.rules;
        assert.ok(signal && subject && rule);
        const matches = (seen?: Readonly<Record<string, number>>): boolean =>
            ruleMatches(rule, incident(), signal, { ...subject, seen });
        assert.deepEqual(subject.seen, { "falco Shell started in a guarded container": 1 });
        assert.deepEqual([matches(subject.seen), matches({ "falco Other": 1 }), matches()], [true, false, true]);
    });

    it("does nothing to a pod that the API server doesn't know, and says why", async () => {
        worldOf();
        const { incident } = await respond({ claim: { namespace: "shop", pod: "invented" } });
        assert.deepEqual(incident().subjects[0]?.unresolved, ["pod shop/invented is not there any more"]);
        assert.equal(incident().actions[0]?.guard, "resolved-target");
    });

    it("leaves a pod alone that has come since under the same name, though what it knew of the one before was not all", async () => {
        worldOf();
        world.api.fault = (call) => {
            if (call === "list ClusterSPIFFEID") {
                throw new ApiError("InternalError", 500, "not now");
            }
            return undefined;
        };
        const responder = await world.start();
        await responder.record([eventOf()]);
        const { metadata, ...pod } = world.api.objects.get(POD) ?? assert.fail();
        await world.api.delete({ kind: "Pod", namespace: "shop", name: metadata.name }, {});
        const { uid } = world.api.put({ ...pod, metadata: { ...metadata, uid: undefined } }).metadata;
        world.api.fault = () => undefined;
        await responder.work();
        assert.notEqual(uid, metadata.uid);
        assert.deepEqual(world.api.objects.get(POD)?.metadata.labels, { app: "web" });
        const [incident] = responder.incidents();
        assert.equal(incident?.subjects[0]?.uid, metadata.uid);
        assert.equal(incident?.actions[0]?.reason, "the pod is gone: nothing is left to isolate");
    });

    it("saves an event that came while the API server was away when it comes again", async () => {
        worldOf();
        const responder = await world.start();
        const event = eventOf();
        world.api.fault = (call) => {
            if (call.includes("SecurityIncident")) {
                throw new ApiError("ServiceUnavailable", 503, "the API server is away");
            }
            return undefined;
        };
        await assert.rejects(responder.record([event]));
        world.api.fault = () => undefined;
        await responder.record([event]);
        assert.equal(world.api.all("SecurityIncident").length, 1);
        assert.equal((await world.start()).incidents()[0]?.signals[0]?.count, 1);
    });

    it("gives way to another writer of an incident", async () => {
        worldOf();
        const { responder } = await respond();
        const other = await world.start();
        await other.record([eventOf()]);
        await assert.rejects(responder.record([eventOf()]), { name: "LeadershipLostError" });
    });

    it("says what is left undone for a pod that is gone", async () => {
        worldOf(policyOf({ mode: "propose" }));
        const { responder, incident } = await respond();
        world.api.objects.delete(POD);
        world.decide(incident().name, { verdict: "approve", by: "alice" });
        await responder.tick();
        assert.equal(incident().actions[0]?.reason, "the pod is gone: nothing is left to isolate");
    });

    it("fails at once where the API server forbids an action, and after three tries where it fails", async () => {
        worldOf();
        world.api.fault = (call) => {
            if (call.startsWith("patch Pod")) {
                throw new ApiError("Forbidden", 403, "admission said no");
            }
            return undefined;
        };
        const { incident } = await respond();
        assert.deepEqual(
            [incident().actions[0]?.state, incident().actions[0]?.reason],
            ["failed", "admission said no"],
        );

        worldOf();
        let tries = 0;
        world.api.fault = (call) => {
            if (call.startsWith("patch Pod")) {
                tries++;
                throw new ApiError("InternalError", 500, "etcd is away");
            }
            return undefined;
        };
        const second = await respond();
        await second.responder.tick();
        await second.responder.tick();
        assert.deepEqual([second.incident().actions[0]?.state, tries], ["failed", 3]);
    });

    it("rolls back a Deployment once approved, and forward again when that is undone", async () => {
        worldOf(policyOf({ rules: [ruleOf("rollback", "restart", "cordon", "rotate-secret", "notify")] }));
        const deployment = keyOf({ kind: "Deployment", namespace: "shop", name: "web" });
        const set = keyOf({ kind: "ReplicaSet", namespace: "shop", name: "web-1" });
        const at = "deployment.kubernetes.io/revision";
        for (const [key, revision, image] of [
            [set, "1", "web:1"],
            [deployment, "2", "web:2"],
        ] as const) {
            const object = world.api.objects.get(key) ?? assert.fail(key);
            world.api.put({
                ...object,
                metadata: { ...object.metadata, annotations: { [at]: revision } },
                spec: {
                    ...object.spec,
                    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image }] } },
                },
            });
        }
        world.api.put({
            apiVersion: "external-secrets.io/v1",
            kind: "ExternalSecret",
            metadata: { name: "tls", namespace: "shop" },
        });
        const { responder, incident } = await respond();
        assert.deepEqual(statesOf(incident().actions), {
            rollback: "proposed",
            restart: "proposed",
            cordon: "done",
            "rotate-secret": "done",
            notify: "done",
        });
        const image = (): string => /web:\d/.exec(JSON.stringify(world.api.objects.get(deployment)))?.[0] ?? "";
        world.decide(incident().name, { verdict: "approve", action: incident().actions[0]?.id, by: "alice" });
        await responder.tick();
        assert.equal(image(), "web:1");
        assert.equal(world.api.objects.get("Node node-0")?.spec?.["unschedulable"], true);
        world.decide(incident().name, { verdict: "undo", by: "alice" });
        await responder.tick();
        assert.equal(image(), "web:2");
        assert.deepEqual(world.api.objects.get("Node node-0")?.spec, {});
        assert.deepEqual(
            world.api.all("Event").map(({ reason }) => reason),
            ["SecurityIncident"],
        );
    });

    it("deletes evidence that is older than the retention, and looks for it once an hour", async () => {
        worldOf();
        const { responder } = await respond();
        const begun = world.now;
        for (const minutes of [0, 30, 59, 61]) {
            world.now = begun + minutes * 60_000;
            await responder.tick();
        }
        const { retention } = world.policy;
        assert.deepEqual(world.expired, [begun - retention, begun + 61 * 60_000 - retention]);
    });

    it("forgets incidents that are over after the retention, and none in which something is still in force", async () => {
        worldOf(policyOf({ retention: "1d" }));
        const { responder, incident } = await respond();
        world.decide(incident().name, { verdict: "confirm", by: "alice" });
        world.now += 2 * 86_400_000;
        await responder.tick();
        assert.equal(responder.incidents().length, 1);
        world.decide(incident().name, { verdict: "undo", by: "alice" });
        await responder.tick();
        await responder.tick();
        assert.equal(responder.incidents().length, 0);
        assert.deepEqual(world.api.all("SecurityIncident"), []);
    });
});
