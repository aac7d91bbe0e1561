import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import {
    limitServices,
    probeAccount,
    QUOTA_EXCEEDED,
    WEBHOOK_FAILED,
    webhookWithoutBackend,
} from "../cluster/support/faults";
import { until } from "../cluster/support/until";
import { succeeded } from "./outcome";
import { Project } from "./project";
import { describeWithEngine } from "./support";

const NAMESPACE = "engine-store";
const RESOURCES = 19;
/** How long to wait for what a busy machine does late. */
const BUSY = { seconds: 120 };

describeWithEngine("A deployment by the official engine that meets a fault", (cluster) => {
    let project: Project;

    before(async () => {
        project = await Project.create({
            settings: "test/engine/program/Pulumi.yaml",
            policies: "test/engine/program/policies.json",
            stack: "faults",
            kubeconfig: cluster().kubeconfig,
            typeCheck: false,
        });
    });
    afterEach(async () => {
        const outcome = await project.destroy();
        assert.equal(outcome.code, 0, outcome.output);
        await cluster().kubectl.run(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=90s"]);
    });
    after(() => (project as Project | undefined)?.remove());

    /** Another deployment creates what is missing, and one more has nothing to do. */
    async function converges(): Promise<void> {
        succeeded(await project.up());
        const outcome = await project.up({ expectNoChanges: true });
        succeeded(outcome);
        assert.deepEqual(outcome.changes, { same: RESOURCES });
    }

    async function exists(): Promise<boolean> {
        return (await cluster().request("GET", `/api/v1/namespaces/${NAMESPACE}`)).status === 200;
    }

    it("says that the API server is gone when it is stopped half-way, and converges afterwards", async () => {
        const running = project.up();
        await until("the first object is there", exists, BUSY);
        // Not killed: what it has stored and could not answer any more, the engine would not know to be its own.
        await cluster().component("kube-apiserver").stop();
        const outcome = await running;
        await cluster().restart("kube-apiserver");
        assert.notEqual(outcome.code, 0, outcome.output);
        assert.match(outcome.output, /connection refused|connection reset|unexpected EOF|cluster is unreachable/);
        assert.ok((outcome.changes["create"] ?? 0) < RESOURCES, "all was created before the API server stopped");
        await converges();
    });

    it("outlasts an etcd that does not answer for 20 s, or says so; and converges afterwards", async () => {
        const running = project.up();
        await until("the first object is there", exists, BUSY);
        const etcd = cluster().component("etcd");
        etcd.pause();
        try {
            await sleep(20_000);
        } finally {
            etcd.resume();
        }
        const outcome = await running;
        await cluster().component("kube-apiserver").untilReady();
        if (outcome.code !== 0) {
            assert.match(outcome.output, /timed out|timeout|deadline exceeded|unreachable|etcdserver/i);
        }
        await converges();
    });

    it("names the webhook that has no backend, and converges once it is gone", async () => {
        await cluster().kubectl.apply([webhookWithoutBackend(NAMESPACE)]);
        const outcome = await project.up();
        assert.notEqual(outcome.code, 0, outcome.output);
        assert.match(outcome.output, WEBHOOK_FAILED);
        await cluster().kubectl.run(["delete", "validatingwebhookconfiguration", "without-backend"]);
        // The API server takes a moment to forget it.
        await until(
            "service accounts are admitted",
            async () => {
                const { code, stderr } = await cluster().kubectl.tryApply(
                    [probeAccount(NAMESPACE)],
                    ["--dry-run=server"],
                );
                return code === 0 || stderr;
            },
            BUSY,
        );
        await converges();
    });

    it("says which quota blocks an object, and converges once it is raised", async () => {
        succeeded(await project.up());
        await cluster().kubectl.run(["-n", NAMESPACE, "delete", "service", "store"]);
        await limitServices(cluster(), NAMESPACE, 0);
        const outcome = await project.up({ refresh: true });
        assert.notEqual(outcome.code, 0, outcome.output);
        assert.match(outcome.output, QUOTA_EXCEEDED);
        await limitServices(cluster(), NAMESPACE, 5);
        await converges();
    });
});
