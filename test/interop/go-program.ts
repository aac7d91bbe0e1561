import assert from "node:assert/strict";
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

/** Asks a Go program that takes one JSON value a line and writes one in answer to each. @returns the answers, in order */
export function askGoProgram(binary: string, questions: readonly unknown[], ...args: string[]): readonly unknown[] {
    const { stdout, stderr, status } = spawnSync(binary, args, {
        input: questions.map((question) => `${JSON.stringify(question)}\n`).join(""),
        encoding: "utf8",
        maxBuffer: 2 ** 30,
    });
    assert.equal(status, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines.length, questions.length, "one answer to each question");
    return lines.map((line) => JSON.parse(line) as unknown);
}
