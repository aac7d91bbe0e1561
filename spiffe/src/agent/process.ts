import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import type { LogLine } from "./log.js";
import { parseLogLine } from "./log.js";

/** How a process ended. */
export interface ExitStatus {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
}

/** One run of the agent's executable. */
export class AgentProcess {
    /** Resolves when the process has ended, or couldn't be started. Never rejects. */
    readonly exited: Promise<ExitStatus>;
    /** Set when the executable couldn't be started at all. */
    startError: Error | undefined;
    private readonly child: ChildProcess;

    constructor(command: readonly [string, ...string[]], args: readonly string[], onLine: (line: LogLine) => void) {
        const [executable, ...first] = command;
        this.child = spawn(executable, [...first, ...args], { stdio: ["ignore", "pipe", "pipe"] });
        for (const stream of [this.child.stdout, this.child.stderr]) {
            if (stream !== null) {
                createInterface({ input: stream }).on("line", (line) => onLine(parseLogLine(line)));
            }
        }
        this.exited = new Promise((resolve) => {
            this.child.once("error", (error) => {
                this.startError = error;
                resolve({ code: null, signal: null });
            });
            this.child.once("close", (code, signal) => resolve({ code, signal }));
        });
    }

    get pid(): number | undefined {
        return this.child.pid;
    }

    /**
     * Asks the process to end, and kills it when it hasn't by the deadline.
     *
     * @returns whether it ended by itself
     */
    async stop(deadlineMs: number): Promise<boolean> {
        this.child.kill("SIGTERM");
        const timer = AbortSignal.timeout(deadlineMs);
        const late = once(timer, "abort").then(() => false);
        const graceful = await Promise.race([this.exited.then(() => true), late]);
        if (!graceful) {
            this.kill();
            await this.exited;
        }
        return graceful;
    }

    kill(): void {
        this.child.kill("SIGKILL");
    }
}
