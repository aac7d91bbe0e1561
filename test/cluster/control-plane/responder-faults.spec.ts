import assert from "node:assert/strict";

import {
    LABELS_ANNOTATION,
    QUARANTINE_LABEL,
    QUARANTINE_POLICY,
} from "../../../responder/src/execute/actions/isolate.js";
import type { ActionType, SecurityEvent } from "../../../responder/src/model.js";
import type { Responder } from "../../../responder/src/responder.js";
import type { KubernetesObject } from "../harness/kubectl";
import { meddledWith, ResponderInProcess, type Call } from "../support/responder-in-process";
import { describeOnCluster } from "../support/shared";
import { until } from "../support/until";

const OWN = "responder-faults";
const SHOP = "responder-faults-shop";
const LABELS = { app: "till" };
const REPLICAS = 8;
const MARK = "tests.x0tta6bl4.io/mark";

const POLICY = `apiVersion: responder.x0tta6bl4.io/v1alpha1
kind: ResponsePolicy
mode: act
guards:
  workloadFraction: 1
  nodeFraction: 1
  coolDown: 1s
  actionsPerHour: 1000
  destructive: working-hours
  workingHours: { days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "23:59", timeZone: UTC }
rules:
  - name: shell
    explanation: Nobody needs a shell in there.
    match: { rules: [Shell] }
    actions: [{ type: capture-evidence }, { type: notify }, { type: isolate }, { type: cordon }]
  - name: drift
    explanation: The image is not what runs there any more.
    match: { rules: [Drift] }
    actions: [{ type: rollback }, { type: restart }]
  - name: stubborn
    explanation: Somebody else writes the same pod all the time.
    match: { rules: [Stubborn] }
    actions: [{ type: isolate }]
  - name: gone
    explanation: The pod has to go.
    match: { rules: [Gone] }
    actions: [{ type: capture-evidence }, { type: isolate }, { type: terminate }]
`;

const DEPLOYMENT: KubernetesObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "till", namespace: SHOP },
    spec: {
        replicas: REPLICAS,
        selector: { matchLabels: LABELS },
        template: { metadata: { labels: LABELS }, spec: { containers: [{ name: "main", image: "till:1" }] } },
    },
};

const POD_CALL: Call = "patch Pod ";

describeOnCluster("The responder's steps on an API server where things go wrong", "control-plane", (cluster) => {
    let world: ResponderInProcess;

    before(async function () {
        this.timeout(300_000);
        world = await ResponderInProcess.on(cluster(), OWN, POLICY);
        await cluster().kubectl.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: SHOP } }, DEPLOYMENT]);
    });

    after(async function () {
        this.timeout(120_000);
        (world as typeof world | undefined)?.api.close();
        await cluster().kubectl.try(["uncordon", "--all"]);
        await cluster().kubectl.try(["delete", "namespace", OWN, SHOP, "--wait=false"]);
    });

    /** A pod of the Deployment that is ready, once all of them are. */
    async function readyPod(): Promise<KubernetesObject> {
        let ready: readonly KubernetesObject[] = [];
        await until("every replica is ready", async () => {
            ready = (await cluster().kubectl.list("pods", SHOP, ["-l", "app=till"])).filter(
                ({ metadata, status }) =>
                    metadata.deletionTimestamp === undefined && JSON.stringify(status).includes('"Running"'),
            );
            return ready.length === REPLICAS || `${ready.length} are`;
        });
        return ready[0] ?? assert.fail();
    }

    const pod = (name: string): Promise<KubernetesObject | undefined> => cluster().kubectl.get("pod", name, SHOP);

    const policy = (): Promise<KubernetesObject | undefined> =>
        cluster().kubectl.get("networkpolicy", QUARANTINE_POLICY, SHOP);

    const isCordoned = async (name: unknown): Promise<boolean> =>
        ((await cluster().kubectl.get("node", String(name)))?.["spec"] as { unschedulable?: boolean }).unschedulable ===
        true;

    const run =
        (event: SecurityEvent) =>
        async (responder: Responder): Promise<void> => {
            // Whoever wasn't told that it is recorded sends it again.
            await responder.record([event]);
            await responder.work();
        };

    const states = async (event: SecurityEvent): Promise<Readonly<Partial<Record<ActionType, string>>>> =>
        Object.fromEntries((await world.saved(event))?.actions.map(({ type, state }) => [type, state]) ?? []);

    const reason = async (event: SecurityEvent, wanted: ActionType): Promise<string> =>
        (await world.saved(event))?.actions.find(({ type }) => type === wanted)?.reason ?? assert.fail(wanted);

    /**
     * The process dies at one of its calls in three, now before it has gone out, now after; another one takes over and ends what it began.
     * That every call is survived is a property test's, in memory.
     */
    async function dyingEverywhere(
        what: (responder: Responder) => Promise<void>,
        ended: () => Promise<void>,
        prepare: () => Promise<void>,
    ): Promise<number> {
        for (let deadly = 0; ; deadly += 3) {
            await prepare();
            const end = deadly % 2 === 0 ? "after" : "before";
            const died = await world.live(
                meddledWith(world.api, (_, index) => (index === deadly ? end : undefined)),
                what,
            );
            await world.live(world.api, what);
            await ended();
            if (!died) {
                return deadly;
            }
        }
    }

    it("contains an incident, and takes all of it back, wherever the process dies", async function () {
        this.timeout(300_000);
        let event: SecurityEvent;
        let target: KubernetesObject;
        const node = (): unknown => (target["spec"] as { nodeName: string }).nodeName;
        const contained = async (): Promise<void> => {
            assert.deepEqual(await states(event), {
                "capture-evidence": "done",
                notify: "done",
                isolate: "done",
                cordon: "done",
            });
            const { name } = (await world.saved(event)) ?? assert.fail();
            assert.deepEqual((await pod(target.metadata.name))?.metadata.labels, { [QUARANTINE_LABEL]: name });
            assert.ok(await isCordoned(node()));
            const told = (await cluster().kubectl.list("events", OWN)).filter(
                ({ metadata }) => metadata.name === `${name}.notify`,
            );
            assert.equal(told.length, 1);
        };
        const undo = async (responder: Responder): Promise<void> => responder.tick();
        const undone = async (): Promise<void> => {
            const { isolate, cordon } = await states(event);
            assert.deepEqual([isolate, cordon], ["undone", "undone"]);
            const back = await pod(target.metadata.name);
            // Its controller has it again, and may end it, since it has been replaced.
            if (back !== undefined && back.metadata.deletionTimestamp === undefined) {
                assert.deepEqual(back.metadata.labels, target.metadata.labels);
                assert.equal(back.metadata.annotations?.[LABELS_ANNOTATION], undefined);
            }
            assert.equal(await policy(), undefined);
            assert.ok(!(await isCordoned(node())));
        };
        const fresh = async (): Promise<void> => {
            target = await readyPod();
            event = world.event("Shell", SHOP, target.metadata.name);
        };
        const later = (): void => {
            world.now += 5 * 3_600_000;
        };
        const calls = await dyingEverywhere(
            (responder) => run(event)(responder),
            async () => {
                await contained();
                later();
                await world.live(world.api, undo);
                await undone();
            },
            fresh,
        );
        assert.ok(calls > 20, `${calls} calls`);
        const callsBack = await dyingEverywhere(undo, undone, async () => {
            await fresh();
            await world.live(world.api, run(event));
            later();
        });
        assert.ok(callsBack > 10, `${callsBack} calls`);
    });

    it("rolls back and restarts once, wherever the process dies in the midst of it", async function () {
        this.timeout(300_000);
        let event: SecurityEvent;
        const template = async () =>
            (
                (await cluster().kubectl.get("deployment", "till", SHOP))?.["spec"] as {
                    template: {
                        metadata: { annotations?: Record<string, string> };
                        spec: { containers: { image: string }[] };
                    };
                }
            ).template;
        const image = async (): Promise<string> => (await template()).spec.containers[0]?.image ?? "";
        let version = 1;
        const generation = async (): Promise<number> =>
            Number(
                ((await cluster().kubectl.get("deployment", "till", SHOP))?.metadata as { generation?: number })
                    .generation,
            );
        let before = 0;
        let good = "";
        await dyingEverywhere(
            (responder) => run(event)(responder),
            async () => {
                assert.deepEqual(await states(event), { rollback: "done", restart: "done" });
                assert.equal(await image(), good);
                assert.match(
                    (await template()).metadata.annotations?.["kubectl.kubernetes.io/restartedAt"] ?? "",
                    /^\d/,
                );
                // One change each: what had been done before the process died wasn't done again.
                assert.equal(await generation(), before + 2);
            },
            async () => {
                good = await image();
                const next = `till:bad-${++version}`;
                await cluster().kubectl.run(["set", "image", "deployment/till", `main=${next}`, "-n", SHOP]);
                await cluster().kubectl.run(["rollout", "status", "deployment/till", "-n", SHOP, "--timeout=60s"]);
                before = await generation();
                event = world.event("Drift", SHOP, (await readyPod()).metadata.name);
            },
        );
    });

    it("refuses to take a rollback back over what somebody has changed since", async () => {
        await cluster().kubectl.run(["set", "image", "deployment/till", "main=till:worse", "-n", SHOP]);
        await cluster().kubectl.run(["rollout", "status", "deployment/till", "-n", SHOP, "--timeout=60s"]);
        const event = world.event("Drift", SHOP, (await readyPod()).metadata.name);
        await world.live(world.api, run(event));
        await cluster().kubectl.run(["set", "image", "deployment/till", "main=till:fixed", "-n", SHOP]);
        world.now += 5 * 3_600_000;
        await world.live(world.api, (responder) => responder.tick());
        assert.equal((await states(event)).rollback, "undo-failed");
        assert.equal(await reason(event, "rollback"), "somebody has changed the workload since");
    });

    describe("with somebody else who changes the same objects", () => {
        let changes = 0;

        /** Changes an object before each of the first writes to it. */
        const contended =
            (call: Call, kind: string, name: string, times: number, namespace: readonly string[] = []) =>
            async (made: Call): Promise<undefined> => {
                if (made.startsWith(call) && times-- > 0) {
                    changes++;
                    await cluster().kubectl.run([
                        ...["annotate", "--overwrite", kind, name, ...namespace],
                        `${MARK}=${changes}`,
                    ]);
                }
            };

        it("takes the pod and the node as they are now, and leaves the other's change in place", async () => {
            const target = await readyPod();
            const { name } = target.metadata;
            const { nodeName } = target["spec"] as { nodeName: string };
            const event = world.event("Shell", SHOP, name);
            const onPod = contended(POD_CALL, "pod", name, 3, ["-n", SHOP]);
            const onNode = contended("patch Node ", "node", nodeName, 3);
            const api = meddledWith(world.api, async (call) => {
                await onPod(call);
                await onNode(call);
                return undefined;
            });
            await world.live(api, run(event));
            const { isolate, cordon } = await states(event);
            assert.deepEqual([isolate, cordon], ["done", "done"]);
            assert.match((await pod(name))?.metadata.annotations?.[MARK] ?? "", /^\d+$/);
            assert.deepEqual(Object.keys((await pod(name))?.metadata.labels ?? {}), [QUARANTINE_LABEL]);
            world.now += 5 * 3_600_000;
            await world.live(meddledWith(world.api, contended(POD_CALL, "pod", name, 3, ["-n", SHOP])), (responder) =>
                responder.tick(),
            );
            assert.equal((await states(event)).isolate, "undone");
            await cluster().kubectl.run(["annotate", "node", nodeName, `${MARK}-`]);
        });

        it("gives an action up after so many conflicts, says so, and can still take it back", async () => {
            const { name } = (await readyPod()).metadata;
            const event = world.event("Stubborn", SHOP, name);
            const api = meddledWith(world.api, contended(POD_CALL, "pod", name, Infinity, ["-n", SHOP]));
            await world.live(api, run(event));
            for (let again = 0; again < 3; again++) {
                await world.live(api, (responder) => responder.tick());
            }
            assert.equal((await states(event)).isolate, "failed");
            assert.match(await reason(event, "isolate"), /the object has been modified/);
            assert.equal((await pod(name))?.metadata.labels?.["app"], "till");
            world.now += 5 * 3_600_000;
            await world.live(world.api, (responder) => responder.tick());
            assert.equal((await states(event)).isolate, "undone");
            assert.equal(await policy(), undefined);
        });

        it("gives way to another responder that has saved the incident meanwhile", async () => {
            const event = world.event("Shell", SHOP, (await readyPod()).metadata.name);
            const first = await world.start();
            await first.record([event]);
            const second = await world.start();
            await second.record([{ ...event, id: `${event.id} once more`, rule: "Other" }]);
            await assert.rejects(first.work(), { name: "LeadershipLostError" });
            // Whoever leads next carries it out; what it cordons is given back before the next test counts nodes.
            await world.live(world.api, (responder) => responder.tick());
            world.now += 5 * 3_600_000;
            await world.live(world.api, (responder) => responder.tick());
        });

        it("takes a decision that comes between two saves", async () => {
            const event = world.event("Shell", SHOP, (await readyPod()).metadata.name);
            let decided = false;
            const api = meddledWith(world.api, async (call) => {
                if (!decided && call.startsWith("patch Pod ")) {
                    decided = true;
                    const { name } = (await world.saved(event)) ?? assert.fail();
                    await decide(name, "acknowledge");
                }
                return undefined;
            });
            await world.live(api, async (responder) => {
                await run(event)(responder);
                await responder.tick();
            });
            assert.equal((await states(event)).cordon, "done");
            assert.notEqual((await world.saved(event))?.acknowledgedBy, undefined);
            world.now += 5 * 3_600_000;
            await world.live(world.api, (responder) => responder.tick());
        });
    });

    describe("with a pod that goes", () => {
        const DELETE = ["--grace-period=0", "--force", "--wait=true"];

        /** Deletes the pod before the first call of its kind. */
        function going(name: string, call: Call): ReturnType<typeof meddledWith> {
            let gone = false;
            return meddledWith(world.api, async (made) => {
                if (!gone && made.startsWith(call)) {
                    gone = true;
                    await cluster().kubectl.run(["delete", "pod", name, "-n", SHOP, ...DELETE]);
                }
                return undefined;
            });
        }

        it("says that nothing is left to isolate, before it has looked, before it writes and before it takes it back", async () => {
            for (const call of ["create NetworkPolicy ", POD_CALL] as const) {
                const { name } = (await readyPod()).metadata;
                const event = world.event("Gone", SHOP, name);
                await world.live(going(name, call), run(event));
                assert.equal(await reason(event, "isolate"), "the pod is gone: nothing is left to isolate", call);
                assert.equal((await states(event)).terminate, "done", call);
            }
            const { name } = (await readyPod()).metadata;
            const event = world.event("Shell", SHOP, name);
            await world.live(world.api, run(event));
            world.now += 5 * 3_600_000;
            await world.live(going(name, "get Pod "), (responder) => responder.tick());
            assert.equal(
                await reason(event, "isolate"),
                "the pod is gone: nothing is left to bring back (nobody has confirmed it in time)",
            );
        });

        it("leaves another pod of the same name alone", async () => {
            const { metadata } = await readyPod();
            const event = world.event("Gone", SHOP, metadata.name);
            const responder = await world.start();
            await responder.record([event]);
            await cluster().kubectl.run(["delete", "pod", metadata.name, "-n", SHOP, ...DELETE]);
            const twin = {
                apiVersion: "v1",
                kind: "Pod",
                metadata: { name: metadata.name, namespace: SHOP, labels: { app: "other" } },
                spec: { containers: [{ name: "main", image: "till:1" }] },
            };
            await cluster().kubectl.run(["create", "-f", "-"], { input: JSON.stringify(twin) });
            await responder.work();
            const { labels } = (await pod(metadata.name))?.metadata ?? assert.fail();
            assert.deepEqual([labels?.["app"], labels?.[QUARANTINE_LABEL]], ["other", undefined]);
            assert.equal(await reason(event, "isolate"), "the pod is gone: nothing is left to isolate");
            await cluster().kubectl.run(["delete", "pod", metadata.name, "-n", SHOP, ...DELETE]);
        });
    });

    it("hears of a decision by its watch, also after the watch was lost, and of nothing that is written into the status", async function () {
        this.timeout(300_000);
        const { name: target } = (await readyPod()).metadata;
        const event = world.event("Other", SHOP, target);
        await world.live(world.api, run(event));
        const { name } = (await world.saved(event)) ?? assert.fail();
        const calls: string[] = [];
        const store = world.store(
            meddledWith(world.api, (call) => {
                calls.push(call);
                return undefined;
            }),
        );
        await store.load();
        const end = new AbortController();
        const failures: unknown[] = [];
        let notices = 0;
        const following = store.follow(
            end.signal,
            () => {
                notices++;
            },
            (error) => failures.push(error),
        );
        const watching = async (): Promise<void> => {
            await until("it watches", () => Promise.resolve(calls.at(-1) === "watchMetadata SecurityIncident"));
            calls.length = 0;
        };
        try {
            await watching();
            const again = { ...event, id: `${event.id} once more` };
            await world.live(world.api, (responder) => responder.record([again]));
            assert.equal((await world.saved(again))?.signals[0]?.count, 2);
            await decide(name, "acknowledge");
            await until("it has heard of the decision", () => Promise.resolve(notices === 1));
            assert.deepEqual(
                (await store.decisions()).get(name)?.map(({ verdict }) => verdict),
                ["acknowledge"],
            );
            assert.deepEqual(calls, [`get SecurityIncident ${name}`]);

            calls.length = 0;
            await cluster().component("kube-apiserver").stop("SIGKILL");
            await until("it knows that the watch is lost", () => Promise.resolve(failures.length > 0));
            await cluster().restart("kube-apiserver");
            await watching();
            await decide(name, "undo");
            await until("it has heard of the other decision", () => Promise.resolve(notices === 2));
            assert.equal((await store.decisions()).get(name)?.length, 2);
        } finally {
            end.abort();
            await following;
        }
    });

    /** Adds a decision of the test's own user. */
    async function decide(incident: string, verdict: string): Promise<void> {
        const { spec } = (await cluster().kubectl.get("securityincident", incident, OWN)) ?? assert.fail(incident);
        const before = (spec as { decisions?: readonly unknown[] }).decisions ?? [];
        const by = await cluster().kubectl.run(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]);
        const decisions = [...before, { id: before.length, verdict, by }];
        await cluster().kubectl.run([
            ...["patch", "securityincident", incident, "-n", OWN, "--type=merge", "-p"],
            JSON.stringify({ spec: { decisions } }),
        ]);
    }
});
