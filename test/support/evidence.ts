import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

import type { Surroundings } from "../../hardening/evidence/admission";
import { sourceOf } from "../../hardening/evidence/source";
import type { Trust } from "../../hardening/evidence/trust";
import { InputError } from "../../policies/engine/input";
import { withFiles } from "./files";

export const NOW = new Date("2026-11-22T12:00:00Z");
export const PREDICATE = {
    tool: { name: "mocha", version: "1" },
    at: NOW.toISOString(),
    results: [{ name: "it", outcome: "passed" as const }],
};

/** Git without the settings of whoever runs the tests. */
function git(folder: string, ...args: readonly string[]): void {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    execFileSync("git", [...identity, ...args], { cwd: folder, stdio: "pipe", env: { PATH: process.env["PATH"] } });
}

/** A checkout with one commit; `evidence` in it is ignored. */
export async function withCheckout<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
    return withFiles({ "a.txt": "a", ".gitignore": "/evidence/\n" }, (folder) => {
        git(folder, "init", "--quiet");
        git(folder, "add", "--all");
        git(folder, "commit", "--quiet", "--message", "first");
        return use(folder);
    });
}

export function around(folder: string, over: Partial<Surroundings> = {}): Surroundings {
    return {
        ...{ source: sourceOf(folder), stack: "production", stackDigest: "", cluster: undefined, now: NOW },
        ...{ trust: undefined, ...over },
    };
}

type RequiredKind = Trust["required"] extends ReadonlySet<infer Kind> ? Kind : never;

/** A policy that asks for signatures, of nobody but whom `over` names. */
export function trustAsking(required: Iterable<RequiredKind>, over: Partial<Trust> = {}): Trust {
    return { keys: [], identities: [], people: [], trustedRoot: undefined, required: new Set(required), ...over };
}

export function faultOf(run: () => unknown): readonly string[] {
    try {
        run();
    } catch (error) {
        assert.ok(error instanceof InputError, String(error));
        return error.faults;
    }
    throw new Error("it was expected to be refused");
}
