import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { PulumiCommand } from "@pulumi/pulumi/automation";

import { findBinary } from "../support/binary";

/** The CLI with its host for Node.js, and the providers that the stack uses. */
const PROGRAMS = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes", "pulumi-resource-random"];

/** No command of the suite takes longer than this, on however busy a machine. */
const COMMAND_MINUTES = 30;

/**
 * PATH without the folders of npm: npm's `pulumi` is a launcher that downloads a CLI, and the suite runs the one that
 * is installed.
 */
export function searchPath(): readonly string[] {
    const npm = join("node_modules", ".bin");
    return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "" && !folder.endsWith(npm));
}

/** Which of the engine's programs are not installed. */
export function missingPrograms(programs: readonly string[] = PROGRAMS): readonly string[] {
    return programs.filter((program) => findBinary(program, searchPath()) === undefined);
}

/** What to add to a suite's title where the engine is not installed. */
export function skipNote(programs: readonly string[] = PROGRAMS): string {
    const missing = missingPrograms(programs);
    return missing.length === 0 ? "" : ` (skipped: ${missing.join(", ")} not on the PATH)`;
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

/** What the engine is started with beside the variables of the suite. */
export function engineEnvironment(home: string): Readonly<Record<string, string>> {
    return {
        // The program runs on the Node.js of the tests.
        PATH: [dirname(process.execPath), ...searchPath()].join(delimiter),
        // ts-node would take over the options of the test runner.
        NODE_OPTIONS: "",
        PULUMI_HOME: home,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
}

/**
 * The installed CLI, as the Automation API takes it: in a folder `bin` below a root of its own, since npm's launcher comes
 * first on the suite's PATH.
 */
export async function installedEngine(home: string): Promise<PulumiCommand> {
    const command = findBinary("pulumi", searchPath());
    if (command === undefined) {
        throw new Error("pulumi is not on the PATH");
    }
    const root = join(home, "cli");
    mkdirSync(join(root, "bin"), { recursive: true });
    symlinkSync(command, join(root, "bin", "pulumi"));
    return PulumiCommand.get({ root });
}

/** Waits for what the engine was asked to do. Nothing that it starts outlives that, or the suite, however either ends. */
export async function attended<Result>(home: string, asked: () => Promise<Result>): Promise<Result> {
    const end = (): void => endEngine(home);
    process.once("exit", end);
    process.once("SIGTERM", endSuite);
    const timer = setTimeout(end, COMMAND_MINUTES * 60_000);
    try {
        return await asked();
    } finally {
        clearTimeout(timer);
        process.off("exit", end);
        process.off("SIGTERM", endSuite);
        end();
    }
}
