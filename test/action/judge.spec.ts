import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { load } from "js-yaml";

import { version } from "../../packages/hardening/package.json";

const POD = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  hostPID: true
  containers: [{ name: web, image: example.org/web:1 }]
`;

describe("The action", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "action-"));
        writeFileSync(join(folder, "pod.yaml"), POD);
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    function judge(inputs: Readonly<Record<string, string>>) {
        const { status, stdout, stderr } = spawnSync(process.execPath, [resolve("action/judge.mjs")], {
            cwd: folder,
            encoding: "utf8",
            env: {
                HARDENING: resolve("bin/hardening"),
                RUNNER_TEMP: folder,
                GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
                GITHUB_OUTPUT: join(folder, "outputs"),
                INPUT_COMMAND: "scan",
                INPUT_PATHS: "pod.yaml",
                ...inputs,
            },
        });
        return { status, stdout, stderr };
    }

    const read = (path: string) => readFileSync(join(folder, path), "utf8");

    it("fails on a violation, shows it in log and summary, and leaves reports behind", () => {
        const { status, stdout } = judge({ INPUT_ARGUMENTS: "--profile\nbaseline\n" });
        assert.equal(status, 1, stdout);
        assert.match(stdout, /no-host-pid: spec\.hostPID is true/);
        assert.match(read("summary.md"), /no-host-pid/);
        const { runs } = JSON.parse(read("hardening-reports/hardening.sarif")) as { runs: { results: object[] }[] };
        assert.equal(runs[0]?.results.length, 1);
        assert.equal(read("outputs"), `reports=${join(folder, "hardening-reports")}\n`);
    });

    it("lets nothing that is printed be a command to the runner", () => {
        const [first = "", ...rest] = judge({ INPUT_ARGUMENTS: "--profile=baseline" }).stdout.trim().split("\n");
        const token = /^::stop-commands::([0-9a-f-]{36})$/.exec(first)?.[1];
        assert.ok(token !== undefined, first);
        assert.equal(rest.at(-1), `::${token}::`);
    });

    it("goes by the project's file", () => {
        writeFileSync(join(folder, "hardening.yaml"), "profile: baseline\ncontrols: { no-host-pid: advisory }\n");
        assert.equal(judge({}).status, 0);
    });

    it("fails where a report can't be written, and says why", () => {
        writeFileSync(join(folder, "hardening.yaml"), "controls: { no-host-pid: advisory }\n");
        for (const [option, value] of [
            ["--format", "json"],
            ["--out", "mine.json"],
        ]) {
            const { status, stdout, stderr } = judge({ INPUT_ARGUMENTS: `--profile\nbaseline\n${option}\n${value}` });
            assert.deepEqual(
                [status, stdout.trim().split("\n").slice(-2)],
                [
                    2,
                    ["sarif", "markdown"].map(
                        (format) =>
                            `::error::the run for the ${format} report ended with 2, the one shown in the log with 0`,
                    ),
                ],
            );
            assert.equal(stderr.split(`error: ${option} is given 2 times; once is enough`).length, 3, stderr);
        }
    });

    it("takes no path for an option, and no other command", () => {
        assert.equal(judge({ INPUT_PATHS: "--help" }).status, 2);
        const { status, stdout } = judge({ INPUT_COMMAND: "fix" });
        assert.deepEqual([status, stdout], [2, "::error::the input command must be scan or preview\n"]);
    });

    it("installs the version of its own release, puts no input into a script, and asks for no token", () => {
        const text = readFileSync("action.yml", "utf8");
        const { inputs, runs } = load(text) as {
            inputs: Record<string, { default: string }>;
            runs: { steps: { run?: string; uses?: string }[] };
        };
        assert.equal(inputs["version"]?.default, version);
        assert.doesNotMatch(runs.steps.map(({ run = "" }) => run).join("\n"), /\$\{\{/);
        assert.match(text, /uses: actions\/setup-node@[0-9a-f]{40} # v\d/);
        assert.doesNotMatch(text, /token/);
    });
});
