import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ComponentFailure } from "./errors";
import { lastLines, progress } from "./log";
import { childOf, isAlive, startTimeOf, type ProcessRecord } from "./state";

export interface ComponentSpec {
    readonly name: string;
    readonly command: string;
    readonly args: readonly string[];
    readonly logFile: string;
    /** Variables beside PATH and HOME. */
    readonly env?: Readonly<Record<string, string>>;
    /** True once the component serves; a rejection counts as "not yet". */
    readonly ready: () => Promise<boolean>;
    /** Runs outside of the node's namespaces even where there is a node. */
    readonly outside?: boolean;
    readonly timeoutSeconds: number;
}

/** How components are started: directly, or inside the node's namespaces. */
export interface Launcher {
    /** What is put before the command. */
    readonly prefix: readonly string[];
    /** The started process is only a wrapper; the component is its child. */
    readonly wraps: boolean;
}

/** One running program of the cluster: its process, its log and its readiness. */
export class Component {
    private constructor(
        readonly spec: ComponentSpec,
        private readonly launcher: Launcher,
        private process: ProcessRecord,
    ) {}

    get name(): string {
        return this.spec.name;
    }

    get record(): ProcessRecord {
        return this.process;
    }

    /** Starts the program; it is recorded before anything is awaited, so that a crash leaves a trace to clean up by. */
    static launch(spec: ComponentSpec, launcher: Launcher, started: (record: ProcessRecord) => void): Component {
        const record = launch(spec, launcher);
        started(record);
        return new Component(spec, launcher, record);
    }

    /** Takes up a component that an earlier run of the harness started. */
    static adopt(spec: ComponentSpec, launcher: Launcher, record: ProcessRecord): Component {
        return new Component(spec, launcher, record);
    }

    /** Waits until the component serves. A component that ends, or needs too long, is an error with its last log lines. */
    async untilReady(): Promise<void> {
        const deadline = Date.now() + this.spec.timeoutSeconds * 1000;
        while (Date.now() < deadline) {
            if (!this.isRunning()) {
                throw new ComponentFailure(this.name, "ended while starting", this.log());
            }
            if (await this.spec.ready().catch(() => false)) {
                return;
            }
            await sleep(100);
        }
        throw new ComponentFailure(this.name, `was not ready within ${this.spec.timeoutSeconds} s`, this.log());
    }

    isRunning(): boolean {
        return isAlive(this.process);
    }

    log(lines = 15): string {
        return lastLines(readFileSync(this.spec.logFile, "utf8"), lines);
    }

    /** Ends the program with a signal and waits until it is gone; after ten seconds it is killed. */
    async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
        const deadline = Date.now() + 10_000;
        this.signal(signal);
        while (this.isRunning()) {
            if (Date.now() > deadline) {
                this.signal("SIGKILL");
            }
            await sleep(50);
        }
    }

    /** Starts the program again after `stop` or a crash, and waits until it serves. */
    async restart(started: (record: ProcessRecord) => void): Promise<void> {
        if (this.isRunning()) {
            await this.stop();
        }
        this.process = launch(this.spec, this.launcher);
        started(this.process);
        await this.untilReady();
    }

    /** Freezes the program: it keeps its connections and answers nothing. `resume` undoes it. */
    pause(): void {
        this.signal("SIGSTOP");
    }

    resume(): void {
        this.signal("SIGCONT");
    }

    private signal(signal: NodeJS.Signals): void {
        const target = this.launcher.wraps ? (childOf(this.process.pid) ?? this.process.pid) : this.process.pid;
        if (this.isRunning()) {
            process.kill(target, signal);
        }
    }
}

function launch(spec: ComponentSpec, launcher: Launcher): ProcessRecord {
    progress(`starting ${spec.name}`);
    const log = openSync(spec.logFile, "a", 0o600);
    const [command, ...args] = [...launcher.prefix, spec.command, ...spec.args];
    const child = spawn(command ?? spec.command, args, {
        detached: true,
        stdio: ["ignore", log, log],
        // Without the machine's proxy settings: the components speak to each other only.
        env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...spec.env },
    });
    closeSync(log);
    child.on("error", () => {
        // A program that can't be started has no pid; the check below reports it.
    });
    child.unref();
    if (child.pid === undefined) {
        throw new ComponentFailure(spec.name, `can't be started: ${spec.command} is missing or not executable`, "");
    }
    return { name: spec.name, pid: child.pid, startTime: startTimeOf(child.pid) ?? "" };
}
