import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "../harness/kubectl";
import { describeOnCluster } from "../support/shared";
import { limitServices, probeAccount, QUOTA_EXCEEDED, WEBHOOK_FAILED, webhookWithoutBackend } from "../support/faults";
import { desiredState } from "../support/inventory";
import { apply, removeAll } from "../support/objects";
import { applyInOrder, prepareFor, removeInOrder, renderStack } from "../support/stack";
import { until } from "../support/until";

/** Enough objects after the stack's own that an apply is still under way when something breaks. */
const BALLAST = 200;
const NAMESPACE = "x0tta6bl4-staging";

function configMap(name: string): KubernetesObject {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: NAMESPACE }, data: { name } };
}

describeOnCluster("a deployment that meets a fault", "control-plane", (cluster) => {
    let objects: readonly KubernetesObject[];

    before(async function () {
        this.timeout(300_000);
        const rendered = await renderStack("staging");
        await prepareFor(cluster(), rendered.objects);
        // One namespace of the stack is enough here, and soon removed again.
        objects = rendered.objects.filter(({ metadata }) => [metadata.namespace, metadata.name].includes(NAMESPACE));
    });

    afterEach(async function () {
        this.timeout(300_000);
        // The namespace stays: its removal takes longer than all of the rest.
        await removeAll(cluster(), `/api/v1/namespaces/${NAMESPACE}/configmaps`);
        await removeInOrder(
            cluster(),
            objects.filter(({ kind }) => kind !== "Namespace"),
        );
    });

    after(async () => {
        await removeInOrder(
            cluster(),
            objects.filter(({ kind }) => kind === "Namespace"),
            "leave",
        );
    });

    /** Applying again must succeed and leave every object as wanted. */
    async function converges(wanted: readonly KubernetesObject[]): Promise<void> {
        const outcome = await applyInOrder(cluster(), wanted);
        assert.equal(outcome.code, 0, outcome.stderr);
        assert.equal((await desiredState(cluster(), wanted)).size, wanted.length);
    }

    async function exists(name: string): Promise<boolean> {
        const path = `/api/v1/namespaces/${NAMESPACE}/configmaps/${name}`;
        return (await cluster().request("GET", path)).status === 200;
    }

    it("says that the API server is gone when it is killed half-way, and converges afterwards", async () => {
        const ballast = Array.from({ length: BALLAST }, (_, index) => configMap(`ballast-${index}`));
        const wanted = [...objects, ...ballast];
        const applying = applyInOrder(cluster(), wanted);
        while (!(await exists("ballast-5"))) {
            await sleep(10);
        }
        await cluster().component("kube-apiserver").stop("SIGKILL");
        const outcome = await applying;
        assert.equal(outcome.code, 1);
        assert.match(outcome.stderr, /connection refused|EOF|connection reset/);
        await cluster().restart("kube-apiserver");
        assert.equal(
            await exists(`ballast-${BALLAST - 1}`),
            false,
            "the apply was over before the API server was killed",
        );
        await converges(wanted);
    });

    it("gives up with a message while etcd does not answer for 20 s, and converges afterwards", async () => {
        const etcd = cluster().component("etcd");
        etcd.pause();
        const paused = Date.now();
        try {
            const outcome = await cluster().kubectl.tryApply(objects.slice(0, 1), ["--request-timeout=5s"]);
            assert.equal(outcome.code, 1);
            assert.match(outcome.stderr, /timeout|timed out|deadline exceeded/i);
        } finally {
            await sleep(Math.max(0, paused + 20_000 - Date.now()));
            etcd.resume();
        }
        await cluster().component("kube-apiserver").untilReady();
        await converges(objects);
    });

    it("names the webhook that has no backend, and converges once it is gone", async () => {
        await cluster().kubectl.apply([
            ...objects.filter(({ kind }) => kind === "Namespace"),
            webhookWithoutBackend(NAMESPACE),
        ]);
        await until("the webhook is asked", async () => {
            return !(await apply(cluster(), probeAccount(NAMESPACE), { dryRun: true })).accepted;
        });
        const outcome = await applyInOrder(cluster(), objects);
        assert.equal(outcome.code, 1);
        assert.match(outcome.stderr, WEBHOOK_FAILED);
        await cluster().kubectl.run(["delete", "validatingwebhookconfiguration", "without-backend"]);
        await until("the objects are accepted again", async () => {
            const again = await applyInOrder(cluster(), objects);
            return again.code === 0 || again.stderr;
        });
        await converges(objects);
    });

    it("says which quota blocks an object, and converges once it is raised", async () => {
        const namespaces = objects.filter(({ kind }) => kind === "Namespace");
        await cluster().kubectl.apply(namespaces);
        await limitServices(cluster(), NAMESPACE, 0);
        const outcome = await applyInOrder(cluster(), objects);
        assert.equal(outcome.code, 1);
        assert.match(outcome.stderr, QUOTA_EXCEEDED);
        await limitServices(cluster(), NAMESPACE, 5);
        await until("the objects are accepted again", async () => {
            const again = await applyInOrder(cluster(), objects);
            return again.code === 0 || again.stderr;
        });
        await converges(objects);
    });
});
