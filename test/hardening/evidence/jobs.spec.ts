import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import type { Surroundings } from "../../../hardening/evidence/admission";
import { readEvidence } from "../../../hardening/evidence/folder";
import { Observations } from "../../../hardening/evidence/observations";
import { sourceOf } from "../../../hardening/evidence/source";
import { InputError } from "../../../policies/engine/input";
import { stateJobs } from "../../../scripts/workflow-jobs";
import { trustAsking } from "../../support/evidence";
import { withFiles } from "../../support/files";

const CI = ".github/workflows/ci.yml";
const FILES = {
    ".gitignore": "/evidence/\n",
    [CI]: "jobs: {test: {}, scan: {name: Scan images}, preview: {}, bench: {}, slow: {}, late: {}, of: {name: 'Images of ${{ matrix.a }}'}}",
};
const DAY_MS = 86_400_000;
const NOW = new Date("2026-11-22T12:00:00Z");

/** Answers of GitHub's, by the path behind the repository's actions. */
type Answers = (path: string) => object | undefined;

interface Asked {
    readonly folder: string;
    readonly commit: string;
    readonly env: Readonly<Record<string, string>>;
    readonly paths: readonly string[];
}

/** A checkout with a commit of FILES, and a server that answers as GitHub's API does. */
async function asked(answers: (commit: string) => Answers, use: (asked: Asked) => Promise<void>): Promise<void> {
    await withFiles(FILES, async (folder) => {
        const git = (...args: readonly string[]): string =>
            execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
                ...{ cwd: folder, encoding: "utf8", stdio: "pipe", env: { PATH: process.env["PATH"] } },
            }).trim();
        git("init", "--quiet");
        git("add", "--all");
        git("-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "first");
        const commit = git("rev-parse", "HEAD");
        const paths: string[] = [];
        const server = createServer((request, response) => {
            const path = (request.url ?? "").replace("/repos/acme/shop/actions/", "");
            paths.push(path);
            const allowed = request.headers.authorization === "Bearer of-the-workflow";
            const answer = allowed ? answers(commit)(path) : undefined;
            response.writeHead(answer === undefined ? 403 : 200, { "content-type": "application/json" });
            response.end(JSON.stringify(answer ?? {}));
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const env = {
            ...{ GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, PATH: "/usr/bin" },
            ...{ GITHUB_REPOSITORY: "acme/shop", GITHUB_SHA: commit, GH_TOKEN: "of-the-workflow" },
        };
        try {
            await use({ folder, commit, env, paths });
        } finally {
            server.close();
        }
    });
}

const run = (commit: string, over: object = {}): object => ({
    ...{ id: 7, run_attempt: 1, path: CI, event: "push", head_sha: commit, status: "in_progress" },
    ...{ head_repository: { full_name: "acme/shop" }, ...over },
});
const job = (name: string, conclusion: string | null, at = "2026-11-21T10:00:00Z"): object => ({
    ...{ name, conclusion, status: conclusion === null ? "in_progress" : "completed" },
    completed_at: conclusion === null ? null : at,
});

const JOBS = [
    job("test", "success", "2026-11-21T09:00:00Z"),
    job("Scan images (a, b)", "success"),
    job("Scan images (c)", "timed_out"),
    job("preview (staging)", "success"),
    job("preview (production)", "cancelled"),
    job("bench", "skipped"),
    job("slow (1)", "success"),
    job("slow (2)", null),
    job("late", null),
    job("another", "success"),
    job("Images of a", "success"),
    job("Images of b", "failure"),
];

const answersOf =
    (jobs: readonly object[], over: object = {}) =>
    (commit: string): Answers =>
    (path) =>
        path.includes("/jobs?") ? { jobs } : { workflow_runs: [run(commit, over)] };

const around = (folder: string, over: Partial<Surroundings> = {}): Surroundings => ({
    ...{ source: sourceOf(folder), stack: "staging", stackDigest: "", cluster: undefined, now: NOW },
    ...{ trust: undefined, ...over },
});

describe("evidence of the jobs of workflows", () => {
    it("says of each job that has ended what its variants came to together, as old as the oldest of them", async () => {
        await asked(answersOf(JOBS), async ({ folder, env, commit, paths }) => {
            const evidence = join(folder, "evidence");
            assert.equal((await stateJobs(folder, evidence, env)).length, 1);
            const [taken] = await readEvidence([evidence], around(folder));
            assert.equal(taken?.refused, undefined);
            assert.deepEqual([taken?.kind, taken?.at], ["jobs", "2026-11-21T09:00:00Z"]);
            const detail = "run 7, attempt 1, on push";
            assert.deepEqual(taken?.results, [
                { name: `${CI}#test`, outcome: "passed", detail },
                { name: `${CI}#scan`, outcome: "failed", detail },
                { name: `${CI}#preview`, outcome: "unknown", detail },
                { name: `${CI}#bench`, outcome: "unknown", detail },
                { name: `${CI}#of`, outcome: "failed", detail },
            ]);
            assert.deepEqual(paths, [
                `runs?head_sha=${commit}&per_page=100&page=1`,
                "runs/7/jobs?filter=latest&per_page=100&page=1",
            ]);
        });
    });

    it("reads every page", async () => {
        const many = Array.from({ length: 100 }, (_, index) => job(`test (${index})`, "success"));
        const answers =
            (commit: string): Answers =>
            (path) =>
                path.includes("/jobs?")
                    ? { jobs: path.endsWith("page=1") ? many : [job("test (last)", "failure")] }
                    : { workflow_runs: [run(commit)] };
        await asked(answers, async ({ folder, env }) => {
            await stateJobs(folder, join(folder, "evidence"), env);
            const [taken] = await readEvidence([join(folder, "evidence")], around(folder));
            assert.deepEqual(
                taken?.results.map(({ outcome }) => outcome),
                ["failed"],
            );
        });
    });

    for (const [what, over] of [
        ["of a pull request", { event: "pull_request" }],
        ["of another commit", { head_sha: "0".repeat(40) }],
        ["of a fork", { head_repository: { full_name: "mallory/shop" } }],
        ["of a workflow that is not in the checkout", { path: ".github/workflows/other.yml" }],
        ["of a workflow outside of its folder", { path: "../ci.yml" }],
    ] as const) {
        it(`says nothing of a run ${what}`, async () => {
            await asked(answersOf(JOBS, over), async ({ folder, env }) => {
                assert.deepEqual(await stateJobs(folder, join(folder, "evidence"), env), []);
            });
        });
    }

    it("proves nothing once it is old, about other files, or unsigned where it has to be signed", async () => {
        await asked(answersOf(JOBS), async ({ folder, env }) => {
            const evidence = join(folder, "evidence");
            await stateJobs(folder, evidence, env);
            const wanted = { maxAge: 8 * DAY_MS, live: false };
            const seen = async (now: Date, over: Partial<Surroundings> = {}) => {
                const observations = new Observations(await readEvidence([evidence], around(folder, over)), now);
                const of = observations.of("jobs", `${CI}#test`, wanted);
                return of.kind === "seen" ? of.observation.outcome : of.reason.replace(/^\S+\.json/, "it");
            };
            assert.equal(await seen(NOW), "passed");
            assert.equal(
                await seen(new Date(NOW.getTime() + 9 * DAY_MS)),
                "passed 2026-11-21T09:00:00Z, more than 8 days ago",
            );
            const source = { commit: "0".repeat(40), tree: "0".repeat(40) };
            assert.match(await seen(NOW, { source }), /^it proves nothing: it is about the commit [0-9a-f]{12}, not/);
            const trust = trustAsking(["jobs"]);
            assert.equal(
                await seen(NOW, { trust }),
                "it proves nothing: it is not signed, which evidence of the kind jobs has to be",
            );
        });
    });

    it("is refused outside of a workflow, of another commit, and where GitHub does not answer as it should", async () => {
        await asked(answersOf([{}]), async ({ folder, env, commit }) => {
            const faults = async (over: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> => {
                try {
                    await stateJobs(folder, join(folder, "evidence"), { ...env, ...over });
                } catch (error) {
                    assert.ok(error instanceof InputError, String(error));
                    return error.faults;
                }
                return [];
            };
            assert.deepEqual(await faults({ GITHUB_REPOSITORY: undefined, GITHUB_SHA: "main" }), [
                "environment: GITHUB_REPOSITORY is missing; it must be OWNER/NAME",
                'environment: GITHUB_SHA must be a commit by 40 hexadecimal digits, found "main"',
            ]);
            assert.deepEqual(await faults({ GITHUB_SHA: "0".repeat(40) }), [
                `no evidence can be written: GITHUB_SHA is ${"0".repeat(40)}, which is not what is checked out`,
            ]);
            assert.deepEqual(await faults({ GH_TOKEN: "of-nobody" }), [
                `repos/acme/shop/actions/runs?head_sha=${commit}&per_page=100&page=1: answered 403`,
            ]);
            const [first = ""] = await faults({});
            assert.match(first, /^repos\/acme\/shop\/actions\/runs\/7\/jobs\?\S+: jobs\[0\]\.name is missing/);
        });
    });
});
