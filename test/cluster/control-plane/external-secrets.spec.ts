import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseExposition, total } from "../../../hardening/verify/exposition";
import { binaries } from "../harness/binaries";
import { freePort } from "../../../spiffe/test/support/free-port.js";
import type { Cluster } from "../harness/cluster";
import type { Component } from "../harness/component";
import { run } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { secretSource, SOURCE, sourceSecret } from "../support/secret-source";
import { describeOnCluster } from "../support/shared";
import { applyInOrder, prepareFor, removeInOrder, renderStack } from "../support/stack";
import { until } from "../support/until";

const NAMESPACE = "x0tta6bl4-staging";
const OPERATOR = "external-secrets-x0tta6bl4-staging";
const KINDS = new Set(["Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]);

/**
 * The real operator runs beside the API server, with the arguments the stack gives it and as the service account the stack
 * makes for it: what it may not do, it can't do here either.
 */
describeOnCluster("External Secrets with the rights that the staging stack gives it", "control-plane", (cluster) => {
    let objects: readonly KubernetesObject[] = [];
    let operator: Component;
    let metricsPort: number;

    before(async function () {
        this.timeout(45 * 60_000);
        const rendered = await renderStack("staging");
        await prepareFor(cluster(), rendered.objects);
        objects = [...rendered.objects.filter(({ kind }) => KINDS.has(kind)), ...source(cluster())];
        const outcome = await applyInOrder(cluster(), objects);
        assert.equal(outcome.code, 0, outcome.stderr);
        const deployment = rendered.objects.find(
            ({ kind, metadata }) => kind === "Deployment" && metadata.name === OPERATOR,
        );
        assert.ok(deployment !== undefined);
        metricsPort = await freePort();
        operator = await startOperator(cluster(), deployment, metricsPort);
    });

    after(async function () {
        this.timeout(120_000);
        await (operator as Component | undefined)?.stop();
        await removeInOrder(cluster(), objects, "leave");
    });

    /** The synced value, once it is the one wanted. */
    async function synced(wanted: string): Promise<void> {
        await until("the secret is the one wanted", async () => (await target(cluster()))?.["password"] === wanted);
    }

    async function change(value: string): Promise<void> {
        await cluster().kubectl.run(["apply", "--server-side", "--force-conflicts", "-f", "-"], {
            input: JSON.stringify(passwordAtSource(value)),
        });
    }

    async function syncErrors(): Promise<number> {
        const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
        const samples = parseExposition(await response.text());
        return total(samples.filter(({ name }) => name === "externalsecret_sync_calls_error"));
    }

    it("syncs a secret and follows its rotation at the source", async () => {
        await synced("first");
        await change("second");
        await synced("second");
    });

    it("goes on after the operator was killed: what changed meanwhile is synced, and the old value stayed readable", async () => {
        await operator.stop("SIGKILL");
        await change("third");
        assert.equal((await target(cluster()))?.["password"], "second");
        await cluster().restartProgram(operator);
        await synced("third");
    });

    it("keeps the last value while the source is down, and moves the metric of the alert", async () => {
        const before_ = await syncErrors();
        await cluster().kubectl.run(["delete", "rolebinding", "-n", SOURCE, "reader"]);
        await change("fourth");
        await until("the operator counts errors", async () => (await syncErrors()) > before_);
        assert.equal((await target(cluster()))?.["password"], "third");
        await cluster().kubectl.apply(source(cluster()).filter(({ kind }) => kind === "RoleBinding"));
        await synced("fourth");
    });

    it("can't bring a secret to a namespace that is not its own", async () => {
        const elsewhere = { ...externalSecret(), metadata: { name: "app", namespace: "falco" } };
        const store = { ...secretStore(cluster()), metadata: { name: "source", namespace: "falco" } };
        await cluster().kubectl.run(["apply", "--server-side", "-f", "-"], {
            input: JSON.stringify({ apiVersion: "v1", kind: "List", items: [store, elsewhere] }),
        });
        await change("fifth");
        await synced("fifth");
        assert.equal(await cluster().kubectl.get("secret", "app", "falco"), undefined);
        const status = (await cluster().kubectl.get("externalsecret", "app", "falco"))?.["status"];
        assert.equal(status, undefined, "the operator of another namespace has touched it");
        await cluster().kubectl.run(["delete", "externalsecret/app", "secretstore/source", "-n", "falco"]);
    });
});

async function startOperator(cluster: Cluster, deployment: KubernetesObject, metricsPort: number): Promise<Component> {
    const { "external-secrets": command } = await binaries(["external-secrets"]);
    const token = await cluster.kubectl.run(["create", "token", OPERATOR, "-n", "external-secrets", "--duration=1h"]);
    const kubeconfig = join(cluster.folder, "external-secrets.kubeconfig");
    const config = JSON.parse(readFileSync(cluster.kubeconfig, "utf8")) as { users: { user: object }[] };
    config.users = config.users.map((entry) => ({ ...entry, user: { token: token.trim() } }));
    writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    const { containers } = (deployment["spec"] as { template: { spec: { containers: { args: string[] }[] } } }).template
        .spec;
    // The stack's version is newer than the one that can be built here, which knows fewer flags.
    const { stdout: help } = await run(command, ["--help"]);
    const args = (containers[0]?.args ?? [])
        .filter((arg) => help.includes(arg.replace(/=.*/, "")) && !arg.startsWith("--metrics-addr"))
        // A killed leader's lease lasts; with one operator there is nobody to elect.
        .filter((arg) => !arg.includes("leader-election"));
    assert.ok(args.includes(`--namespace=${NAMESPACE}`));
    return cluster.startProgram({
        name: "external-secrets",
        command,
        args: [...args, `--metrics-addr=127.0.0.1:${metricsPort}`],
        logFile: join(cluster.folder, "logs", "external-secrets.log"),
        env: { KUBECONFIG: kubeconfig },
        ready: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).ok,
        timeoutSeconds: 60,
    });
}

async function target(cluster: Cluster): Promise<Readonly<Record<string, string>> | undefined> {
    const secret = await cluster.kubectl.get("secret", "app", NAMESPACE);
    const data = Object.entries((secret?.["data"] ?? {}) as Record<string, string>);
    return (
        secret && Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]))
    );
}

const passwordAtSource = (password: string): KubernetesObject => sourceSecret("app", { password });

/** The source, and the store and the secret that use it. */
function source(cluster: Cluster): KubernetesObject[] {
    return [...secretSource(NAMESPACE), passwordAtSource("first"), secretStore(cluster), externalSecret()];
}

function secretStore(cluster: Cluster): KubernetesObject {
    const caBundle = readFileSync(cluster.plane.authority.certificate).toString("base64");
    const server = { url: `https://127.0.0.1:${cluster.plane.ports.apiserver}`, caBundle };
    const provider = { remoteNamespace: SOURCE, server, auth: { serviceAccount: { name: "secret-reader" } } };
    return {
        apiVersion: "external-secrets.io/v1",
        kind: "SecretStore",
        metadata: { name: "source", namespace: NAMESPACE },
        spec: { provider: { kubernetes: provider } },
    };
}

function externalSecret(): KubernetesObject {
    return {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name: "app", namespace: NAMESPACE },
        spec: {
            refreshInterval: "1s",
            secretStoreRef: { kind: "SecretStore", name: "source" },
            target: { name: "app", deletionPolicy: "Retain" },
            data: [{ secretKey: "password", remoteRef: { key: "app", property: "password" } }],
        },
    };
}
