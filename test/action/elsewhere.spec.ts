import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

import { loadAll } from "js-yaml";

import { name, version } from "../../packages/hardening/package.json";
import { withFiles } from "../support/files";

const POD = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  hostPID: true
  containers: [{ name: web, image: example.org/web:1 }]
`;

/** A program that stands where the tool is installed. */
const tool = (program: string) => `require(process.argv[1] = ${JSON.stringify(program)});\n`;

describe("The component of GitLab CI", () => {
    interface Component {
        readonly spec: {
            readonly inputs: Readonly<Record<string, { readonly default?: unknown; readonly description: string }>>;
        };
    }
    interface Jobs {
        readonly hardening: {
            readonly script: readonly string[];
            readonly variables: Readonly<Record<string, string>>;
            readonly artifacts: object;
        };
    }
    const text = readFileSync("templates/hardening.yml", "utf8");
    const [{ spec }, { hardening }] = loadAll(text) as unknown as readonly [Component, Jobs];

    function run(folder: string, paths: string, args = "--profile\nbaseline") {
        const script = hardening.script.slice(1).join("\n");
        const { status, stdout } = spawnSync("sh", ["-e", "-c", script], {
            cwd: folder,
            encoding: "utf8",
            env: {
                PATH: `${resolve("node_modules/.bin")}${delimiter}/usr/bin${delimiter}/bin`,
                HARDENING_HOME: folder,
                HARDENING_PATHS: paths,
                HARDENING_ARGUMENTS: args,
            },
        });
        return { status, stdout };
    }
    const files = {
        [`node_modules/${name}/bin/hardening`]: tool(resolve("bin/hardening")),
        "pod.yaml": POD,
        "of mine.yaml": POD.replace("hostPID: true", ""),
    };

    it("fails on a violation, shows it in the log and leaves a code quality report", () =>
        withFiles(files, (folder) => {
            const { status, stdout } = run(folder, "pod.yaml");
            assert.equal(status, 1, stdout);
            assert.match(stdout, /no-host-pid: spec\.hostPID is true/);
            const report = JSON.parse(readFileSync(join(folder, "hardening.json"), "utf8")) as readonly {
                check_name: string;
            }[];
            assert.deepEqual(
                report.map(({ check_name }) => check_name),
                ["no-host-pid"],
            );
            assert.deepEqual(hardening.artifacts, { when: "always", reports: { codequality: "hardening.json" } });
        }));

    it("fails where it can't leave the report", () =>
        withFiles(files, (folder) => {
            assert.equal(run(folder, "of mine.yaml", "--profile\nbaseline\n--format\njson").status, 2);
            assert.ok(!existsSync(join(folder, "hardening.json")));
        }));

    it("takes each line for one path, and none for an option", () =>
        withFiles(files, (folder) => {
            assert.equal(run(folder, "of mine.yaml\n\n").status, 0);
            assert.equal(run(folder, "--help").status, 2);
        }));

    it("puts no input into a script, and each into a variable", () => {
        assert.doesNotMatch(hardening.script.join("\n"), /\$\[\[/);
        const used = Object.keys(spec.inputs).filter((input) => text.includes(`$[[ inputs.${input} ]]`));
        assert.deepEqual(used, Object.keys(spec.inputs));
        assert.equal(spec.inputs["version"]?.default, version);
        assert.match(
            hardening.script[0] ?? "",
            /^npm install --ignore-scripts .* "@x0tta6bl4\/hardening@\$HARDENING_VERSION"$/,
        );
        assert.match(String(spec.inputs["image"]?.default), /@sha256:[0-9a-f]{64}$/);
    });
});

describe("The hook of pre-commit", () => {
    it("judges all changed files at once by the released tool, and takes none of their names for an option", () => {
        const [[hook]] = loadAll(readFileSync(".pre-commit-hooks.yaml", "utf8")) as unknown as readonly [
            readonly Readonly<Record<string, unknown>>[],
        ];
        assert.equal(hook?.["require_serial"], true);
        assert.deepEqual([hook["id"], hook["language"], hook["types_or"]], ["hardening", "system", ["yaml", "json"]]);
        const [program = "", ...args] = String(hook["entry"]).split(" ");
        assert.deepEqual([program, ...args], ["npx", "--yes", "--ignore-scripts", `${name}@${version}`, "scan", "--"]);
    });
});
