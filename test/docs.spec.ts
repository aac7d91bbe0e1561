import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import type { BenchmarkRun } from "../bench/document.mjs";
import { withBenchmark } from "../bench/document.mjs";
import { COMMANDS } from "../hardening/commands";
import { FINDING_FORMATS } from "../hardening/formats";
import { withFigures } from "../scripts/figures";
import { BAD_POD, OUTPUTS, withOutput } from "../scripts/outputs";
import { parseDocuments } from "../hardening/sources/yaml";
import { cli } from "./support/cli";
import { withFiles } from "./support/files";
import { pod } from "./support/objects";
import { escapedPattern } from "../policies/text";
import { runbookCommands } from "./cluster/support/runbooks";

const files = [
    ...readdirSync(".").filter((file) => file.endsWith(".md")),
    ...readdirSync("docs", { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md"))
        .map((file) => join("docs", file)),
    "spiffe/README.md",
];
const runbooks = files.filter((file) => file.startsWith("docs/runbooks/"));
/** Scripts of the root and of the library, whose README names both. */
const scripts = Object.assign(
    {},
    ...["package.json", "spiffe/package.json"].map(
        (file) => (JSON.parse(readFileSync(file, "utf8")) as { scripts: Record<string, string> }).scripts,
    ),
) as Record<string, string>;

/** The commands of a document: lines after a prompt, continuation lines joined, comments dropped. */
function commandsOf(file: string): readonly string[] {
    return [
        ...readFileSync(file, "utf8")
            .replaceAll("\\\n", " ")
            .matchAll(/^\s*\$ (.+)$/gm),
    ].map(([, line = ""]) => line.replace(/\s+#.*$/, "").trim());
}

/** Words of a simple command line; quotes keep what they hold together. */
function words(command: string): readonly string[] {
    return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
        ([, single, double, plain]) => single ?? double ?? plain ?? "",
    );
}

describe("documents", () => {
    for (const file of files) {
        it(`${file} links only to what exists`, () => {
            const links = [...readFileSync(file, "utf8").matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)];
            const broken = links
                .map(([, target = ""]) => target)
                .filter((target) => !existsSync(normalize(join(dirname(file), target))));
            assert.deepEqual(broken, []);
        });
    }

    it("quote only tests that stand in the file linked before them", () => {
        const missing = files.flatMap((file) =>
            [...readFileSync(file, "utf8").matchAll(/\]\(([^)]+\.spec\.ts)\)((?:,? "[^"]+")+)/g)].flatMap(
                ([, target = "", titles = ""]) => {
                    const text = readFileSync(normalize(join(dirname(file), target)), "utf8");
                    return [...titles.matchAll(/"([^"]+)"/g)]
                        .map(([, title = ""]) => title)
                        .filter((title) => !text.includes(title))
                        .map((title) => `${file}: ${target}: ${title}`);
                },
            ),
        );
        assert.deepEqual(missing, []);
    });

    for (const [name, run] of Object.entries(OUTPUTS)) {
        it(`shows what is printed today: ${name} (npm run outputs:doc)`, async () => {
            const text = readFileSync("docs/outputs.md", "utf8");
            assert.equal(withOutput(text, name, await run()), text);
        });
    }

    it("shows the figures of the last run of the benchmark (npm run bench:doc)", () => {
        const text = readFileSync("docs/benchmarks.md", "utf8");
        // Prettier sets the widths of tables.
        const plain = (document: string) => document.replace(/ {2,}/g, " ").replace(/-{3,}/g, "---");
        const run = JSON.parse(readFileSync("bench/figures.json", "utf8")) as BenchmarkRun;
        assert.equal(plain(text), plain(withBenchmark(text, run)));
        assert.throws(() => withBenchmark("no marks", run), /has no marks/);
    });

    it("shows the pod that one of the outputs is about", () => {
        const [, shown = ""] = /```yaml\n([^`]*)```/.exec(readFileSync("docs/outputs.md", "utf8")) ?? [];
        assert.deepEqual(parseDocuments(shown), parseDocuments(BAD_POD));
    });

    it("list as many defects of peers as their title says, each with a test", () => {
        const text = readFileSync("docs/peers.md", "utf8");
        const rows = text.split("\n").filter((line) => /^\| +\d/.test(line));
        assert.deepEqual(
            rows.map((row) => Number(row.split("|")[1])),
            rows.map((_, index) => index + 1),
        );
        assert.match(text, new RegExp(`^# ${rows.length} defects of peers`));
        assert.ok(rows.every((row) => /\.spec\.ts\) "/.test(row)));
    });

    it("README.md counts what there is (npm run figures:doc counts anew)", () => {
        const text = readFileSync("README.md", "utf8");
        assert.equal(withFigures(text), text);
    });

    it("README.md shows what the tool prints of the pod that it scans", async () => {
        const [, shown = ""] =
            /hardening scan --profile baseline pod\.yaml\n([^]*?)```/.exec(readFileSync("README.md", "utf8")) ?? [];
        await withFiles({ "pod.yaml": JSON.stringify(pod({}, { hostPID: true })) }, async (folder) => {
            const { out } = await cli(["scan", "--profile", "baseline", join(folder, "pod.yaml")]);
            const timeless = (text: string) =>
                text
                    .replaceAll(`${folder}/`, "")
                    .replace(/, \d+\.\d+ s$/m, "")
                    .trim();
            assert.equal(timeless(out), timeless(shown));
        });
    });

    it("docs/architecture.md names every package, and the folders of the pack and of the tool", () => {
        const text = readFileSync("docs/architecture.md", "utf8");
        const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly workspaces: string[] };
        const folders = ["policies", "hardening"].flatMap((room) =>
            readdirSync(room, { withFileTypes: true })
                .filter((entry) => entry.isDirectory() && !/^(?:\.|node_modules$)/.test(entry.name))
                .map(({ name }) => name),
        );
        assert.deepEqual(
            [...workspaces.map((path) => path.split("/")[0]), ...folders].filter((name) => !text.includes(`${name}/`)),
            [],
        );
    });

    it("name only scripts that there are", () => {
        const named = files.flatMap((file) =>
            [...readFileSync(file, "utf8").matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(
                ([, name = ""]) => `${file}: ${name}`,
            ),
        );
        assert.deepEqual(
            named.filter((entry) => scripts[entry.slice(entry.indexOf(": ") + 2)] === undefined),
            [],
        );
    });

    it("docs/cli.md names every command and every report format", () => {
        const text = readFileSync("docs/cli.md", "utf8");
        const missing = [
            ...Object.keys(COMMANDS).filter((name) => !text.includes(`\`hardening ${name}`)),
            ...Object.keys(FINDING_FORMATS).filter((name) => !text.includes(`| \`${name}\` `)),
        ];
        assert.deepEqual(missing, []);
    });

    it("call the tool only with commands and options that it takes", async () => {
        const wrong: string[] = [];
        for (const file of files) {
            for (const line of commandsOf(file).filter((command) => /\bhardening [a-z]/.test(command))) {
                const [name = "", ...args] = words(
                    line.slice(line.indexOf("hardening ") + "hardening ".length).split(/ (?:[|>]|&&) /)[0] ?? "",
                );
                const entry = COMMANDS[name];
                try {
                    assert.ok(entry, `there is no command ${name}`);
                    assert.deepEqual((await entry.load()).command.read(name, args).faults, []);
                } catch (error) {
                    wrong.push(`${file}: ${line}: ${error instanceof Error ? error.message : String(error)}`);
                }
            }
        }
        assert.deepEqual(wrong, []);
    });

    for (const [program, help, before] of [
        ["kubectl", "--help", "(?:^|[|] )"],
        ["spire-server", "-help", "(?:^|bin/)"],
    ] as const) {
        const present =
            spawnSync(program, program === "kubectl" ? ["version", "--client"] : ["--version"]).error === undefined;
        it(`call ${program} only with flags that it knows${present ? "" : ` (skipped: ${program} is not on PATH)`}`, function () {
            if (!present) {
                this.skip();
            }
            this.timeout(120_000);
            const wrong: string[] = [];
            const helps = new Map<string, string>();
            for (const file of files) {
                for (const line of commandsOf(file)) {
                    for (const [, call = ""] of line.matchAll(
                        new RegExp(`${before}${program} ((?:[^|]|\\|\\|)+)`, "g"),
                    )) {
                        const own = program === "kubectl" ? (call.split(/ -- /)[0] ?? "") : call;
                        const parts = words(own);
                        const flags = parts
                            .filter((part) => part.startsWith("-"))
                            .map((flag) => flag.replace(/=.*/s, ""));
                        const sub = subcommand(program, parts);
                        const key = sub.join(" ");
                        const text = helps.get(key) ?? helpOf(program, sub, help);
                        helps.set(key, text);
                        wrong.push(
                            ...flags
                                .filter((flag) => !knows(text, flag))
                                .map((flag) => `${file}: ${program} ${key} has no ${flag}`),
                        );
                    }
                }
            }
            assert.deepEqual(wrong, []);
        });
    }
});

/** The words that choose a subcommand: the leading ones without dashes, past flags that stand before them. */
function subcommand(program: string, parts: readonly string[]): readonly string[] {
    if (program !== "kubectl") {
        return parts.filter((part) => /^[a-z]+$/.test(part)).slice(0, 2);
    }
    const withValue = new Set(["--namespace", "-n", "--context"]);
    const plain = parts.filter((part, index) => !part.startsWith("-") && !withValue.has(parts[index - 1] ?? ""));
    const nested = new Set(["rollout", "config", "auth", "certificate", "create", "top", "set"]);
    return plain.slice(0, nested.has(plain[0] ?? "") ? 2 : 1);
}

function helpOf(program: string, sub: readonly string[], help: string): string {
    const { stdout, stderr } = spawnSync(program, [...sub, help], { encoding: "utf8" });
    const general = program === "kubectl" ? spawnSync(program, ["options"], { encoding: "utf8" }).stdout : "";
    return stdout + stderr + general;
}

function knows(help: string, flag: string): boolean {
    return new RegExp(`(?:^|[\\s,])${escapedPattern(flag)}(?:[\\s,=:]|$)`, "m").test(help);
}

describe("runbooks", () => {
    for (const file of runbooks) {
        it(`${file} says how to detect, decide, act and verify`, () => {
            const headings = [...readFileSync(file, "utf8").matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
            for (const wanted of ["Detect", "Decide", "Act", "Verify"]) {
                assert.ok(headings.includes(wanted), `no section "${wanted}"`);
            }
        });
    }

    it("each say what of them was rehearsed, where, and what was not", () => {
        const silent = runbooks.filter((file) => !/^Rehearsed: \S.{20,}\.$/m.test(readFileSync(file, "utf8")));
        assert.deepEqual(silent, []);
    });

    it("call hardening verify with the stack it needs, so that each call can be run as it stands", () => {
        const calls = runbookCommands().filter(({ line }) => line.includes("hardening verify"));
        assert.ok(calls.length > 0);
        assert.deepEqual(
            calls.filter(({ line }) => !line.includes("--stack ")),
            [],
        );
    });

    it("name nothing that a stack calls otherwise by its settings", () => {
        const settable = /\b(?:external-secrets|falco|falcosidekick|monitoring|canary|x0tta6bl4(?:-\w+)?)\b/;
        const tied = runbookCommands().filter(({ line }) =>
            [...line.matchAll(/(?:-n|--namespace)[ =](\S+)|deployment\/(x0tta6bl4\S*)|--stack (\S+)/g)].some(
                ([, namespace = "", deployment = "", stack = ""]) =>
                    (settable.test(namespace) && !namespace.startsWith("<")) ||
                    deployment !== "" ||
                    /^(?:production|staging)$/.test(stack),
            ),
        );
        // The test is done on the stack that is there for it.
        assert.deepEqual(
            tied.filter(({ file }) => file !== "penetration-test.md"),
            [],
        );
    });

    it("have the cluster itself say that an alert's cause is gone", () => {
        const unproved = runbooks.filter((file) => {
            const text = readFileSync(file, "utf8");
            const verify = text.slice(text.indexOf("## Verify"));
            return text.includes("Alerts:") && !/`?(?:kubectl|hardening (?:verify|respond)) /.test(verify);
        });
        // Nothing of the cluster is wrong where a waiver ends or the score falls: the preview and the report judge.
        assert.deepEqual(unproved.sort(), ["docs/runbooks/compliance.md", "docs/runbooks/expired-waiver.md"]);
    });

    it("name only alerts that there are", () => {
        const folder = "components/monitoring/alerts";
        const alerts = readdirSync(folder)
            .map((file) => readFileSync(join(folder, file), "utf8"))
            .join("\n");
        const wrong = runbooks.flatMap((file) =>
            [
                ...readFileSync(file, "utf8").matchAll(
                    /`((?:Spire|Falco|Secret|Svid|Certificate|Platform|Canary|Forbidden)[A-Z]\w+)`/g,
                ),
            ]
                .map(([, name = ""]) => name)
                .filter((name) => !alerts.includes(`alert: ${name}\n`))
                .map((name) => `${file}: ${name}`),
        );
        assert.deepEqual(wrong, []);
    });

    it("are there for every incident of the plan", () => {
        for (const name of [
            "certificate-compromise",
            "unauthorized-access",
            "vulnerability",
            "spire-ca-rotation",
            "lost-trust-domain",
            "agent-eviction",
            "external-secrets",
            "falco",
            "expired-waiver",
            "penetration-test",
        ]) {
            assert.ok(existsSync(`docs/runbooks/${name}.md`), name);
        }
    });
});
