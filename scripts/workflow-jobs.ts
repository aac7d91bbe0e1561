import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { sourceOf } from "../hardening/evidence/source";
import type { Result } from "../hardening/evidence/statement";
import { Recording } from "../hardening/evidence/write";
import { UsageError } from "../hardening/io";
import { version } from "../package.json";
import type { Read } from "../policies/engine/schema";
import { anything, integer, partOf, text } from "../policies/engine/schema";
import { obj, str } from "../policies/kubernetes/kube";
import { escapedPattern } from "../policies/text";
import type { Variables } from "./github";
import { GitHub, variables } from "./github";

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

/**
 * States what the jobs of this commit's workflows came to, a statement for each run that has ended jobs, by what GitHub itself
 * says of them. Jobs that still run are left out: that of the caller, too.
 *
 * @param env the variables of a workflow, and GH_TOKEN, which needs the permission `actions: read`
 * @returns the files
 * @throws InputError where a variable is missing, GitHub does not answer as documented, or the checkout is of another commit
 */
export async function stateJobs(directory: string, folder: string, env: Variables): Promise<readonly string[]> {
    const context = variables(env, { GITHUB_SHA: text("a commit by 40 hexadecimal digits", /^[0-9a-f]{40}$/) });
    const { GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = context;
    const github = new GitHub(context);
    const source = sourceOf(directory);
    if (!("commit" in source) || source.commit !== commit) {
        throw new UsageError([`no evidence can be written: GITHUB_SHA is ${commit}, which is not what is checked out`]);
    }
    const recording = new Recording(directory, folder);
    const runs = await github.list(`actions/runs?head_sha=${commit}`, "workflow_runs", RUN);
    const files: string[] = [];
    for (const run of runs.filter((each) => isOwn(each, repository, commit))) {
        const workflow = workflowOf(directory, run);
        if (workflow === undefined) {
            continue;
        }
        const jobs = await github.list(`actions/runs/${run.id}/jobs?filter=latest`, "jobs", JOB);
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
    /** The id of a job by the name that it is shown by; undefined where none of the file's has it, or several could have. */
    readonly idOf: (name: string) => string | undefined;
}

/** A run's workflow as this checkout has it; undefined where it has none, as of those that GitHub itself adds. */
function workflowOf(directory: string, { path: given }: Run): Workflow | undefined {
    const [path = ""] = given.split("@");
    if (!/^\.github\/workflows\/[\w.-]+\.ya?ml$/.test(path)) {
        return undefined;
    }
    try {
        const jobs = obj(obj(load(readFileSync(join(directory, path), "utf8")))["jobs"]);
        const shown = Object.entries(jobs).map(([id, job]) => [id, shownAs(str(obj(job)["name"]) || id)] as const);
        const idOf = (name: string): string | undefined => {
            const [one, ...others] = shown.filter(([, pattern]) => pattern.test(name));
            return others.length === 0 ? one?.[0] : undefined;
        };
        return { path, idOf };
    } catch {
        return undefined;
    }
}

/**
 * What the variants of a job are called: its name, behind which stand their values of a matrix in brackets; or, where the name
 * itself says some of them by expressions, the name with whatever these come to.
 */
function shownAs(name: string): RegExp {
    const parts = name.split(/\$\{\{.*?\}\}/).map((part) => escapedPattern(part));
    const values = parts.length === 1 ? " \\(.*\\)" : "";
    // eslint-disable-next-line security/detect-non-literal-regexp -- the names are those of the checkout's own workflows
    return new RegExp(`^${parts.join(".*")}(?:${values})?$`);
}

/** One result for each job that has ended, in all of its variants. */
function resultsOf({ path, idOf }: Workflow, jobs: readonly Job[], detail: string): readonly Result[] {
    const byId = Map.groupBy(jobs, ({ name }) => idOf(name));
    return [...byId].flatMap(([id, variants]): readonly Result[] => {
        if (id === undefined || variants.some(({ status }) => status !== "completed")) {
            return [];
        }
        const outcomes = variants.map(({ conclusion }) => OUTCOMES[str(conclusion)] ?? "unknown");
        const worst = (["failed", "unknown"] as const).find((outcome) => outcomes.includes(outcome));
        return [{ name: `${path}#${id}`, outcome: worst ?? "passed", detail }];
    });
}
