import assert from "node:assert/strict";

import { LABELS_ANNOTATION, QUARANTINE_LABEL } from "../../../responder/src/execute/actions/isolate.js";
import type { SecurityEvent } from "../../../responder/src/model.js";
import type { Responder } from "../../../responder/src/responder.js";
import type { KubernetesObject } from "../harness/kubectl";
import { answering, GuardedShop } from "../support/guarded-shop";
import { meddledWith, type ResponderInProcess } from "../support/responder-in-process";
import { describeOnCluster } from "../support/shared";
import { until } from "../support/until";

describeOnCluster("The responder's steps on an API server where things go wrong", "control-plane", (cluster) => {
    let shop: GuardedShop;
    let world: ResponderInProcess;

    before(async function () {
        this.timeout(300_000);
        shop = await GuardedShop.on(cluster(), "responder-faults");
        world = shop.responder;
    });

    after(async function () {
        this.timeout(120_000);
        await (shop as GuardedShop | undefined)?.remove();
    });

    const isCordoned = async (name: unknown): Promise<boolean> =>
        ((await cluster().kubectl.get("node", String(name)))?.["spec"] as { unschedulable?: boolean }).unschedulable ===
        true;

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
            assert.deepEqual(await shop.states(event), {
                "capture-evidence": "done",
                notify: "done",
                isolate: "done",
                cordon: "done",
            });
            const { name } = (await world.saved(event)) ?? assert.fail();
            assert.deepEqual((await shop.pod(target.metadata.name))?.metadata.labels, { [QUARANTINE_LABEL]: name });
            assert.ok(await isCordoned(node()));
            const told = (await cluster().kubectl.list("events", shop.own)).filter(
                ({ metadata }) => metadata.name === `${name}.notify`,
            );
            assert.equal(told.length, 1);
        };
        const undo = async (responder: Responder): Promise<void> => responder.tick();
        const undone = async (): Promise<void> => {
            const { isolate, cordon } = await shop.states(event);
            assert.deepEqual([isolate, cordon], ["undone", "undone"]);
            const back = await shop.pod(target.metadata.name);
            // Its controller has it again, and may end it, since it has been replaced.
            if (back !== undefined && back.metadata.deletionTimestamp === undefined) {
                assert.deepEqual(back.metadata.labels, target.metadata.labels);
                assert.equal(back.metadata.annotations?.[LABELS_ANNOTATION], undefined);
            }
            assert.equal(await shop.quarantine(), undefined);
            assert.ok(!(await isCordoned(node())));
        };
        const fresh = async (): Promise<void> => {
            target = await shop.readyPod();
            event = shop.event("Shell", target.metadata.name);
        };
        const calls = await dyingEverywhere(
            (responder) => answering(event)(responder),
            async () => {
                await contained();
                world.later();
                await world.live(world.api, undo);
                await undone();
            },
            fresh,
        );
        assert.ok(calls > 20, `${calls} calls`);
        const callsBack = await dyingEverywhere(undo, undone, async () => {
            await fresh();
            await world.live(world.api, answering(event));
            world.later();
        });
        assert.ok(callsBack > 10, `${callsBack} calls`);
    });

    it("rolls back and restarts once, wherever the process dies in the midst of it", async function () {
        this.timeout(300_000);
        let event: SecurityEvent;
        const template = async () =>
            (
                (await cluster().kubectl.get("deployment", "till", shop.namespace))?.["spec"] as {
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
                (
                    (await cluster().kubectl.get("deployment", "till", shop.namespace))?.metadata as {
                        generation?: number;
                    }
                ).generation,
            );
        let before = 0;
        let good = "";
        await dyingEverywhere(
            (responder) => answering(event)(responder),
            async () => {
                assert.deepEqual(await shop.states(event), { rollback: "done", restart: "done" });
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
                await shop.deploy(`till:bad-${++version}`);
                before = await generation();
                event = shop.event("Drift", (await shop.readyPod()).metadata.name);
            },
        );
    });

    it("refuses to take a rollback back over what somebody has changed since", async () => {
        await shop.deploy("till:worse");
        const event = shop.event("Drift", (await shop.readyPod()).metadata.name);
        await world.live(world.api, answering(event));
        await shop.deploy("till:fixed");
        await shop.takeBack();
        assert.equal((await shop.states(event)).rollback, "undo-failed");
        assert.equal(await shop.reason(event, "rollback"), "somebody has changed the workload since");
    });

    it("hears of a decision by its watch, also after the watch was lost, and of nothing that is written into the status", async function () {
        this.timeout(300_000);
        const { name: target } = (await shop.readyPod()).metadata;
        const event = shop.event("Other", target);
        await world.live(world.api, answering(event));
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
            await shop.decide(name, "acknowledge");
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
            await shop.decide(name, "undo");
            await until("it has heard of the other decision", () => Promise.resolve(notices === 2));
            assert.equal((await store.decisions()).get(name)?.length, 2);
        } finally {
            end.abort();
            await following;
        }
    });
});
