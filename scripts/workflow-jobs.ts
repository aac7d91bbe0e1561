import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { sourceOf } from "../hardening/evidence/source";
import type { Result } from "../hardening/evidence/statement";
import { Recording } from "../hardening/evidence/write";
import { UsageError } from "../hardening/io";
import { version } from "../package.json";
import { readContent } from "../policies/engine/input";
import type { Read, Schema } from "../policies/engine/schema";
import { anything, integer, listOf, object, partOf, text } from "../policies/engine/schema";
import { obj, str } from "../policies/kubernetes/kube";

/** The variables of GitHub's that say which repository and commit a workflow is about, and the token it may read them by. */
const VARIABLES = {
    GITHUB_API_URL: text("an address that begins with http", /^https?:\/\/\S+$/),
    GITHUB_REPOSITORY: text("OWNER/NAME", /^[\w.-]+\/[\w.-]+$/),
    GITHUB_SHA: text("a commit by 40 hexadecimal digits", /^[0-9a-f]{40}$/),
    GH_TOKEN: text("a token"),
};
const CONTEXT = object(VARIABLES);
type Context = Read<typeof CONTEXT>;

/** https://docs.github.com/en/rest/actions/workflow-runs */
const RUN = partOf({
    id: integer(1),
    run_attempt: integer(1),
    path: text(),
    event: text(),
    head_sha: text(),
    head_repository: partOf({ full_name: text() }),
});
/** https://docs.github.com/en/rest/actions/workflow-jobs; `conclusion` and `completed_at` are null until a job has ended. */
const JOB = partOf({ name: text(), status: text(), conclusion: anything, completed_at: anything });

type Run = Read<typeof RUN>;
type Job = Read<typeof JOB>;

/** Events whose runs are of the commit itself. A pull request's run is of a merge that no branch holds. */
const OF_COMMIT = new Set(["push", "schedule", "workflow_dispatch"]);

/** What a job came to. All else was stopped or passed over: it shows nothing. */
const OUTCOMES: Readonly<Record<string, Result["outcome"]>> = {
    success: "passed",
    failure: "failed",
    timed_out: "failed",
    startup_failure: "failed",
};

const PAGE = 100;

/**
 * States what the jobs of this commit's workflows came to, a statement for each run that has ended jobs, by what GitHub itself
 * says of them. Jobs that still run are left out: that of the caller, too.
 *
 * @param env the variables of a workflow, and GH_TOKEN, which needs the permission `actions: read`
 * @returns the files
 * @throws InputError where a variable is missing, GitHub does not answer as documented, or the checkout is of another commit
 */
export async function stateJobs(
    directory: string,
    folder: string,
    env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
    const given = Object.keys(VARIABLES).flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
    const context = readContent(CONTEXT, Object.fromEntries(given), "environment");
    const { GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = context;
    const source = sourceOf(directory);
    if (!("commit" in source) || source.commit !== commit) {
        throw new UsageError([`no evidence can be written: GITHUB_SHA is ${commit}, which is not what is checked out`]);
    }
    const recording = new Recording(directory, folder);
    const runs = await pages(context, `runs?head_sha=${commit}`, "workflow_runs", RUN);
    const files: string[] = [];
    for (const run of runs.filter((each) => isOwn(each, repository, commit))) {
        const workflow = workflowOf(directory, run);
        if (workflow === undefined) {
            continue;
        }
        const jobs = await pages(context, `runs/${run.id}/jobs?filter=latest`, "jobs", JOB);
        const ended = jobs.filter(({ status }) => status === "completed");
        const results = resultsOf(workflow, jobs, `run ${run.id}, attempt ${run.run_attempt}, on ${run.event}`);
        if (results.length > 0) {
            // A run may be repeated in part, a month later: it is as old as the oldest of what it holds.
            const [at = ""] = ended
                .map((job) => str(job.completed_at))
                .filter((time) => time !== "")
                .sort();
            const tool = { name: "evidence:jobs", version };
            files.push(recording.write({ kind: "jobs", predicate: { tool, at, results } }));
        }
    }
    return files;
}

function isOwn({ event, head_sha: head, head_repository: from }: Run, repository: string, commit: string): boolean {
    return OF_COMMIT.has(event) && head === commit && from.full_name === repository;
}

interface Workflow {
    readonly path: string;
    /** Ids of its jobs by the names that they are shown by. */
    readonly ids: ReadonlyMap<string, string>;
}

/** A run's workflow as this checkout has it; undefined where it has none, as of those that GitHub itself adds. */
function workflowOf(directory: string, { path: given }: Run): Workflow | undefined {
    const [path = ""] = given.split("@");
    if (!/^\.github\/workflows\/[\w.-]+\.ya?ml$/.test(path)) {
        return undefined;
    }
    try {
        const jobs = obj(obj(load(readFileSync(join(directory, path), "utf8")))["jobs"]);
        return { path, ids: new Map(Object.entries(jobs).map(([id, job]) => [str(obj(job)["name"]) || id, id])) };
    } catch {
        return undefined;
    }
}

/** One result for each job that has ended, in all of its variants. */
function resultsOf({ path, ids }: Workflow, jobs: readonly Job[], detail: string): readonly Result[] {
    const byId = Map.groupBy(jobs, ({ name }) => ids.get(name) ?? ids.get(name.replace(/ \(.*\)$/, "")));
    return [...byId].flatMap(([id, variants]): readonly Result[] => {
        if (id === undefined || variants.some(({ status }) => status !== "completed")) {
            return [];
        }
        const outcomes = variants.map(({ conclusion }) => OUTCOMES[str(conclusion)] ?? "unknown");
        const worst = (["failed", "unknown"] as const).find((outcome) => outcomes.includes(outcome));
        return [{ name: `${path}#${id}`, outcome: worst ?? "passed", detail }];
    });
}

/** All pages of a list of the REST API's. */
async function pages<T>(context: Context, path: string, name: string, item: Schema<T>): Promise<readonly T[]> {
    const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository, GH_TOKEN: token } = context;
    const found: T[] = [];
    for (let page = 1; ; page += 1) {
        const what = `repos/${repository}/actions/${path}&per_page=${PAGE}&page=${page}`;
        const response = await fetch(`${api}/${what}`, {
            headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
            signal: AbortSignal.timeout(30_000),
        }).catch((error: unknown) => {
            throw new UsageError([`${what}: no answer (${error instanceof Error ? error.message : "unknown"})`]);
        });
        if (!response.ok) {
            throw new UsageError([`${what}: answered ${response.status}`]);
        }
        const list = partOf({ [name]: listOf(item) });
        const items = readContent(list, await response.json().catch(() => undefined), what)[name] ?? [];
        found.push(...items);
        if (items.length < PAGE) {
            return found;
        }
    }
}
