import { existsSync } from "node:fs";
import { join } from "node:path";

import type { ToolResult } from "./tool";
import { execute, tail, toolFolder } from "./tool";

/** A program that is ready to run, or why there is none. */
export type Installed = { readonly path: string } | Extract<ToolResult, { kind: "skipped" | "failed" }>;

/** Builds a Go program at an exact version, once. */
export function installGo(name: string, modulePath: string, version: string): Installed {
    if (execute("go", ["version"]).status !== 0) {
        return { kind: "skipped", reason: "needs Go; install it from https://go.dev" };
    }
    const folder = toolFolder(name, version);
    const path = join(folder, name);
    if (existsSync(path)) {
        return { path };
    }
    const outcome = execute("go", ["install", `${modulePath}@${version}`], { GOBIN: folder });
    return outcome.status === 0 ? { path } : { kind: "failed", reason: `go install ${modulePath}: ${tail(outcome)}` };
}

/** Installs a Python program at an exact version into an environment of its own, once. */
export function installPython(name: string, version: string): Installed {
    if (execute("python3", ["-m", "venv", "--help"]).status !== 0) {
        return { kind: "skipped", reason: "needs Python 3 with venv" };
    }
    const folder = toolFolder(name, version);
    const path = join(folder, "bin", name);
    if (existsSync(path)) {
        return { path };
    }
    const steps: readonly (readonly [string, readonly string[]])[] = [
        ["python3", ["-m", "venv", folder]],
        [join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", `${name}==${version}`]],
    ];
    for (const [command, args] of steps) {
        const outcome = execute(command, args);
        if (outcome.status !== 0) {
            return { kind: "failed", reason: `pip install ${name}: ${tail(outcome)}` };
        }
    }
    return { path };
}
