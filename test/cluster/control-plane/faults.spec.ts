import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "../harness/kubectl";
import { describeOnCluster } from "../support/shared";
import { desiredState } from "../support/inventory";
import { apply } from "../support/objects";
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
        await cluster().request("DELETE", `/api/v1/namespaces/${NAMESPACE}/configmaps`);
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
            const outcome = await cluster().kubectl.apply(objects.slice(0, 1), ["--request-timeout=5s"]);
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
        const webhook = {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            metadata: { name: "without-backend" },
            webhooks: [
                {
                    name: "nobody.is.there",
                    admissionReviewVersions: ["v1"],
                    sideEffects: "None",
                    failurePolicy: "Fail",
                    timeoutSeconds: 2,
                    clientConfig: { service: { name: "nobody", namespace: "default", path: "/" }, caBundle: "" },
                    rules: [
                        {
                            apiGroups: [""],
                            apiVersions: ["v1"],
                            operations: ["CREATE"],
                            resources: ["serviceaccounts"],
                        },
                    ],
                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACE } },
                },
            ],
        };
        await cluster().kubectl.apply([...objects.filter(({ kind }) => kind === "Namespace"), webhook]);
        await until("the webhook is asked", async () => {
            const probe = {
                apiVersion: "v1",
                kind: "ServiceAccount",
                metadata: { name: "probe", namespace: NAMESPACE },
            };
            return !(await apply(cluster(), probe, { dryRun: true })).accepted;
        });
        const outcome = await applyInOrder(cluster(), objects);
        assert.equal(outcome.code, 1);
        assert.match(outcome.stderr, /failed calling webhook "nobody\.is\.there".*service "nobody" not found/);
        await cluster().kubectl.run(["delete", "validatingwebhookconfiguration", "without-backend"]);
        await until("the objects are accepted again", async () => {
            const again = await applyInOrder(cluster(), objects);
            return again.code === 0 || again.stderr;
        });
        await converges(objects);
    });

    it("says which quota blocks an object, and converges once it is raised", async () => {
        const quota = (services: string): KubernetesObject => ({
            apiVersion: "v1",
            kind: "ResourceQuota",
            metadata: { name: "blocking", namespace: NAMESPACE },
            spec: { hard: { "count/services": services } },
        });
        const namespace = objects.filter(({ kind }) => kind === "Namespace");
        assert.equal((await cluster().kubectl.apply([...namespace, quota("0")])).code, 0);
        await cluster().kubectl.run([
            ...["wait", "-n", NAMESPACE, "resourcequota/blocking", "--timeout=30s"],
            "--for=jsonpath={.status.hard.count/services}=0",
        ]);
        const outcome = await applyInOrder(cluster(), objects);
        assert.equal(outcome.code, 1);
        assert.match(
            outcome.stderr,
            /exceeded quota: blocking, requested: count\/services=1, used: count\/services=0, limited: count\/services=0/,
        );
        assert.equal((await cluster().kubectl.apply([quota("5")])).code, 0);
        await until("the objects are accepted again", async () => {
            const again = await applyInOrder(cluster(), objects);
            return again.code === 0 || again.stderr;
        });
        await converges(objects);
    });
});
