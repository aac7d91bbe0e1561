import assert from "node:assert/strict";

import { QUARANTINE_LABEL } from "../../../responder/src/execute/actions/isolate.js";
import { answering, GuardedShop } from "../support/guarded-shop";
import { meddledWith, type Call, type ResponderInProcess } from "../support/responder-in-process";
import { describeOnCluster } from "../support/shared";

const MARK = "tests.x0tta6bl4.io/mark";
const POD_CALL: Call = "patch Pod ";

describeOnCluster("The responder's steps on objects that others change and delete", "control-plane", (cluster) => {
    let shop: GuardedShop;
    let world: ResponderInProcess;

    before(async function () {
        this.timeout(300_000);
        shop = await GuardedShop.on(cluster(), "responder-conflicts");
        world = shop.responder;
    });

    after(async function () {
        this.timeout(120_000);
        await (shop as GuardedShop | undefined)?.remove();
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
            const target = await shop.readyPod();
            const { name } = target.metadata;
            const { nodeName } = target["spec"] as { nodeName: string };
            const event = shop.event("Shell", name);
            const onPod = contended(POD_CALL, "pod", name, 3, ["-n", shop.namespace]);
            const onNode = contended("patch Node ", "node", nodeName, 3);
            const api = meddledWith(world.api, async (call) => {
                await onPod(call);
                await onNode(call);
                return undefined;
            });
            await world.live(api, answering(event));
            const { isolate, cordon } = await shop.states(event);
            assert.deepEqual([isolate, cordon], ["done", "done"]);
            assert.match((await shop.pod(name))?.metadata.annotations?.[MARK] ?? "", /^\d+$/);
            assert.deepEqual(Object.keys((await shop.pod(name))?.metadata.labels ?? {}), [QUARANTINE_LABEL]);
            await shop.takeBack(meddledWith(world.api, contended(POD_CALL, "pod", name, 3, ["-n", shop.namespace])));
            assert.equal((await shop.states(event)).isolate, "undone");
            await cluster().kubectl.run(["annotate", "node", nodeName, `${MARK}-`]);
        });

        it("gives an action up after so many conflicts, says so, and can still take it back", async () => {
            const { name } = (await shop.readyPod()).metadata;
            const event = shop.event("Stubborn", name);
            const api = meddledWith(world.api, contended(POD_CALL, "pod", name, Infinity, ["-n", shop.namespace]));
            await world.live(api, answering(event));
            for (let again = 0; again < 3; again++) {
                await world.live(api, (responder) => responder.tick());
            }
            assert.equal((await shop.states(event)).isolate, "failed");
            assert.match(await shop.reason(event, "isolate"), /the object has been modified/);
            assert.equal((await shop.pod(name))?.metadata.labels?.["app"], "till");
            await shop.takeBack();
            assert.equal((await shop.states(event)).isolate, "undone");
            assert.equal(await shop.quarantine(), undefined);
        });

        it("gives way to another responder that has saved the incident meanwhile", async () => {
            const event = shop.event("Shell", (await shop.readyPod()).metadata.name);
            const first = await world.start();
            await first.record([event]);
            const second = await world.start();
            await second.record([{ ...event, id: `${event.id} once more`, rule: "Other" }]);
            await assert.rejects(first.work(), { name: "LeadershipLostError" });
            // Whoever leads next carries it out; what it cordons is given back before the next test counts nodes.
            await world.live(world.api, (responder) => responder.tick());
            await shop.takeBack();
        });

        it("takes a decision that comes between two saves", async () => {
            const event = shop.event("Shell", (await shop.readyPod()).metadata.name);
            let decided = false;
            const api = meddledWith(world.api, async (call) => {
                if (!decided && call.startsWith("patch Pod ")) {
                    decided = true;
                    const { name } = (await world.saved(event)) ?? assert.fail();
                    await shop.decide(name, "acknowledge");
                }
                return undefined;
            });
            await world.live(api, async (responder) => {
                await answering(event)(responder);
                await responder.tick();
            });
            assert.equal((await shop.states(event)).cordon, "done");
            assert.notEqual((await world.saved(event))?.acknowledgedBy, undefined);
            await shop.takeBack();
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
                    await cluster().kubectl.run(["delete", "pod", name, "-n", shop.namespace, ...DELETE]);
                }
                return undefined;
            });
        }

        it("says that nothing is left to isolate, before it has looked, before it writes and before it takes it back", async () => {
            for (const call of ["create NetworkPolicy ", POD_CALL] as const) {
                const { name } = (await shop.readyPod()).metadata;
                const event = shop.event("Gone", name);
                await world.live(going(name, call), answering(event));
                assert.equal(await shop.reason(event, "isolate"), "the pod is gone: nothing is left to isolate", call);
                assert.equal((await shop.states(event)).terminate, "done", call);
            }
            const { name } = (await shop.readyPod()).metadata;
            const event = shop.event("Shell", name);
            await world.live(world.api, answering(event));
            await shop.takeBack(going(name, "get Pod "));
            assert.equal(
                await shop.reason(event, "isolate"),
                "the pod is gone: nothing is left to bring back (nobody has confirmed it in time)",
            );
        });

        it("leaves another pod of the same name alone", async () => {
            const { metadata } = await shop.readyPod();
            const event = shop.event("Gone", metadata.name);
            const responder = await world.start();
            await responder.record([event]);
            await cluster().kubectl.run(["delete", "pod", metadata.name, "-n", shop.namespace, ...DELETE]);
            const twin = {
                apiVersion: "v1",
                kind: "Pod",
                metadata: { name: metadata.name, namespace: shop.namespace, labels: { app: "other" } },
                spec: { containers: [{ name: "main", image: "till:1" }] },
            };
            await cluster().kubectl.run(["create", "-f", "-"], { input: JSON.stringify(twin) });
            await responder.work();
            const { labels } = (await shop.pod(metadata.name))?.metadata ?? assert.fail();
            assert.deepEqual([labels?.["app"], labels?.[QUARANTINE_LABEL]], ["other", undefined]);
            assert.equal(await shop.reason(event, "isolate"), "the pod is gone: nothing is left to isolate");
            await cluster().kubectl.run(["delete", "pod", metadata.name, "-n", shop.namespace, ...DELETE]);
        });
    });
});
