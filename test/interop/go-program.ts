import { execFile, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Whether Go programs can be built here. */
export function goIsThere(): boolean {
    return spawnSync("go", ["version"]).status === 0;
}

/** Builds the Go program of a folder beside this file; quick when nothing has changed. @returns the path of its binary */
export async function buildGoProgram(name: string): Promise<string> {
    const binary = join(import.meta.dirname, "../../.cache/interop", name);
    mkdirSync(join(binary, ".."), { recursive: true });
    await promisify(execFile)("go", ["build", "-o", binary, "."], { cwd: join(import.meta.dirname, name) });
    return binary;
}
