import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { findBinary } from "../support/binary";

/** The CLI with its host for Node.js, and the providers that the stack uses. */
const PROGRAMS = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes", "pulumi-resource-random"];

/** No command of the suite takes longer than this, on however busy a machine. */
const COMMAND_MINUTES = 30;

/**
 * PATH without the folders of npm: npm's `pulumi` is a launcher that downloads a CLI, and the suite runs the one that
 * is installed.
 */
function searchPath(): readonly string[] {
    const npm = join("node_modules", ".bin");
    return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "" && !folder.endsWith(npm));
}

/** Which of the engine's programs are not installed. */
export function missingPrograms(): readonly string[] {
    return PROGRAMS.filter((program) => findBinary(program, searchPath()) === undefined);
}

/** What to add to a suite's title where the engine is not installed. */
export function skipNote(): string {
    const missing = missingPrograms();
    return missing.length === 0 ? "" : ` (skipped: ${missing.join(", ")} not on the PATH)`;
}

/** One command of the CLI. */
export interface CliRun {
    /** Where the engine keeps what is its own; no two projects share one. */
    readonly home: string;
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
}

/**
 * The engine and all that it has started. It puts hosts and providers into process groups of their own, so they are known
 * by what they inherit: the place of their project's home.
 */
export function processesOf(home: string): readonly number[] {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((pid) => environmentOf(pid).includes(`PULUMI_HOME=${home}`));
}

/** What a process was started with; nothing where it is another user's, or gone. */
function environmentOf(pid: number): readonly string[] {
    try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    } catch {
        return [];
    }
}

/** Ends the engine and all that it has started, at once. */
export function endEngine(home: string): void {
    for (const pid of processesOf(home)) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // It has ended by itself.
        }
    }
}

/** SIGTERM alone would skip what is to be done at the exit. */
function endSuite(): void {
    process.exit(143);
}

/** Runs the CLI. Neither it nor anything it started outlives the run or the suite, however either ends. */
export async function runCli(
    args: readonly string[],
    { home, cwd, env }: CliRun,
): Promise<{ code: number; output: string }> {
    const command = findBinary("pulumi", searchPath());
    if (command === undefined) {
        throw new Error("pulumi is not on the PATH");
    }
    const child = spawn(command, ["--non-interactive", "--color=never", ...args], {
        cwd,
        env: {
            ...process.env,
            // The program runs on the Node.js of the tests.
            PATH: [dirname(process.execPath), ...searchPath()].join(delimiter),
            // ts-node would take over the options of the test runner.
            NODE_OPTIONS: "",
            PULUMI_HOME: home,
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            // Event logs are an option for tools.
            PULUMI_DEBUG_COMMANDS: "true",
            ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
    });
    const end = (): void => endEngine(home);
    process.once("exit", end);
    process.once("SIGTERM", endSuite);
    const timer = setTimeout(end, COMMAND_MINUTES * 60_000);
    try {
        const chunks: Buffer[] = [];
        child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
        const code = await new Promise<number>((resolve, reject) => {
            child.once("error", reject);
            child.once("exit", (status) => resolve(status ?? -1));
        });
        return { code, output: Buffer.concat(chunks).toString() };
    } finally {
        clearTimeout(timer);
        process.off("exit", end);
        process.off("SIGTERM", endSuite);
        end();
    }
}
