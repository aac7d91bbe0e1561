import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Component, type ComponentSpec } from "../harness/component";
import { ComponentFailure } from "../harness/errors";
import { run, which, type Outcome } from "../harness/exec";
import { isAlive, reap, startTimeOf, StateFile, type ProcessRecord } from "../harness/state";
import { withFiles } from "../../support/files";
import { describeOnCluster } from "../support/shared";
import { removeInOrder, rolledOut } from "../support/stack";

const DIRECT = { prefix: [], wraps: false };

function shell(folder: string, script: string, change: Partial<ComponentSpec> = {}): ComponentSpec {
    return {
        name: "shell",
        command: "sh",
        args: ["-c", script],
        logFile: join(folder, "log"),
        ready: async () => Promise.resolve(false),
        timeoutSeconds: 1,
        ...change,
    };
}

describe("Component", () => {
    const EMPTY_LOG = { log: "" };

    it("names a component that ends while starting and shows its last words", () =>
        withFiles(EMPTY_LOG, async (folder) => {
            const script = "echo no such certificate; exit 3";
            const component = Component.launch(shell(folder, script), DIRECT, () => undefined);
            await assert.rejects(component.untilReady(), (error: unknown) => {
                assert.ok(error instanceof ComponentFailure);
                assert.equal(error.message, "shell ended while starting; its last lines:\nno such certificate");
                return true;
            });
        }));

    it("names a component that is not ready in time", () =>
        withFiles(EMPTY_LOG, async (folder) => {
            const script = "echo waiting for etcd; exec sleep 60";
            const component = Component.launch(shell(folder, script), DIRECT, () => undefined);
            try {
                await assert.rejects(component.untilReady(), {
                    message: "shell was not ready within 1 s; its last lines:\nwaiting for etcd",
                });
            } finally {
                await component.stop("SIGKILL");
            }
            assert.equal(component.isRunning(), false);
        }));

    it("refuses a program that is not there", () =>
        withFiles(EMPTY_LOG, (folder) => {
            const spec = shell(folder, "", { command: "/nonexistent/etcd" });
            assert.throws(() => Component.launch(spec, DIRECT, () => undefined), {
                message: "shell can't be started: /nonexistent/etcd is missing or not executable (its log is empty)",
            });
        }));
});

describe("StateFile", () => {
    function sleeper(): ProcessRecord {
        const child = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
        child.unref();
        assert.ok(child.pid !== undefined);
        return { name: "sleeper", pid: child.pid, startTime: startTimeOf(child.pid) ?? "" };
    }

    it("clears away the processes and files of a run whose owner has gone", async () => {
        const owner = { name: "owner", pid: 2 ** 22 + 1, startTime: "1" };
        const file = StateFile.create(`reaped-${process.pid}`, "control-plane", owner);
        const process_ = sleeper();
        file.addProcess(process_);
        await reap();
        assert.equal(isAlive(process_), false);
        assert.equal(existsSync(file.folder), false);
    });

    it("leaves a run alone whose owner is still there", async () => {
        const owner = sleeper();
        const file = StateFile.create(`kept-${process.pid}`, "control-plane", owner);
        await reap();
        assert.equal(existsSync(file.folder), true);
        process.kill(owner.pid, "SIGKILL");
        while (isAlive(owner)) {
            await sleep(10);
        }
        await reap();
        assert.equal(existsSync(file.folder), false);
    });

    it("never ends a process that merely got the id of a recorded one", async () => {
        const stranger = sleeper();
        const file = StateFile.create(`recycled-${process.pid}`, "control-plane", undefined);
        file.addProcess({ ...stranger, startTime: "1" });
        await file.destroy();
        assert.equal(isAlive(stranger), true);
        process.kill(stranger.pid, "SIGKILL");
    });
});

describe("npm run cluster -- up", () => {
    /** Runs the command where only the named programs are on PATH and nothing has been built. */
    async function up(programs: readonly string[]): Promise<Outcome> {
        const folder = mkdtempSync(join(tmpdir(), "bare-"));
        for (const program of programs) {
            symlinkSync((await which(program)) ?? "", join(folder, program));
        }
        const env = { ...process.env, PATH: folder, XDG_CACHE_HOME: join(folder, "cache"), NODE_OPTIONS: "" };
        const cli = join(__dirname, "..", "cli.ts");
        try {
            return await run(process.execPath, ["--import", "tsx", cli, "up"], { env });
        } finally {
            rmSync(folder, { recursive: true });
        }
    }

    it("says everything that is missing, and exits with 77, which is a skip", async () => {
        assert.deepEqual(await up([]), {
            code: 77,
            stdout: "",
            stderr: "cluster: a cluster can't run here: no openssl (Debian package openssl); no setpriv (Debian package util-linux)\n",
        });
    });

    it("says that there is no Go to build with, and exits with 77", async () => {
        assert.deepEqual(await up(["openssl", "setpriv"]), {
            code: 77,
            stdout: "",
            stderr: "cluster: a cluster can't run here: etcd is not built yet and there is no go on PATH to build it (go.dev/dl)\n",
        });
    });
});

describeOnCluster("the control-plane cluster", "control-plane", (cluster) => {
    it("serves the version that its Go module pins", async () => {
        const version = JSON.parse((await cluster().request("GET", "/version")).text) as { gitVersion: string };
        assert.equal(version.gitVersion, "v1.36.3");
    });

    it("runs every component", () => {
        assert.deepEqual(
            cluster().status(),
            ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"].map((name) => [name, true]),
        );
    });

    it("refuses strangers", async () => {
        const { kubectl } = cluster();
        const outcome = await kubectl.try(["get", "secrets", "-A", "--as=system:anonymous"]);
        assert.equal(outcome.code, 1);
        assert.match(outcome.stderr, /User "system:anonymous" cannot list resource "secrets"/);
    });

    it("calls pods on fake nodes ready", async () => {
        const labels = { app: "web" };
        const containers = [{ name: "web", image: "nowhere.invalid/web:1" }];
        const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "fake-pods" } };
        const deployment = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "web", namespace: "fake-pods" },
            spec: {
                replicas: 5,
                selector: { matchLabels: labels },
                template: { metadata: { labels }, spec: { containers } },
            },
        };
        await cluster().kubectl.apply([namespace, deployment]);
        await rolledOut(cluster(), deployment, 60);
        const pods = await cluster().kubectl.list("pods", "fake-pods");
        assert.equal(pods.length, 5);
        await removeInOrder(cluster(), [namespace, deployment], "leave");
    });

    it("refuses an unknown field instead of dropping it", async () => {
        const outcome = await cluster().kubectl.tryApply([
            { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "typo", namespace: "default" }, datas: {} },
        ]);
        assert.equal(outcome.code, 1);
        assert.match(outcome.stderr, /unknown field|field not declared in schema/);
    });
});
