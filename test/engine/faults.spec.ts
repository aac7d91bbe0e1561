import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject } from "../cluster/harness/kubectl";
import { succeeded } from "./outcome";
import { Project } from "./project";
import { describeWithEngine } from "./support";

const NAMESPACE = "engine-store";
const RESOURCES = 19;

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
    after(() => project?.remove());

    /** Another deployment creates what is missing, and one more has nothing to do. */
    async function converges(): Promise<void> {
        succeeded(await project.up());
        const outcome = await project.up("--expect-no-changes");
        succeeded(outcome);
        assert.deepEqual(outcome.changes, { same: RESOURCES });
    }

    async function exists(): Promise<boolean> {
        return (await cluster().request("GET", `/api/v1/namespaces/${NAMESPACE}`)).status === 200;
    }

    it("says that the API server is gone when it is stopped half-way, and converges afterwards", async () => {
        const running = project.up();
        await until("the first object is there", exists);
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
        await until("the first object is there", exists);
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
        await cluster().kubectl.apply([webhookWithoutBackend()]);
        const outcome = await project.up();
        assert.notEqual(outcome.code, 0, outcome.output);
        assert.match(outcome.output, /failed calling webhook "nobody\.is\.there".*service "nobody" not found/);
        await cluster().kubectl.run(["delete", "validatingwebhookconfiguration", "without-backend"]);
        // The API server takes a moment to forget it.
        await until("service accounts are admitted", async () => {
            const account = {
                apiVersion: "v1",
                kind: "ServiceAccount",
                metadata: { name: "probe", namespace: NAMESPACE },
            };
            return (await cluster().kubectl.apply([account], ["--dry-run=server"])).code === 0;
        });
        await converges();
    });

    it("says which quota blocks an object, and converges once it is raised", async () => {
        const quota = (services: string): KubernetesObject => ({
            apiVersion: "v1",
            kind: "ResourceQuota",
            metadata: { name: "blocking", namespace: NAMESPACE },
            spec: { hard: { "count/services": services } },
        });
        /** Quotas hold once they are counted. */
        async function enforce(services: string): Promise<void> {
            assert.equal((await cluster().kubectl.apply([quota(services)])).code, 0);
            await cluster().kubectl.run([
                ...["wait", "-n", NAMESPACE, "resourcequota/blocking", "--timeout=60s"],
                `--for=jsonpath={.status.hard.count/services}=${services}`,
            ]);
        }
        succeeded(await project.up());
        await cluster().kubectl.run(["-n", NAMESPACE, "delete", "service", "store"]);
        await enforce("0");
        const outcome = await project.up("--refresh");
        assert.notEqual(outcome.code, 0, outcome.output);
        assert.match(
            outcome.output,
            /exceeded quota: blocking, requested: count\/services=1, used: count\/services=0, limited: count\/services=0/,
        );
        await enforce("5");
        await converges();
    });
});

function webhookWithoutBackend(): KubernetesObject {
    return {
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
                    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["serviceaccounts"] },
                ],
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACE } },
            },
        ],
    };
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + 120_000; !(await condition()); await sleep(100)) {
        assert.ok(Date.now() < deadline, `not within two minutes: ${what}`);
    }
}
