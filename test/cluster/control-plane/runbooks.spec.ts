import assert from "node:assert/strict";
import { dirname } from "node:path";

import { run } from "../harness/exec";
import { commandsOf, filledIn, runbookCommands } from "../support/runbooks";
import { describeOnCluster } from "../support/shared";
import type { RenderedStack } from "../support/stack";
import {
    addVolumes,
    applyInOrder,
    prepareFor,
    removeInOrder,
    renderStack,
    rolledOut,
    withoutWebhooks,
} from "../support/stack";

const NAMESPACE = "x0tta6bl4-staging";
const KUBELET = "asks a kubelet, and these nodes exist in name only";
const SPIRE = "needs a SPIRE server that runs; test/cluster/full runs it";

/** What can't be run on an API server alone, and why. */
const NOT_HERE: readonly (readonly [RegExp, string])[] = [
    [/hardening (?:preview|network)\b/, "needs no cluster; other suites run it"],
    [/^kubectl .*\blogs /, KUBELET],
    [/\bexec spire-server-0 /, SPIRE],
    [/^POD=|^spire\(\)|^spire-server /, SPIRE],
    [/configmap spire-bundle/, SPIRE],
    [/pulumi up/, "deploys; the engine's suite does it"],
    [/^openssl /, "asks an endpoint of the platform"],
    [/hardening verify --stack production/, "judges the stack's own cluster; its own suite runs it"],
    [/hardening audit /, "finds what a test cluster lacks; its own suite runs it"],
];

function reasonNotToRun(line: string): string | undefined {
    return NOT_HERE.find(([pattern]) => pattern.test(line))?.[1];
}

describeOnCluster("runbooks on a real API server", "control-plane", (cluster) => {
    let rendered: RenderedStack;
    let values: Readonly<Record<string, string>>;

    before(async function () {
        this.timeout(300_000);
        rendered = await renderStack("staging");
        await prepareFor(cluster(), rendered.objects);
        await addVolumes(cluster(), 5);
        const outcome = await applyInOrder(cluster(), withoutWebhooks(rendered.objects));
        assert.equal(outcome.code, 0, outcome.stderr);
        for (const workload of rendered.objects.filter(({ kind }) =>
            ["Deployment", "StatefulSet", "DaemonSet"].includes(kind),
        )) {
            await rolledOut(cluster(), workload, 60);
        }
        const { kubectl } = cluster();
        const name = async (...args: readonly string[]): Promise<string> =>
            kubectl.run(["get", ...args, "-o", "jsonpath={.items[0].metadata.name}"]);
        const node = await name("nodes");
        // A revision to go back from.
        await kubectl.run(["rollout", "restart", "-n", NAMESPACE, "deployment/x0tta6bl4"]);
        await kubectl.run(["rollout", "status", "-n", NAMESPACE, "deployment/x0tta6bl4", "--timeout=60s"]);
        values = {
            namespace: NAMESPACE,
            stack: "staging",
            name: await name("externalsecrets", "-n", NAMESPACE),
            node,
            NODE: node,
        };
    });

    after(async function () {
        this.timeout(300_000);
        await removeInOrder(cluster(), withoutWebhooks(rendered.objects), "leave");
    });

    it("leave out for a reason what they leave out, and for no reason that has gone", () => {
        const lines = runbookCommands().map(({ line }) => line);
        assert.deepEqual(
            NOT_HERE.filter(([pattern]) => !lines.some((line) => pattern.test(line))).map(
                ([pattern]) => pattern.source,
            ),
            [],
        );
        const runs = lines.filter((line) => reasonNotToRun(line) === undefined);
        assert.ok(runs.length >= 20, `only ${runs.length} of ${lines.length} commands are run`);
    });

    for (const file of new Set(runbookCommands().map(({ file: each }) => each))) {
        const commands = commandsOf(file).filter(({ line }) => reasonNotToRun(line) === undefined);
        if (commands.length > 0) {
            it(`run the commands of ${file}, each to a good end`, async function () {
                this.timeout(300_000);
                for (const { line } of commands) {
                    // Isolated pods, replaced ones and new revisions come of the commands before.
                    const [namespace = NAMESPACE] = /-n (falco)\b/.exec(line)?.slice(1) ?? [];
                    const pod = await cluster().kubectl.run([
                        ...[
                            "get",
                            "pods",
                            "-n",
                            namespace,
                            "-l",
                            `app.kubernetes.io/name=${namespace === "falco" ? "falco" : "x0tta6bl4"}`,
                        ],
                        ...["-o", "jsonpath={.items[0].metadata.name}"],
                    ]);
                    const command = filledIn(line, { ...values, pod });
                    const path = `${dirname(cluster().kubectl.command)}:${process.env["PATH"] ?? ""}`;
                    const { code, stdout, stderr } = await run("bash", ["-euo", "pipefail", "-c", command], {
                        env: { ...process.env, KUBECONFIG: cluster().kubeconfig, PATH: path },
                        timeoutSeconds: 120,
                    });
                    assert.equal(code, 0, `${command}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`);
                }
            });
        }
    }
});
