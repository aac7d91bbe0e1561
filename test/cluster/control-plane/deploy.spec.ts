import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cli } from "../../support/cli";
import { run } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { describeOnCluster } from "../support/shared";
import { desiredState, inventory } from "../support/inventory";
import { rehearse } from "../support/rehearsal";
import {
    addVolumes,
    applyInOrder,
    describeObject,
    prepareFor,
    removeInOrder,
    renderStack,
    rolledOut,
    STACKS,
    withoutWebhooks,
    WORKLOADS,
    type RenderedStack,
} from "../support/stack";

/**
 * Warnings that are no surprise: namespaces that hold node programs are privileged by an explicit setting and warn about
 * everything that is not restricted.
 */
function unexpectedWarnings(stderr: string): string[] {
    const lines = stderr.split("\n").filter((line) => line !== "");
    return lines.filter((line) => !line.startsWith('Warning: would violate PodSecurity "restricted:'));
}

for (const stack of STACKS) {
    describeOnCluster(`the ${stack} stack on a real API server`, "control-plane", (cluster) => {
        let rendered: RenderedStack;
        let appliable: readonly KubernetesObject[];
        let untouched: string[];

        before(async function () {
            this.timeout(300_000);
            rendered = await renderStack(stack);
            const { unavailable } = await prepareFor(cluster(), rendered.objects);
            assert.deepEqual(
                unavailable.map(describeObject),
                [],
                "objects whose definition is neither rendered nor to be had as a Go module",
            );
            await addVolumes(cluster(), 5);
            appliable = withoutWebhooks(rendered.objects);
            untouched = await inventory(cluster());
        });

        it("is accepted object by object, with strict field validation", async () => {
            const outcome = await applyInOrder(cluster(), appliable);
            assert.equal(outcome.code, 0, outcome.stderr);
            assert.deepEqual(unexpectedWarnings(outcome.stderr), []);
        });

        it("brings webhooks that the API server accepts", async () => {
            const webhooks = rendered.objects.filter((object) => !appliable.includes(object));
            const outcome = await cluster().kubectl.tryApply(webhooks, ["--dry-run=server"]);
            assert.equal(outcome.code, 0, outcome.stderr);
            assert.equal(outcome.stdout.trim().split("\n").length, webhooks.length);
        });

        it("brings every workload up on fake nodes", async () => {
            const workloads = rendered.objects.filter(({ kind }) => WORKLOADS.has(kind));
            await Promise.all(workloads.map(async (workload) => rolledOut(cluster(), workload, 60)));
        });

        it("is what hardening verify finds, as far as an API server without nodes can tell", async function () {
            this.timeout(300_000);
            assert.deepEqual(await rehearse(cluster(), stack, rendered.objects, "api-server"), {
                states: {
                    "network-policies-in-place": "proved",
                    "security-contexts-as-written": "proved",
                    "access-as-granted": "proved",
                },
                open: [],
            });
        });

        it("changes nothing when it is applied again", async () => {
            const first = await desiredState(cluster(), appliable);
            const outcome = await applyInOrder(cluster(), appliable);
            assert.equal(outcome.code, 0, outcome.stderr);
            assert.deepEqual(await desiredState(cluster(), appliable), first);
            assert.equal(first.size, appliable.length);
        });

        it("is removed without leaving anything behind", async function () {
            this.timeout(300_000);
            await removeInOrder(cluster(), appliable);
            assert.deepEqual(await inventory(cluster()), untouched);
        });

        if (stack === "staging") {
            it("goes by the command of docs/uninstalling.md, and leaves nothing behind", async function () {
                this.timeout(400_000);
                const outcome = await applyInOrder(cluster(), appliable);
                assert.equal(outcome.code, 0, outcome.stderr);
                const [command = ""] =
                    /^\$ (kubectl delete .+ -k) rendered\/$/m
                        .exec(readFileSync("docs/uninstalling.md", "utf8"))
                        ?.slice(1) ?? [];
                const folder = mkdtempSync(join(tmpdir(), "removed-"));
                try {
                    const { code, log } = await cli(["render", "--stack", stack, "--out", folder], {
                        now: () => new Date(),
                    });
                    assert.equal(code, 0, log.join("\n"));
                    const removal = await run("bash", ["-c", `${command} ${folder}`], {
                        env: cluster().kubectl.env,
                        timeoutSeconds: 300,
                    });
                    assert.equal(removal.code, 0, removal.stderr);
                } finally {
                    rmSync(folder, { recursive: true });
                }
                assert.deepEqual(await inventory(cluster()), untouched);
            });
        }
    });
}
