import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

export interface Outcome {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

export interface ExecOptions {
    readonly input?: string;
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly timeoutSeconds?: number;
}

/** Runs a program to its end. A non-zero exit is an answer, not an error; a program that can't be started is an error. */
export async function run(command: string, args: readonly string[], options: ExecOptions = {}): Promise<Outcome> {
    return new Promise((resolve, reject) => {
        const child = execFile(
            command,
            args,
            {
                cwd: options.cwd,
                env: options.env ?? process.env,
                maxBuffer: 256 * 1024 * 1024,
                timeout: (options.timeoutSeconds ?? 120) * 1000,
                killSignal: "SIGKILL",
            },
            (error, stdout, stderr) => {
                if (error === null) {
                    resolve({ code: 0, stdout, stderr });
                } else if (typeof error.code === "number") {
                    resolve({ code: error.code, stdout, stderr });
                } else if (error.killed === true) {
                    reject(
                        new Error(`${command} ${args.join(" ")} did not end within ${options.timeoutSeconds ?? 120} s`),
                    );
                } else {
                    reject(new Error(`${command}: ${error.message}`, { cause: error }));
                }
            },
        );
        child.stdin?.on("error", () => {
            // The program may end without reading its input; its exit code tells the story.
        });
        child.stdin?.end(options.input ?? "");
    });
}

/** Runs a program that must succeed and answers its standard output. */
export async function must(command: string, args: readonly string[], options: ExecOptions = {}): Promise<string> {
    const outcome = await run(command, args, options);
    if (outcome.code !== 0) {
        throw new Error(
            `${command} ${args.join(" ")} ended with ${outcome.code}: ${outcome.stderr.trim() || outcome.stdout.trim()}`,
        );
    }
    return outcome.stdout;
}

/** The path of an executable on PATH (and in the administrator's folders, which a user's PATH may lack), if there is one. */
export async function which(program: string): Promise<string | undefined> {
    for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"]) {
        const candidate = join(folder, program);
        try {
            await access(candidate, constants.X_OK);
            return candidate;
        } catch {
            continue;
        }
    }
    return undefined;
}
