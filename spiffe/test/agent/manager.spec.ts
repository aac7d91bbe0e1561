import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { AgentManagerOptions, AgentSettings, AgentState } from "../../src/agent/index.js";
import { AgentError, SpireAgentManager } from "../../src/agent/index.js";
import { TrustDomain } from "../../src/index.js";
import { freePort } from "../support/free-port.js";

const STAND_IN = join(import.meta.dirname, "../support/stand-in-agent.ts");

describe("SpireAgentManager", () => {
    let folder: string;
    let settings: AgentSettings;
    let managers: SpireAgentManager[];

    beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), "agent-"));
        managers = [];
        settings = {
            trustDomain: TrustDomain.parse("example.org"),
            server: { host: "127.0.0.1", port: 8081 },
            dataDir: join(folder, "data"),
            socketPath: join(folder, "public/api.sock"),
            trustBundle: { path: join(folder, "bundle.pem") },
            nodeAttestation: { type: "join_token", token: "token-1" },
            workloadAttestation: [{ type: "unix" }],
            health: { port: await freePort() },
        };
    });
    afterEach(async () => {
        await Promise.all(managers.map((manager) => manager.stop()));
        await rm(folder, { recursive: true });
    });

    /** A manager of a stand-in that behaves so, start after start; the last word goes on. */
    async function manage(behaviour: string, options: AgentManagerOptions = {}): Promise<SpireAgentManager> {
        await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
        await writeFile(join(settings.dataDir, "behaviour"), behaviour);
        const manager = new SpireAgentManager(settings, {
            command: [process.execPath, "--disable-warning=ExperimentalWarning", STAND_IN],
            restart: { initialMs: 10, maxMs: 50, factor: 2 },
            stopTimeoutMs: 2_000,
            ...options,
        });
        managers.push(manager);
        return manager;
    }
    it("refuses a folder that others may write to or that is a link, and follows no link in it", async () => {
        const shared = { ...settings, dataDir: join(folder, "shared") };
        await mkdir(shared.dataDir);
        await chmod(shared.dataDir, 0o777);
        await assert.rejects(new SpireAgentManager(shared).start(), {
            code: "unsafe_folder",
            message: `dataDir ${shared.dataDir} has mode 0777: it must be a folder of this user with mode 0700`,
        });
        const linked = { ...settings, dataDir: join(folder, "linked") };
        await mkdir(join(folder, "elsewhere"), { mode: 0o700 });
        await symlink(join(folder, "elsewhere"), linked.dataDir);
        await assert.rejects(new SpireAgentManager(linked).start(), { code: "unsafe_folder" });

        const manager = await manage("healthy");
        const victim = join(folder, "victim");
        await writeFile(victim, "untouched");
        for (const name of ["agent.conf", "join-token"]) {
            await symlink(victim, join(settings.dataDir, name));
        }
        await manager.start();
        assert.equal(await readFile(victim, "utf8"), "untouched");
        assert.equal((await lstat(join(settings.dataDir, "agent.conf"))).mode & 0o777, 0o600);
    });

    const starts = async (): Promise<string[]> =>
        (await readFile(join(settings.dataDir, "starts"), "utf8")).trim().split("\n");
    const reached = async (manager: SpireAgentManager, state: AgentState): Promise<void> => {
        while (manager.state !== state) {
            await once(manager, "state");
        }
    };

    it("starts the agent with its configuration and token, waits for its health, and stops it", async () => {
        const manager = await manage("healthy");
        const states: AgentState[] = [];
        manager.on("state", (state) => states.push(state));
        await manager.start();
        assert.equal(await manager.healthy(), true);
        assert.equal(manager.workloadApiAddress, `unix://${settings.socketPath}`);
        assert.deepEqual(await starts(), ["run token=token-1"]);
        assert.equal(await manager.stop(), true);
        assert.deepEqual(states, ["starting", "running", "stopping", "stopped"]);
        assert.equal(await manager.healthy(), false);
    });

    it("keeps the token out of the configuration and deletes its file once the agent has attested", async () => {
        const manager = await manage("healthy");
        await manager.start();
        const config = join(settings.dataDir, "agent.conf");
        assert.equal((await readFile(config, "utf8")).includes("token-1"), false);
        assert.equal((await stat(config)).mode & 0o777, 0o600);
        assert.equal(existsSync(join(settings.dataDir, "join-token")), false);
    });

    it("fails at once when the token is rejected, though the agent itself goes on trying", async () => {
        const manager = await manage("reject");
        await assert.rejects(manager.start(), (error: unknown) => {
            assert.ok(error instanceof AgentError);
            assert.equal(error.code, "join_token_rejected");
            assert.equal(
                error.message,
                "the agent can't start: Failed to retrieve attestation result: failed to receive attestation response: " +
                    "join token does not exist or has already been used. Create a new join token: each can be used once, and expires.",
            );
            return true;
        });
        assert.equal(manager.state, "failed");
        assert.equal(existsSync(join(settings.dataDir, "join-token")), false);
    });

    it("says what the log says when the agent isn't healthy in time", async () => {
        const manager = await manage("unreachable", { startTimeoutMs: 1_500 });
        await assert.rejects(manager.start(), {
            code: "start_timeout",
            message:
                "the agent wasn't healthy within 1500 ms; its log says: Failed to retrieve attestation result: dial tcp: connect: " +
                "connection refused. The SPIRE server isn't there yet. Check server.host and server.port.",
        });
    });

    it("says so when the agent is silent and never healthy", async () => {
        const manager = await manage("silent", { startTimeoutMs: 300 });
        await assert.rejects(manager.start(), { message: "the agent wasn't healthy within 300 ms" });
    });

    it("says so when the agent ends at start", async () => {
        await assert.rejects((await manage("crash")).start(), {
            code: "exited",
            message: "the agent ended at start (exit code 3)",
        });
    });

    it("says so when there is no such executable", async () => {
        const manager = await manage("healthy", { command: ["/nonexistent/spire-agent"] });
        await assert.rejects(manager.start(), {
            code: "not_executable",
            message: "the agent's executable can't be started: spawn /nonexistent/spire-agent ENOENT",
        });
    });

    it("doesn't take another agent's health for its own when the port is taken", async () => {
        const other = createServer((_request, response) => response.end()).listen(settings.health.port, "127.0.0.1");
        await once(other, "listening");
        try {
            await assert.rejects((await manage("healthy")).start(), {
                code: "address_in_use",
                message: `another agent answers at 127.0.0.1:${settings.health.port}, where this one's health is asked`,
            });
            assert.equal(existsSync(join(settings.dataDir, "starts")), false);
        } finally {
            other.closeAllConnections();
            await new Promise((resolve) => other.close(resolve));
        }
    });

    it("restarts an agent that was killed, without the used token, and through a crash in between", async () => {
        const manager = await manage("healthy crash healthy");
        await manager.start();
        const { pid } = manager;
        assert.ok(pid !== undefined);
        const exit = once(manager, "exit");
        process.kill(pid, "SIGKILL");
        assert.deepEqual(await exit, [{ code: null, signal: "SIGKILL" }]);
        await reached(manager, "running");
        assert.deepEqual(await starts(), ["run token=token-1", "run token=none", "run token=none"]);
        assert.equal(await manager.healthy(), true);
        assert.notEqual(manager.pid, pid);
    });

    it("gives up restarting when the log says that no restart can help", async () => {
        const manager = await manage("healthy reject");
        await manager.start();
        process.kill(manager.pid ?? 0, "SIGKILL");
        await reached(manager, "failed");
        assert.equal((await starts()).length, 2);
        assert.equal(manager.pid, undefined);
    });

    it("kills an agent that doesn't end within the deadline", async () => {
        const manager = await manage("stubborn", { stopTimeoutMs: 200 });
        await manager.start();
        assert.equal(await manager.stop(), false);
        assert.equal(manager.state, "stopped");
        assert.equal(await manager.healthy(), false);
    });

    it("can be stopped while it starts", async () => {
        const manager = await manage("silent");
        const start = manager.start();
        await once(manager, "log");
        const [, stopped] = await Promise.all([
            assert.rejects(start, { code: "stopped", message: "the agent was stopped while it started" }),
            manager.stop(),
        ]);
        assert.equal(stopped, true);
    });

    it("can be stopped while it waits to restart, and started again", async () => {
        const manager = await manage("healthy healthy", { restart: { initialMs: 60_000, maxMs: 60_000, factor: 1 } });
        await manager.start();
        process.kill(manager.pid ?? 0, "SIGKILL");
        await reached(manager, "backoff");
        assert.equal(await manager.stop(), true);
        assert.equal(manager.state, "stopped");
        await manager.start();
        assert.equal(manager.state, "running");
        await assert.rejects(manager.start(), { code: "already_started", message: "the agent is running already" });
    });
});
