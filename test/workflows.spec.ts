import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, matchesGlob } from "node:path";

import { load } from "js-yaml";

import { COMMANDS } from "../hardening/commands";

interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly env?: Readonly<Record<string, unknown>>;
    readonly with?: Readonly<Record<string, unknown>>;
    readonly "continue-on-error"?: unknown;
}
interface Job {
    readonly permissions?: unknown;
    readonly steps?: readonly Step[];
    readonly needs?: unknown;
    readonly environment?: unknown;
    readonly "continue-on-error"?: unknown;
    readonly "timeout-minutes"?: number;
}
interface Workflow {
    readonly on: Readonly<Record<string, unknown>>;
    readonly permissions?: unknown;
    readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean | string };
    readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = ".github/workflows";
const files = readdirSync(FOLDER).filter((file) => file.endsWith(".yml"));
const text = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const workflows = new Map(files.map((file) => [file, load(text(file)) as Workflow]));
const scripts = (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> }).scripts;

function workflow(file: string): Workflow {
    const found = workflows.get(file);
    assert.ok(found, `${file} is missing`);
    return found;
}

function stepsOf({ jobs }: Workflow): readonly Step[] {
    return Object.values(jobs).flatMap(({ steps }) => steps ?? []);
}

describe("workflows", () => {
    for (const [file, content] of workflows) {
        describe(file, () => {
            it("pins every action by commit and names the version beside it", () => {
                const lines = text(file)
                    .split("\n")
                    .filter((line) => /^\s*(?:-\s*)?uses: (?!\.\/)/.test(line));
                const used = stepsOf(content).flatMap(({ uses }) => uses ?? []);
                assert.equal(lines.length, used.filter((uses) => !uses.startsWith("./")).length);
                for (const line of lines) {
                    assert.match(line, /uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*$/);
                }
            });

            it("may only read by default", () => {
                assert.deepEqual(content.permissions, { contents: "read" });
            });

            it("ends by itself", () => {
                for (const [name, job] of Object.entries(content.jobs)) {
                    assert.ok((job["timeout-minutes"] ?? Infinity) <= 60, name);
                }
            });

            it("runs once at a time for what it is about, and is cut off for a newer change of a pull request only", () => {
                assert.notEqual(content.concurrency?.group ?? "", "");
                assert.ok(
                    [false, "${{ github.event_name == 'pull_request' }}"].includes(
                        content.concurrency?.["cancel-in-progress"] ?? "",
                    ),
                );
            });

            it("never goes on after an error", () => {
                for (const job of Object.values(content.jobs)) {
                    assert.equal(job["continue-on-error"], undefined);
                }
                assert.deepEqual(
                    stepsOf(content).filter((step) => step["continue-on-error"] !== undefined),
                    [],
                );
            });

            it("leaves no credentials in the checkout and runs no code of a fork with secrets", () => {
                assert.equal("pull_request_target" in content.on, false);
                assert.doesNotMatch(text(file), /\$\{\{\s*secrets\./);
                for (const step of stepsOf(content).filter(({ uses }) => uses?.startsWith("actions/checkout@"))) {
                    assert.equal(step.with?.["persist-credentials"], false);
                }
            });

            it("runs nothing of a pull request's change where the token may write", () => {
                if (!("pull_request" in content.on)) {
                    return;
                }
                for (const [name, { permissions = {}, steps = [] }] of Object.entries(content.jobs)) {
                    if (JSON.stringify(permissions).includes("write")) {
                        assert.deepEqual(
                            steps.flatMap(({ run = [] }) => run),
                            [],
                            name,
                        );
                        // What is taken from a checkout is taken from the base, which was reviewed.
                        if (steps.some(({ uses }) => uses?.startsWith("./"))) {
                            const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
                            assert.deepEqual(
                                checkouts.map((step) => step.with?.["ref"]),
                                ["${{ github.event.pull_request.base.sha || github.sha }}"],
                                name,
                            );
                        }
                    }
                }
            });

            it("takes for its own only what its own token wrote", () => {
                for (const { run = "" } of stepsOf(content)) {
                    const lists = run.split("gh api").filter((call) => /\/(?:issues|comments)\b/.test(call));
                    for (const call of lists.filter((one) => !one.includes("--method"))) {
                        assert.match(call, /\.user\.login == "github-actions\[bot\]"/);
                        assert.match(call, /--paginate/);
                    }
                }
            });

            it("puts nothing that an outsider writes into a script", () => {
                for (const { run = "" } of stepsOf(content)) {
                    assert.doesNotMatch(run, /\$\{\{\s*(?:github\.event|github\.head_ref|inputs)/);
                }
            });

            it("calls only scripts that exist", () => {
                const called = stepsOf(content).flatMap(({ run = "" }) =>
                    [...run.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name),
                );
                assert.deepEqual(
                    called.filter((name) => scripts[name] === undefined),
                    [],
                );
            });
        });
    }

    it("call only commands of the tool that exist", () => {
        const called = [...workflows.values()].flatMap((content) =>
            stepsOf(content).flatMap(({ run = "" }) =>
                [...run.matchAll(/\bhardening ([a-z]+)/g)].map(([, name = ""]) => name),
            ),
        );
        assert.deepEqual(
            [...new Set(called)].filter((name) => !(name in COMMANDS)),
            [],
        );
    });

    it("test, pack, preview, integrate, deploy to a cluster, run the official engine and measure on pull requests", () => {
        const { on, jobs } = workflow("ci.yml");
        assert.ok("pull_request" in on);
        assert.deepEqual(Object.keys(jobs), [
            "test",
            "next-node",
            "former-node",
            "packages",
            "preview",
            "publish-preview",
            "spiffe-integration",
            "cluster",
            "engine",
            "bench",
        ]);
    });

    it("test the SPIFFE library on the next Node.js, not on the one that npm ci brings", () => {
        const steps = workflow("ci.yml").jobs["next-node"]?.steps ?? [];
        assert.ok(steps.some((step) => step.with?.["node-version"] === "26"));
        const runs = steps.flatMap(({ run = [] }) => run);
        // Scripts of npm find node_modules/.bin/node first.
        assert.deepEqual(
            runs.filter((run) => /^(?:npm run|npx|npm exec)/.test(run)),
            [],
        );
        assert.ok(runs.some((run) => run.startsWith("node node_modules/mocha/bin/mocha.js ")));
    });

    it("run both profiles of the cluster, and the one that needs it as root", () => {
        const runs = (workflow("ci.yml").jobs["cluster"]?.steps ?? []).flatMap(({ run = [] }) => run);
        assert.ok(runs.includes("npm run test:cluster"));
        assert.ok(runs.some((run) => /^sudo .*npm run test:cluster:full$/.test(run)));
    });

    it("measure a change in relation to its base, on the same machine", () => {
        const [step] = (workflow("ci.yml").jobs["bench"]?.steps ?? []).filter(({ run = "" }) => run.includes("awk"));
        const [, script = ""] =
            /awk -F ' \*\[\|\] \*' '\n([\s\S]+?)' before\.txt after\.txt/.exec(step?.run ?? "") ?? [];
        const folder = mkdtempSync(join(tmpdir(), "bench-"));
        const table = (wall: number, peak: number): string =>
            `| Subject | Objects |\n| --- | ---: |\n| scan, all | 1000 | ${wall} | 2.00 | 500 | 2000 | ${peak} |\n`;
        writeFileSync(join(folder, "before.txt"), `${table(2, 100)}| gone | 1000 | 1 | 1 | 1 | 1 | 1 |\n`);
        writeFileSync(join(folder, "after.txt"), `${table(1, 150)}| new | 1000 | 1 | 1 | 1 | 1 | 1 |\n`);
        const run = spawnSync("awk", ["-F", " *[|] *", script, "before.txt", "after.txt"], {
            cwd: folder,
            encoding: "utf8",
        });
        rmSync(folder, { recursive: true });
        assert.equal(run.stdout, "| scan, all | 1000 | 0.50 | 1.00 | 1.50 |\n", run.stderr);
    });

    it("scan sources, code, the probe's image and every deployed image on pull requests", () => {
        const { on, jobs } = workflow("security-scan.yml");
        assert.ok("pull_request" in on);
        assert.deepEqual(Object.keys(jobs), [
            "source",
            "codeql",
            "probe-image",
            "publish",
            "list-images",
            "deployed-images",
            "state-images",
        ]);
    });

    it("fail image scans on critical and high findings", () => {
        const scans = stepsOf(workflow("security-scan.yml")).filter(({ uses }) => uses?.includes("trivy-action"));
        const [blocking, writing] = [false, true].map((json) =>
            scans.filter((scan) => (scan.with?.["format"] === "json") === json),
        ) as [typeof scans, typeof scans];
        // What is stated of an image leaves no finding out by its severity, and stands behind the scan that fails.
        assert.deepEqual(
            writing.map(({ with: given = {} }) => [given["severity"], given["image-ref"]]),
            [[undefined, blocking[1]?.with?.["image-ref"]]],
        );
        assert.equal(blocking.length, 2);
        for (const scan of blocking) {
            assert.equal(scan.with?.["exit-code"], "1");
            assert.equal(scan.with["severity"], "CRITICAL,HIGH");
        }
    });

    it("apply what was planned with the policy pack and approved, and nothing else", () => {
        const { plan, apply } = workflow("deploy.yml").jobs;
        const pulumi = ({ steps = [] }: Job = {}) =>
            steps.flatMap(({ run = "" }) => run.split("\n")).filter((command) => command.includes("npx pulumi"));
        const [planned, ...more] = [...pulumi(plan), ...pulumi(apply)];
        assert.match(planned ?? "", /^npx pulumi preview .*--policy-pack policies .*--save-plan plan\.json/);
        assert.equal(more.length, 1);
        assert.match(more[0] ?? "", /^npx pulumi up .*--policy-pack policies .*--skip-preview --plan plan\.json$/);
        const handed = [...(plan?.steps ?? []), ...(apply?.steps ?? [])].filter(({ uses = "" }) =>
            uses.includes("artifact"),
        );
        assert.deepEqual(new Set(handed.map((step) => step.with?.["name"])), new Set(["plan-${{ env.STACK }}"]));
        // The approval lies between the two: the stack's own environment is that of the second.
        assert.equal(apply?.needs, "plan");
        assert.match(String(plan?.environment), /-plan$/);
        assert.equal(`${String(apply.environment)}-plan`, plan?.environment);
    });

    it("ask every night whether a cluster still is what was deployed, and fail where it is not", () => {
        const { on, jobs } = workflow("drift.yml");
        assert.ok("schedule" in on);
        assert.match(JSON.stringify(jobs["drift"]), /"matrix":\{"stack":\["staging","production"\]\}/);
        const runs = stepsOf(workflow("drift.yml")).flatMap(({ run = [] }) => run);
        assert.match(runs.at(-1) ?? "", /^npx pulumi preview .*--refresh --expect-no-changes /);
    });

    it("reach clusters by their own identity alone, whoever runs them", () => {
        for (const file of ["deploy.yml", "drift.yml", "audit.yml"]) {
            assert.doesNotMatch(text(file), /\b(?:aws|azure|google|eks|gke|aks)\b/i, file);
            for (const [name, { steps = [], permissions }] of Object.entries(workflow(file).jobs)) {
                if (steps.some(({ uses }) => uses === "./.github/actions/cluster")) {
                    assert.deepEqual(permissions, { contents: "read", "id-token": "write" }, `${file} ${name}`);
                }
            }
        }
    });

    it("audit both clusters every week and keep the evidence", () => {
        const content = workflow("audit.yml");
        assert.ok("schedule" in content.on);
        const commands = stepsOf(content).map(({ run = "" }) => run);
        for (const command of [
            "hardening audit",
            "hardening verify",
            "npm run evidence:jobs -- evidence",
            "npm run evidence:sign -- evidence",
            "npm run evidence:issue -- ",
            "--format prometheus",
        ]) {
            assert.ok(
                commands.some((run) => run.includes(command)),
                command,
            );
        }
    });

    it("report on the audit after it, from runs of this repository's own commit, and from every suite that states", () => {
        assert.deepEqual(workflow("audit.yml").jobs["report"]?.needs, ["audit", "penetration-test-reminder"]);
        const [fetch = ""] = stepsOf(workflow("audit.yml"))
            .flatMap(({ run = "" }) => run)
            .filter((run) => run.includes("gh run download"));
        assert.match(fetch, /head_sha=\$GITHUB_SHA/);
        assert.match(fetch, /select\(\.event == "push" or \.event == "schedule" or \.event == "workflow_dispatch"\)/);
        // A folder that is stated to, and one that is kept: each by a name that the audit looks for.
        for (const [file, jobs] of [
            ["ci.yml", ["test", "spiffe-integration", "cluster", "packages"]],
            ["security-scan.yml", ["source", "state-images"]],
        ] as const) {
            const { on, jobs: all } = workflow(file);
            assert.ok("schedule" in on, file);
            for (const job of jobs) {
                const steps = all[job]?.steps ?? [];
                assert.ok(
                    steps.some(({ env }) => env?.["EVIDENCE"] === "evidence"),
                    `${file} ${job}`,
                );
                const kept = steps.flatMap((step) => (step.with?.["path"] === "evidence" ? [step.with["name"]] : []));
                assert.match(String(kept), /^evidence-[a-z-]+$/, `${file} ${job}`);
            }
        }
    });

    it("have their pins, and all that is locked besides, kept up to date", () => {
        const { updates } = load(readFileSync(".github/dependabot.yml", "utf8")) as {
            updates: { "package-ecosystem": string; directories?: string[]; cooldown?: { "default-days": number } }[];
        };
        assert.deepEqual(
            updates.map((update) => update["package-ecosystem"]),
            ["github-actions", "npm", "gomod", "docker"],
        );
        const folders = updates[2]?.directories ?? [];
        const modules = globSync("**/go.mod", { exclude: ["**/node_modules", ".cache"] }).map(
            (file) => `/${dirname(file)}`,
        );
        assert.ok(modules.length > 5);
        assert.deepEqual(
            modules.filter((path) => !folders.some((folder) => matchesGlob(path, folder))),
            [],
        );
        const images = globSync("{*,packages/*}/Dockerfile", { exclude: ["node_modules"] }).map(
            (file) => `/${dirname(file)}`,
        );
        assert.deepEqual(updates[3]?.directories, images.sort());
        // What was published an hour ago has been read by nobody yet.
        assert.ok(updates.every(({ cooldown }) => (cooldown?.["default-days"] ?? 0) >= 7));
    });

    it("sign the images of the backups, the compliance job, the probe and the responder, and describe what is in them", () => {
        const { image } = workflow("images.yml").jobs;
        assert.match(JSON.stringify(image), /"program":\["backup","compliance","probe","responder"\]/);
        const used = stepsOf(workflow("images.yml")).map(({ uses = "", run = "" }) => `${uses}${run}`);
        for (const part of ["sbom-action", "attest-build-provenance", "cosign sign --yes"]) {
            assert.ok(
                used.some((step) => step.includes(part)),
                part,
            );
        }
    });
});
