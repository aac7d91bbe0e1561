import assert from "node:assert/strict";
import { describeOnCluster } from "../support/shared";
import { desiredState, inventory } from "../support/inventory";
import {
    applyInOrder,
    describeObject,
    installMissingDefinitions,
    removeInOrder,
    renderStack,
    rolledOut,
    STACKS,
    type RenderedStack,
} from "../support/stack";

const WORKLOADS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

for (const stack of STACKS) {
    describeOnCluster(`the ${stack} stack on a real API server`, "control-plane", (cluster) => {
        let rendered: RenderedStack;
        let untouched: string[];

        before(async function () {
            this.timeout(300_000);
            rendered = await renderStack(stack);
            const { unavailable } = await installMissingDefinitions(cluster(), rendered.objects);
            assert.deepEqual(
                unavailable.map(describeObject),
                [],
                "objects whose definition is neither rendered nor to be had as a Go module",
            );
            untouched = await inventory(cluster());
        });

        it("is accepted object by object, with strict field validation", async () => {
            const outcome = await applyInOrder(cluster(), rendered.objects);
            assert.equal(outcome.code, 0, outcome.stderr);
            assert.equal(outcome.stderr, "");
        });

        it("brings every workload up on fake nodes", async () => {
            for (const workload of rendered.objects.filter(({ kind }) => WORKLOADS.has(kind))) {
                await rolledOut(cluster(), workload, 60);
            }
        });

        it("changes nothing when it is applied again", async () => {
            const first = await desiredState(cluster(), rendered.objects);
            const outcome = await applyInOrder(cluster(), rendered.objects);
            assert.equal(outcome.code, 0, outcome.stderr);
            assert.deepEqual(await desiredState(cluster(), rendered.objects), first);
            assert.equal(first.size, rendered.objects.length);
        });

        it("is removed without leaving anything behind", async () => {
            await removeInOrder(cluster(), rendered.objects);
            assert.deepEqual(await inventory(cluster()), untouched);
        });
    });
}
