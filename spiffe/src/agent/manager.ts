import { EventEmitter } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { BackoffCurve } from "../workload/backoff.js";
import { isAborted } from "../workload/abort.js";
import { Backoff, sleep } from "../workload/backoff.js";
import { AgentError } from "./error.js";
import type { AgentFault, LogLine } from "./log.js";
import { faultIn } from "./log.js";
import type { ExitStatus } from "./process.js";
import { AgentProcess } from "./process.js";
import type { AgentSettings } from "./settings.js";
import { ownFolder, writePrivate } from "./private-files.js";
import { renderAgentConfig } from "./settings.js";

const HEALTH_POLL_MS = 100;
const HEALTH_TIMEOUT_MS = 2_000;
const RESTART_CURVE: BackoffCurve = { initialMs: 1_000, maxMs: 30_000, factor: 2 };

/**
 * `starting` until the agent is healthy, `running`, `backoff` between an end and the next start, `stopping` and `stopped` by us, `failed`
 * when no restart can help.
 */
export type AgentState = "stopped" | "starting" | "running" | "backoff" | "stopping" | "failed";

/** How an agent is run and watched, beside its settings. */
export interface AgentManagerOptions {
    /** The executable and its first arguments. Defaults to `spire-agent` on the PATH. */
    readonly command?: readonly [string, ...string[]];
    /** Milliseconds until the agent must be healthy. Defaults to 60,000. */
    readonly startTimeoutMs?: number;
    /** Milliseconds a stop may take before the agent is killed. Defaults to 10,000. */
    readonly stopTimeoutMs?: number;
    /** Waits between restarts. Defaults to 1 s, doubling up to 30 s. */
    readonly restart?: BackoffCurve;
}

/** Events of a manager. */
export interface AgentEvents {
    state: [state: AgentState];
    /** Every line the agent logs. */
    log: [line: LogLine];
    /** A known trouble in the log. */
    fault: [fault: AgentFault];
    /** The process ended without being asked to. */
    exit: [status: ExitStatus];
}

/**
 * Runs a SPIRE agent: writes its configuration, starts it, waits until it is healthy, restarts it with growing waits when it ends, and
 * stops it. An agent that can never succeed (a used join token, a bundle that isn't the server's) goes on trying for ever by itself; here
 * its log is read and the start fails at once, saying what to do.
 */
export class SpireAgentManager extends EventEmitter<AgentEvents> {
    private current: AgentState = "stopped";
    private process: AgentProcess | undefined;
    private fault: AgentFault | undefined;
    private stopping = new AbortController();
    private supervision: Promise<void> | undefined;
    private readonly backoff: Backoff;

    /** @throws {AgentSettingsError} with all faults at once */
    constructor(
        private readonly settings: AgentSettings,
        private readonly options: AgentManagerOptions = {},
    ) {
        super();
        this.config = renderAgentConfig(settings);
        this.backoff = new Backoff(options.restart ?? RESTART_CURVE);
    }

    private readonly config: string;

    get state(): AgentState {
        return this.current;
    }

    get pid(): number | undefined {
        return this.process?.pid;
    }

    /** What goes into `SPIFFE_ENDPOINT_SOCKET`. */
    get workloadApiAddress(): string {
        return `unix://${this.settings.socketPath}`;
    }

    /**
     * Starts the agent and waits until it is healthy; from then on it is kept running.
     *
     * @throws {AgentError} when it doesn't become healthy; nothing is left running then
     */
    async start(): Promise<void> {
        if (this.current !== "stopped" && this.current !== "failed") {
            throw new AgentError("already_started", `the agent is ${this.current} already`);
        }
        this.stopping = new AbortController();
        this.fault = undefined;
        this.setState("starting");
        try {
            await this.writeFiles();
            await this.launch();
        } catch (error) {
            await this.process?.stop(this.options.stopTimeoutMs ?? 10_000);
            this.process = undefined;
            this.setState("failed");
            throw error;
        } finally {
            await rm(this.tokenPath, { force: true });
        }
        this.setState("running");
        this.supervision = this.supervise();
    }

    /**
     * Stops the agent for good. Workloads keep the SVIDs they have.
     *
     * @returns whether the agent ended by itself within the deadline; true when it wasn't running
     */
    async stop(): Promise<boolean> {
        if (this.current === "stopped" || this.current === "failed") {
            return true;
        }
        this.setState("stopping");
        this.stopping.abort();
        const graceful = (await this.process?.stop(this.options.stopTimeoutMs ?? 10_000)) ?? true;
        await this.supervision;
        this.process = undefined;
        this.setState("stopped");
        return graceful;
    }

    /** Whether the agent says of itself that it is ready. */
    async healthy(): Promise<boolean> {
        try {
            const response = await fetch(`http://127.0.0.1:${this.settings.health.port}/ready`, {
                signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
            });
            await response.arrayBuffer();
            return response.ok;
        } catch {
            return false;
        }
    }

    private get configPath(): string {
        return join(this.settings.dataDir, "agent.conf");
    }

    private get tokenPath(): string {
        return join(this.settings.dataDir, "join-token");
    }

    private async writeFiles(): Promise<void> {
        const { dataDir, socketPath, nodeAttestation } = this.settings;
        await ownFolder(dataDir);
        await mkdir(dirname(socketPath), { recursive: true, mode: 0o755 });
        await writePrivate(this.configPath, this.config);
        if (nodeAttestation.type === "join_token" && nodeAttestation.token !== undefined) {
            // A file, since arguments are open to every process of the node; gone as soon as the agent has attested.
            await writePrivate(this.tokenPath, nodeAttestation.token);
        }
    }

    /** Starts one process and waits until it is healthy. */
    private async launch(withToken = true): Promise<void> {
        const { nodeAttestation, health } = this.settings;
        if (await this.healthy()) {
            const message = `another agent answers at 127.0.0.1:${health.port}, where this one's health is asked`;
            throw new AgentError("address_in_use", message);
        }
        const token = withToken && nodeAttestation.type === "join_token" && nodeAttestation.token !== undefined;
        const args = ["run", "-config", this.configPath, ...(token ? ["-joinTokenFile", this.tokenPath] : [])];
        const process = new AgentProcess(this.options.command ?? ["spire-agent"], args, (line) => this.read(line));
        this.process = process;
        await this.becomeHealthy(process);
    }

    private async becomeHealthy(process: AgentProcess): Promise<void> {
        const timeoutMs = this.options.startTimeoutMs ?? 60_000;
        const deadline = performance.now() + timeoutMs;
        let exit: ExitStatus | undefined;
        void process.exited.then((status) => (exit = status));
        for (;;) {
            const healthy = await this.healthy();
            this.refuseFault(process, exit);
            if (healthy && exit === undefined) {
                return;
            }
            if (performance.now() > deadline) {
                const hint =
                    this.fault === undefined ? "" : `; its log says: ${this.fault.message}. ${this.fault.advice}`;
                throw new AgentError("start_timeout", `the agent wasn't healthy within ${timeoutMs} ms${hint}`);
            }
            await sleep(HEALTH_POLL_MS, this.stopping.signal).catch(() => {
                throw new AgentError("stopped", "the agent was stopped while it started");
            });
        }
    }

    /** Throws what makes waiting pointless: a final fault in the log, or the end of the process. */
    private refuseFault(process: AgentProcess, exit: ExitStatus | undefined): void {
        if (process.startError !== undefined) {
            const message = `the agent's executable can't be started: ${process.startError.message}`;
            throw new AgentError("not_executable", message, { cause: process.startError });
        }
        const { fault } = this;
        if (fault?.final === true) {
            throw new AgentError(fault.code, `the agent can't start: ${fault.message}. ${fault.advice}`);
        }
        if (exit !== undefined) {
            throw new AgentError("exited", `the agent ended at start (${describe(exit)})`);
        }
    }

    /** Keeps an agent running until it is stopped or can't ever succeed. */
    private async supervise(): Promise<void> {
        const { signal } = this.stopping;
        while (!isAborted(signal) && this.process !== undefined) {
            const status = await this.process.exited;
            if (isAborted(signal)) {
                return;
            }
            this.emit("exit", status);
            await this.restart(signal);
        }
    }

    private async restart(signal: AbortSignal): Promise<void> {
        while (!isAborted(signal)) {
            this.setState("backoff");
            await sleep(this.backoff.next(), signal).catch(() => {});
            if (isAborted(signal)) {
                return;
            }
            this.fault = undefined;
            this.setState("starting");
            try {
                // The token is used up: the agent comes back by the keys and the SVID in its data directory.
                await this.launch(false);
                this.backoff.reset();
                this.setState("running");
                return;
            } catch (error) {
                await this.process?.stop(this.options.stopTimeoutMs ?? 10_000);
                if (this.isFinal(error)) {
                    this.process = undefined;
                    this.setState("failed");
                    return;
                }
            }
        }
    }

    private isFinal(error: unknown): boolean {
        return !this.stopping.signal.aborted && error instanceof AgentError && this.fault?.code === error.code;
    }

    private read(line: LogLine): void {
        this.emit("log", line);
        const fault = faultIn(line);
        if (fault !== undefined) {
            // A later, lesser trouble doesn't hide one that ends everything.
            this.fault = this.fault?.final === true ? this.fault : fault;
            this.emit("fault", fault);
        }
    }

    private setState(state: AgentState): void {
        if (this.current !== state && (this.current !== "stopping" || state === "stopped")) {
            this.current = state;
            this.emit("state", state);
        }
    }
}

function describe({ code, signal }: ExitStatus): string {
    return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
