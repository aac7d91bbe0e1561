import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";

import type { Settings } from "./settings.js";

/** Tells what reads the files that there are new ones: a command that is started here, a process named in a file, or both. */
export class Reader {
    private child: ChildProcess | undefined;

    constructor(
        private readonly settings: Pick<Settings, "command" | "pidFile" | "signal">,
        private readonly log: (line: string) => void,
    ) {}

    /** Starts the command if it isn't running, else signals it. Failures are told and no more: the next files may find it well again. */
    async notify(): Promise<void> {
        const { command, pidFile, signal } = this.settings;
        const [program, ...args] = command;
        if (program !== undefined) {
            if (this.child === undefined) {
                this.start(program, args);
            } else {
                this.child.kill(signal);
            }
        }
        if (pidFile !== undefined) {
            try {
                const text = (await readFile(pidFile, "utf8")).trim();
                // Signals to 0 and to negative numbers would go to whole groups of processes.
                if (!/^[1-9]\d{0,9}$/.test(text)) {
                    throw new Error("it holds no process ID");
                }
                process.kill(Number(text), signal);
            } catch (error) {
                this.log(`--pid-file ${pidFile}: ${error instanceof Error ? error.message : String(error)}`);
            }
        }
    }

    /** Asks the command to end, and waits until it has. */
    async stop(): Promise<void> {
        const { child } = this;
        this.child = undefined;
        // One that could not be started never ends.
        if (child?.pid !== undefined) {
            const ended = new Promise((resolve) => child.once("exit", resolve));
            child.kill("SIGTERM");
            await ended;
        }
    }

    private start(program: string, args: readonly string[]): void {
        const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
        this.child = child;
        child.once("error", (error) => {
            this.child = undefined;
            this.log(`${program} could not be started: ${error.message}`);
        });
        child.once("exit", (code, signal) => {
            if (this.child !== child) {
                return;
            }
            this.child = undefined;
            this.log(`${program} ended with ${signal ?? `status ${code}`}; new files start it again`);
        });
    }
}
