import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The scale of all tools; only `critical` and `high` block. */
export type Level = "critical" | "high" | "medium" | "low";

/** What a tool found, in one form for all tools. Never holds the text of a secret. */
export interface SecurityFinding {
    readonly tool: string;
    readonly level: Level;
    readonly rule: string;
    /** Path relative to the repository. */
    readonly file: string;
    /** One-based; 0 where the finding is about a whole file. */
    readonly line: number;
    readonly message: string;
}

/** What came of running a tool. */
export type ToolResult =
    | { readonly kind: "ran"; readonly version: string; readonly findings: readonly SecurityFinding[] }
    /** It can't run here; the reason is shown and kept in the report. */
    | { readonly kind: "skipped"; readonly reason: string }
    /** It should have run but did not; that is as bad as a finding. */
    | { readonly kind: "failed"; readonly reason: string };

export interface ToolOptions {
    /** The tool may reach the internet. */
    readonly online: boolean;
}

/** A scanner; each stands in a file of its own. */
export interface Tool {
    readonly name: string;
    /** What it looks at, for the report. */
    readonly description: string;
    readonly run: (options: ToolOptions) => ToolResult;
}

/** What a program printed and how it ended. */
export interface Outcome {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** What Node says of a program; one that can't be started has printed nothing, which its types leave out. */
interface Ended {
    readonly status: number | null;
    readonly stdout: string | null;
    readonly stderr: string | null;
    readonly error?: Error;
}

/** Runs a program without a shell. Never throws: one that can't be started ends with status 127. */
export function execute(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
    const ended: Ended = spawnSync(command, args, {
        encoding: "utf8",
        env: { ...process.env, ...env },
        maxBuffer: 256 * 1024 * 1024,
    });
    const { status, stdout, stderr, error } = ended;
    return {
        status: status ?? 127,
        stdout: stdout ?? "",
        stderr: error === undefined ? (stderr ?? "") : error.message,
    };
}

/** Where tools are kept between runs, one folder for each tool and version. */
export function toolFolder(tool: string, version: string): string {
    const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
    const folder = join(cache, "x0tta6bl4-security", `${tool}-${version}`);
    mkdirSync(folder, { recursive: true });
    return folder;
}

/** The last lines of what a program said, for a message. */
export function tail(outcome: Outcome): string {
    return (outcome.stderr || outcome.stdout).trim().split("\n").slice(-3).join(" | ");
}
