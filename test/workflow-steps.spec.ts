import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, globSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { load } from "js-yaml";

import { COMMANDS } from "../hardening/commands";
import { withFiles } from "./support/files";

/*
 * Runs what every step of the workflows and actions runs, in a folder that is empty but for what the steps before it leave
 * there. The programs that it calls are recorded, but for those of a plain shell, which do their work.
 */

interface Step {
    readonly name?: string;
    readonly run?: string;
    readonly shell?: string;
    readonly env?: Readonly<Record<string, string>>;
}
interface Scope {
    readonly env?: Readonly<Record<string, string>>;
}
interface Workflow extends Scope {
    readonly jobs: Readonly<Record<string, Scope & { readonly steps?: readonly Step[] }>>;
}
interface Script {
    readonly title: string;
    readonly run: string;
    readonly shell?: string;
    readonly env: Readonly<Record<string, string>>;
    /** The folder that the action or workflow stands in. */
    readonly place: string;
}

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** What the expressions of scripts and their environment stand for: an event of a pull request and of a tag at once. */
const CONTEXT: Readonly<Record<string, string>> = {
    "github.action_path": resolve("."),
    "github.event.pull_request.base.sha": COMMIT,
    "github.ref_name": "v1.2.0",
    "github.repository": "acme/shop",
    "github.run_id": "1",
    "github.token": "token",
    "inputs.arguments": "",
    "inputs.audience": "cluster",
    "inputs.authority": "LS0t",
    "inputs.backend": "",
    "inputs.backend-audience": "",
    "inputs.command": "scan",
    "inputs.environment": "",
    "inputs.paths": ".",
    "inputs.server": "https://cluster.example.org",
    "inputs.version": "1.2.0",
    "matrix.group": "policies",
    "matrix.program": "probe",
    "matrix.stack": "production",
    "steps.build.outputs.digest": `sha256:${"0".repeat(64)}`,
    "vars.PULUMI_BACKEND_URL": "s3://state",
    "vars.PULUMI_SECRETS_PROVIDER": "passphrase",
    "vars.PUSHGATEWAY": "https://metrics.example.org",
};

/** An expression's value; of `a || b` the first that is not empty. */
function valueOf(expression: string): string {
    const terms = expression.split("||").map((term) => term.trim());
    const values = terms.map((term) => /^'(.*)'$/.exec(term)?.[1] ?? CONTEXT[term] ?? assert.fail(`no value: ${term}`));
    return values.find((value) => value !== "") ?? "";
}

const resolved = (text: string): string =>
    text.replace(/\$\{\{([^}]+)\}\}/g, (_, expression: string) => valueOf(expression));

function scriptsIn(file: string): readonly Script[] {
    const read = load(readFileSync(file, "utf8")) as Partial<Workflow> & {
        readonly runs?: { readonly steps?: readonly Step[] };
    };
    const jobs = read.jobs ?? { "": { ...(read.runs?.steps && { steps: read.runs.steps }) } };
    return Object.entries(jobs).flatMap(([job, { env = {}, steps = [] }]) =>
        steps.flatMap(({ name, run, shell, env: own = {} }, index) =>
            run === undefined
                ? []
                : [
                      {
                          title: `${file} ${job}[${index}]: ${name ?? run}`,
                          run,
                          ...(shell !== undefined && { shell }),
                          env: { ...read.env, ...env, ...own },
                          place: resolve(dirname(file)),
                      },
                  ],
        ),
    );
}

const files = globSync([
    ".github/workflows/*.yml",
    ".github/actions/*/action.yml",
    "action.yml",
    "action/*/action.yml",
]);
// One that many jobs begin with, in the same environment, is run once.
const scripts = [
    ...new Map(files.flatMap(scriptsIn).map((script) => [JSON.stringify([script.run, script.env]), script])).values(),
];
const npmScripts = (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object }).scripts;

/** Programs of a plain shell, which run as they are; `env` runs what it is given. */
const PLAIN = [
    "awk",
    "cat",
    "env",
    "find",
    "grep",
    "gzip",
    "head",
    "mkdir",
    "mv",
    "rm",
    "sort",
    "sha256sum",
    "tar",
    "tee",
];

const RECORD = `printf '%s\\n' "$(basename "$0")" "$@" "" >>"$LOG"\n`;

/** Programs that are recorded, with what they do besides. */
const RECORDED: Readonly<Record<string, string>> = {
    "apt-get": "",
    cosign: "",
    docker: "",
    // One run of a workflow, and what it keeps.
    gh: `case "$*" in
*actions/runs*) echo 7 ;;
run\\ download*) for last; do :; done; mkdir -p "$last"; echo '{}' >"$last/statement.json" ;;
esac`,
    node: "",
    npx: "echo planned",
    sysctl: "",
    // The first week of a half-year.
    date: 'case "$*" in *%Y-%m) echo 2026-07 ;; *%m) echo 07 ;; *%d) echo 03 ;; esac',
    git: 'if [ "$1" = show ]; then echo "maintainer@example.org ssh-ed25519 AAAA"; fi',
    jq: "cat >/dev/null; echo @x0tta6bl4/tool@1.2.0",
    // A release's archive, or the file of its checksums.
    curl: `case "$*" in
*--remote-name*) for last; do :; done; cp "$ARCHIVE" "$(basename "$last")" ;;
*sum*) sha256sum -- *.tar.gz ;;
esac`,
    npm: `case "$*" in
*bench*) echo "| scan, all | 1000 | 1 | 1 | 1 | 1 | 1 |" ;;
*hardening\\ images*) echo '["registry.example/a:1"]' ;;
esac`,
    sudo: `while case "\${1:-}" in -*) true ;; *) false ;; esac; do shift; done; exec "$@"`,
};

const stub = (body: string) => `#!/bin/bash\n${RECORD}${body}\n`;

/** Runs a script as the runner does, with an unset variable as an error; gives the calls that it made. */
async function callsOf({ run, shell, env, place }: Script): Promise<readonly (readonly string[])[]> {
    const made = {
        ...Object.fromEntries(Object.entries(RECORDED).map(([name, body]) => [`bin/${name}`, stub(body)])),
        log: "",
        "temp/kept": "",
        "work/release/tool.tgz": "",
        "made/pulumi/pulumi": stub(""),
        "tgz/package/package.json": "{}",
    };
    return withFiles(made, (folder) => {
        const at = (path: string) => join(folder, path);
        Object.keys(made)
            .filter((path) => /^bin|pulumi$/.test(path))
            .forEach((path) => {
                chmodSync(at(path), 0o755);
            });
        for (const name of [...PLAIN, "basename", "bash", "cp"]) {
            const places = ["/usr/bin", "/bin"].map((place) => join(place, name));
            symlinkSync(
                places.find((path) => existsSync(path)) ?? assert.fail(`${name} is missing`),
                at(`bin/${name}`),
            );
        }
        for (const [archive, from, what] of [
            ["spire.tar.gz", "made", "pulumi"],
            ["work/release/tool.tgz", "tgz", "package"],
        ] as const) {
            assert.equal(spawnSync("tar", ["-czf", at(archive), "-C", at(from), what]).status, 0);
        }
        const options = shell === "bash" ? ["-eo", "pipefail"] : ["-e"];
        const { status, stdout, stderr } = spawnSync(
            "/bin/bash",
            ["--noprofile", "--norc", ...options, "-u", "-c", resolved(run)],
            {
                cwd: at("work"),
                encoding: "utf8",
                env: {
                    PATH: at("bin"),
                    HOME: folder,
                    LOG: at("log"),
                    ARCHIVE: at("spire.tar.gz"),
                    GITHUB_ACTION_PATH: place,
                    GITHUB_OUTPUT: at("output"),
                    GITHUB_PATH: at("path"),
                    GITHUB_REPOSITORY: "acme/shop",
                    GITHUB_SERVER_URL: "https://github.com",
                    GITHUB_SHA: COMMIT,
                    GITHUB_STEP_SUMMARY: at("summary"),
                    RUNNER_TEMP: at("temp"),
                    ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, resolved(value)])),
                },
            },
        );
        assert.equal(status, 0, `${stdout}${stderr}`);
        assert.equal(stderr, "");
        const calls = readFileSync(at("log"), "utf8")
            .split("\n\n")
            .map((call) => call.split("\n"));
        return calls.slice(0, -1);
    });
}

/** Fails on a call of something of this repository that is not there. */
async function check(call: readonly string[]): Promise<void> {
    const [program = "", ...args] = call;
    if (program === "npm" && args[0] === "run") {
        const name = args.find((word, index) => index > 0 && !word.startsWith("-")) ?? "";
        assert.ok(name in npmScripts, `there is no script ${name}`);
    }
    if (program === "npm" && args[0] === "exec") {
        assert.deepEqual(args.slice(1, 3), ["--", "hardening"]);
        const [, , , name = "", ...words] = args;
        const entry = COMMANDS[name] ?? assert.fail(`there is no command ${name}`);
        assert.deepEqual((await entry.load()).command.read(name, words).faults, []);
    }
    if (program === "node") {
        for (const path of args.filter((word) => /\.(?:m?js|ts)$/.test(word))) {
            assert.notEqual(globSync(path).length, 0, `there is no ${path}`);
        }
    }
}

describe("steps of workflows and actions", () => {
    for (const script of scripts) {
        it(`run: ${script.title}`, async () => {
            const calls = await callsOf(script);
            assert.notEqual(calls.length, 0);
            for (const call of calls) {
                await check(call);
            }
        });
    }
});
