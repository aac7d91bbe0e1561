import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";

import type { Log } from "sarif";

import { version } from "../../../package.json";
import { cli } from "../../support/cli";
import { withFiles } from "../../support/files";

const GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
const BAD = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: prod}
spec:
  containers:
    - name: web
      image: web
      securityContext: {privileged: true}
`;
const ONLY_PRIVILEGED = JSON.stringify({ all: "disabled", "no-privileged-containers": "mandatory" });

describe("hardening", () => {
    it("prints an overview and exits 0 on --help, 2 without a command", async () => {
        const help = await cli(["--help"]);
        assert.equal(help.code, 0);
        assert.match(help.out, /^Usage: hardening COMMAND/);
        assert.match(help.out, /^ {2}scan +judge manifests/m);
        assert.deepEqual(await cli([]), { ...help, code: 2 });
    });

    it("prints its version", async () => {
        assert.deepEqual(await cli(["--version"]), { code: 0, out: `${version}\n`, log: [] });
    });

    it("prints the options of a command", async () => {
        const { code, out } = await cli(["scan", "--help"]);
        assert.equal(code, 0);
        assert.match(out, /^Usage: hardening scan \[OPTION…\] PATH…\|-$/m);
        assert.match(out, /^ {2}-p, --profile NAME +the controls to run; one of baseline, .*, all; default all$/m);
        assert.match(out, /^ {2}-h, --help /m);
        for (const args of [
            ["help", "scan"],
            ["--help", "scan"],
            ["scan", "-h"],
            ["scan", "none", "--fromat", "--help"],
        ]) {
            assert.deepEqual(await cli(args), { code: 0, out, log: [] }, args.join(" "));
        }
    });

    it("says of the stacks it takes what it takes", async () => {
        const option = async (name: string) =>
            (await cli([name, "--help"])).out.split("\n").find((line) => line.includes("--stack"));
        assert.match((await option("preview")) ?? "", /the stack, default all there are; may be given several times$/);
        for (const name of ["report", "render", "network", "verify", "cbom"]) {
            assert.match((await option(name)) ?? "", /the stack; needed$/, name);
        }
        assert.equal(await option("scan"), undefined);
    });

    const refused: readonly [args: readonly string[], log: readonly string[]][] = [
        [["scna"], ['error: there is no command "scna"; did you mean "scan"?', "Try: hardening --help"]],
        [["constructor"], ['error: there is no command "constructor"', "Try: hardening --help"]],
        [["scan"], ["error: scan needs a path, or - for standard input", "Try: hardening scan --help"]],
        [
            ["scan", "--fromat", "json", "--profile", "bseline", "--each-file=yes", "--out", "x"],
            [
                'error: --fromat is not an option; did you mean "--format"?',
                'error: --profile must be one of baseline, restricted, cis, nsa, x0tta6bl4, all, found "bseline"; did you mean "baseline"?',
                "error: --each-file takes no value",
                "Try: hardening scan --help",
            ],
        ],
        [
            ["help", "scna"],
            ['error: there is no command "scna"; did you mean "scan"?', "Try: hardening --help"],
        ],
        [
            ["--version", "all"],
            ['error: --version takes no more operands, found "all"', "Try: hardening --help"],
        ],
        [
            ["scan", "x", "-f", "json", "--full", "--summary", "--min-severity", "high"],
            [
                "error: --min-severity is for --format tree; json shows everything",
                "error: --summary is for --format tree; json shows everything",
                "error: --full is for --format tree; json shows everything",
                "error: --summary and --full can't both be",
                "Try: hardening scan --help",
            ],
        ],
        [
            ["scan", "x", "--out", "--help"],
            [
                "error: --out needs a value: --out FILE; one like that is given as --out=--help",
                "Try: hardening scan --help",
            ],
        ],
        [
            ["network", "staging"],
            [
                "error: network needs --stack NAME",
                'error: network takes no operand, found "staging"',
                "Try: hardening network --help",
            ],
        ],
        [
            ["cbom", "--stack", "staging", "-s", "production"],
            ["error: --stack is given 2 times; once is enough", "Try: hardening cbom --help"],
        ],
        [
            ["report", "--stack", "staging", "--fromat", "html", "--out"],
            [
                'error: --fromat is not an option; did you mean "--format"?',
                "error: --out needs a value: --out FILE",
                "Try: hardening report --help",
            ],
        ],
        [
            ["preview", "staging"],
            ['error: preview takes no operand, found "staging"', "Try: hardening preview --help"],
        ],
        [
            ["images", "--stack", "none", "-C", "/nonexistent", "x"],
            [
                'error: images takes no operand, found "x"',
                "error: /nonexistent holds no Pulumi.yaml; --directory names the folder of the project",
                "Try: hardening images --help",
            ],
        ],
        [
            ["scan", "x", "--out"],
            ["error: --out needs a value: --out FILE", "Try: hardening scan --help"],
        ],
        [
            ["scan", "x", "-f", "json", "-f", "tree"],
            ["error: --format is given 2 times; once is enough", "Try: hardening scan --help"],
        ],
        [
            ["scan", "x", "--max-file-size", "0"],
            ['error: --max-file-size must be a whole number from 1 up, found "0"', "Try: hardening scan --help"],
        ],
        [
            [
                "scan",
                "x",
                "--pss-version",
                "1.x",
                "--config",
                "none.json",
                "--waivers",
                "none.yaml",
                "--baseline",
                "none.json",
            ],
            [
                "error: --config none.json: does not exist",
                'error: --pss-version must be "latest" or a minor version such as "v1.29", found "1.x"',
                "error: --waivers none.yaml: does not exist",
                "error: --baseline none.json: does not exist",
                "Try: hardening scan --help",
            ],
        ],
    ];
    for (const [args, log] of refused) {
        it(`refuses "${args.join(" ")}"`, async () => {
            assert.deepEqual(await cli(args), { code: 2, out: "", log });
        });
    }
});

describe("hardening scan", () => {
    it("names the command that shows each finding, as a shell takes it", async () => {
        await withFiles({ "it's here/web.yaml": BAD }, async (folder) => {
            const { out } = await cli([
                "scan",
                "--min-severity",
                "low",
                "--summary",
                "--no-advisory",
                `${folder}/it's here`,
            ]);
            assert.ok(out.includes(`\nEach of them:      hardening scan '${folder}/it'\\''s here' --full\n`), out);
        });
    });

    it("takes what follows -- for a path, whatever it looks like", async () => {
        const { code, out } = await cli(["scan", "--", "--help"]);
        assert.equal(code, 2);
        assert.match(out, /^ {2}--help: does not exist$/m);
    });

    it("colours a terminal, and never a file", async () => {
        await withFiles({ "web.yaml": BAD, "c.json": ONLY_PRIVILEGED }, async (folder) => {
            const scan = (...args: readonly string[]) =>
                cli(["scan", "-c", `${folder}/c.json`, `${folder}/web.yaml`, ...args], { colour: true });
            const shown = await scan();
            assert.ok(shown.out.includes("\u001b["));
            const { out, log } = await scan("--out", `${folder}/report.txt`);
            assert.equal(out, "");
            assert.equal(readFileSync(`${folder}/report.txt`, "utf8"), shown.out.replace(/\u001b\[\d+m/g, ""));
            assert.ok(!log.join("").includes("\u001b["));
        });
    });

    it("shows a violation as a tree and exits 1", async () => {
        await withFiles({ "web.yaml": BAD, "c.json": ONLY_PRIVILEGED }, async (folder) => {
            const { code, out } = await cli(["scan", "-c", `${folder}/c.json`, `${folder}/web.yaml`]);
            assert.equal(
                out,
                `${folder}/web.yaml
└─ Pod prod/web
   └─ critical no-privileged-containers: spec.containers[0].securityContext.privileged is true (container "web"). Remove it.

1 file: 1 object, 1 control (profile all), 0.00 s
1 violation, 0 waived, 0 unverifiable
`,
            );
            assert.equal(code, 1);
        });
    });

    it("exits 0 where an advisory control alone is broken, and says so", async () => {
        const config = JSON.stringify({ all: "disabled", "no-privileged-containers": "advisory" });
        await withFiles({ "web.yaml": BAD, "c.json": config }, async (folder) => {
            const { code, out } = await cli(["scan", "-c", `${folder}/c.json`, `${folder}/web.yaml`]);
            assert.match(out, /└─ advisory no-privileged-containers: /);
            assert.match(out, /^1 violation \(1 advisory\), 0 waived, 0 unverifiable$/m);
            assert.equal(code, 0);
        });
    });

    it("exits 2 where a file can't be read, and still judges the others", async () => {
        await withFiles({ "a.yaml": "a: [", "web.yaml": BAD, "c.json": ONLY_PRIVILEGED }, async (folder) => {
            const { code, out } = await cli(["scan", "-c", `${folder}/c.json`, folder]);
            assert.match(out, /└─ critical no-privileged-containers: /);
            assert.match(out, /^ {2}.*a\.yaml:1: a: a value is missing here/m);
            assert.match(out, /, 3 errors$/m);
            assert.equal(code, 2);
        });
    });

    it("writes the report to a file and the summary to standard error", async () => {
        await withFiles({ "good.yaml": GOOD, "c.json": ONLY_PRIVILEGED }, async (folder) => {
            const { code, out, log } = await cli([
                ...["scan", "-c", `${folder}/c.json`, "-f", "json", "-o", `${folder}/report.json`],
                `${folder}/good.yaml`,
            ]);
            assert.equal(out, "");
            assert.deepEqual(log, [
                "1 file: 1 object, 1 control (profile all), 0.00 s",
                "0 violations, 0 waived, 0 unverifiable",
            ]);
            assert.equal(code, 0);
        });
    });

    it("does not read the report that it writes into a folder of manifests", async () => {
        for (const eachFile of [[], ["--each-file"]]) {
            await withFiles({ "web.yaml": BAD, "c.json": ONLY_PRIVILEGED, "k8s/web.yaml": BAD }, async (folder) => {
                const report = `${folder}/k8s/a.json`;
                const { code } = await cli([
                    ...["scan", ...eachFile, "-c", `${folder}/c.json`, "-f", "sarif", "-o", report],
                    `${folder}/k8s`,
                ]);
                assert.equal(code, 1);
                const [run] = (JSON.parse(readFileSync(report, "utf8")) as Log).runs;
                assert.equal(run?.results?.length, 1);
                assert.equal(run.invocations?.[0]?.executionSuccessful, true);
            });
        }
    });

    it("prints JSON with results, errors and summary", async () => {
        await withFiles({ "c.json": ONLY_PRIVILEGED }, async (folder) => {
            const { out } = await cli(["scan", "-c", `${folder}/c.json`, "-f", "json", "-"], {
                stdin: () => Buffer.from(`${BAD}---\nkind: Pod\n`),
            });
            const report = JSON.parse(out) as Record<string, unknown>;
            assert.deepEqual(Object.keys(report), ["schema", "results", "errors", "notJudged", "excluded", "summary"]);
            assert.deepEqual(report["errors"], [
                {
                    source: "stdin",
                    message: "document 2: apiVersion is missing, so it is no Kubernetes object",
                    cause: "input",
                    line: 10,
                },
            ]);
            assert.deepEqual(report["summary"], {
                resources: 1,
                violations: 1,
                waived: 0,
                unverifiable: 0,
                excepted: 0,
                notJudged: 0,
                byControl: { "no-privileged-containers": 1 },
            });
        });
    });

    it("fails only on what a baseline doesn't hold", async () => {
        await withFiles({ "web.yaml": BAD, "c.json": ONLY_PRIVILEGED }, async (folder) => {
            const scan = (...args: readonly string[]) => cli(["scan", "-c", `${folder}/c.json`, ...args]);
            const first = await scan("-f", "json", "-o", `${folder}/base.json`, `${folder}/web.yaml`);
            assert.equal(first.code, 1);
            const second = await scan("-b", `${folder}/base.json`, `${folder}/web.yaml`);
            assert.equal(second.code, 0);
            assert.match(second.out, /└─ known {4}no-privileged-containers: /);
            assert.match(second.out, /^1 violation \(1 in the baseline\), /m);
        });
    });

    it("refuses a configuration and waivers with mistakes, all at once", async () => {
        const files = {
            "c.yaml": "no-privileged-container: mandatory\nno-privileged-containers: {levl: advisory}\n",
            "w.yaml": "waivers:\n  - control: no-privilege\n",
        };
        await withFiles(files, async (folder) => {
            const { code, log } = await cli(["scan", "-c", `${folder}/c.yaml`, "-w", `${folder}/w.yaml`, "x"]);
            assert.equal(code, 2);
            assert.equal(
                log[0],
                `error: ${folder}/c.yaml: no-privileged-container is not known; did you mean "no-privileged-containers"?`,
            );
            assert.equal(
                log[1],
                `error: ${folder}/c.yaml: no-privileged-containers.levl is not known; known: enforcementLevel`,
            );
            assert.ok(log.some((line) => line.includes("waivers[0].control names no control")));
        });
    });
});
