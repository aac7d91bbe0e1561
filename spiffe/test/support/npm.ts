import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a program printed, and how it ended. */
export interface Outcome {
    readonly code: number;
    readonly output: string;
}

/** Runs a program to its end, whatever comes of it. */
export async function runProgram(
    program: string,
    args: readonly string[],
    options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Outcome> {
    // No coverage: that of another process, compiled in another way, would spoil ours.
    const env = { ...process.env, NODE_V8_COVERAGE: undefined, NODE_OPTIONS: undefined, ...options.env };
    try {
        const { stdout, stderr } = await run(program, args, { ...options, env, maxBuffer: 64 * 1024 * 1024 });
        return { code: 0, output: stdout + stderr };
    } catch (error) {
        const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
        return {
            code: typeof code === "number" ? code : -1,
            output: `${stdout ?? ""}${stderr ?? ""}` || String(error),
        };
    }
}

/** Runs npm, and fails with what it says. Resolves to what it printed. */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
    const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
    const { code, output } = await runProgram("npm", [...args, ...quiet], { cwd });
    if (code !== 0) {
        throw new Error(`npm ${args.join(" ")}:\n${output}`);
    }
    return output;
}
