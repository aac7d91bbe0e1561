import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { Ajv } from "ajv";

import { schemaFiles } from "../../scripts/json-schemas";
import { yamlContent } from "../../policies/engine/input";
import { cli } from "../support/cli";

const POD = (name: string) => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop }
spec:
  hostPID: true
  containers: [{ name: web, image: example.org/web:1 }]
`;

describe("The file of a project", () => {
    const home = process.cwd();
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "project-"));
        process.chdir(folder);
        put({ "deploy/web.yaml": POD("web") });
    });
    afterEach(() => {
        process.chdir(home);
        rmSync(folder, { recursive: true });
    });

    function put(files: Readonly<Record<string, string>>): void {
        for (const [path, text] of Object.entries(files)) {
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, text);
        }
    }

    interface Report {
        readonly results: readonly { readonly control: string; readonly status: string; readonly name: string }[];
        readonly errors: readonly { readonly source: string; readonly message: string }[];
        readonly excluded: number;
    }

    async function scan(...args: readonly string[]) {
        const { code, out, log } = await cli(["scan", "--format", "json", ...args]);
        const { results, errors, excluded } = JSON.parse(out || '{"results":[],"errors":[]}') as Report;
        const lines = results.map(({ name, control, status }) => `${name} ${control} ${status}`);
        return { code, lines, errors, excluded, log: log.join("\n") };
    }

    it("stands for options that are not given, and gives way to those that are", async () => {
        put({
            "hardening.yaml":
                "profile: baseline\ncontrols: { no-host-pid: advisory, images-pinned-by-digest: mandatory }\n",
        });
        const { code, lines } = await scan(".");
        assert.deepEqual([code, lines], [1, ["web no-host-pid violation", "web images-pinned-by-digest violation"]]);
        const restricted = await scan("--profile", "restricted", ".");
        assert.ok(restricted.lines.includes("web run-as-non-root violation"));
        put({ "levels.yaml": "images-pinned-by-digest: disabled\n" });
        assert.deepEqual((await scan("--config", "levels.yaml", "deploy")).code, 0);
    });

    it("names waivers and baseline from where it stands itself, and takes neither for a manifest", async () => {
        const waiver = "control: no-host-pid, object: Pod shop/web, reason: It looks, owner: shop, ticket: T-1";
        put({
            "gate/hardening.yaml": "profile: baseline\nwaivers: [accepted.yaml]\n",
            "gate/accepted.yaml": `waivers: [{ ${waiver}, expires: 2026-04-01 }]\n`,
        });
        const { code, lines, errors } = await scan("--project", "gate/hardening.yaml", ".");
        assert.deepEqual([code, lines, errors], [0, ["web no-host-pid waived"], []]);
    });

    it("leaves out what its patterns, those of .hardeningignore and those of options name, and counts it", async () => {
        put({
            "hardening.yaml": "profile: baseline\nexclude: [charts/*/templates/]\n",
            ".hardeningignore": "# drafts\n*.draft.yaml\n!kept.draft.yaml\n",
            "charts/web/templates/pod.yaml": "{{ not: yaml }}: [",
            "deploy/a.draft.yaml": POD("draft"),
            "deploy/kept.draft.yaml": POD("kept"),
            "vendor/pod.yaml": POD("vendor"),
        });
        const { code, lines, log, excluded } = await scan("--exclude", "/vendor", ".");
        assert.deepEqual([code, lines], [1, ["kept no-host-pid violation", "web no-host-pid violation"]]);
        assert.equal(excluded, 3);
        assert.equal((await scan("deploy/web.yaml")).excluded, 0);
        assert.match(log, /2 files \(3 paths left out\): 2 objects/);
        // One that is named by itself is left out as well: hooks name every file that was changed.
        assert.match((await scan("deploy/a.draft.yaml")).log, /0 files \(1 path left out\)/);
    });

    it("counts what it leaves out of folders that an Application leads to, and the files that it reads there", async () => {
        const source = { repoURL: "https://git.example/team/shop", path: "apps" };
        const application = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name: "a" } };
        put({
            ".git/config": '[remote "origin"]\n\turl = git@git.example:team/shop.git\n',
            "clusters/prod.json": JSON.stringify({ ...application, spec: { source } }),
            "apps/pod.yaml": POD("pod"),
            "apps/draft.yaml": POD("draft"),
        });
        for (const [reading, files, left] of [
            [["clusters"], 2, 1],
            [["--each-file", "clusters"], 1, 0],
        ] as const) {
            const { log, excluded } = await scan("--exclude", "draft.yaml", ...reading);
            assert.equal(excluded, left);
            assert.match(log, new RegExp(`^${files} files?${left === 0 ? "" : " \\(1 path left out\\)"}: `, "m"));
        }
    });

    it("counts folders that it passes over though kubectl would read manifests there, unless they are named", async () => {
        put({
            ".hidden/deep/pod.yaml": POD("hidden"),
            "node_modules/a/pod.yaml": POD("module"),
            ".git/pod.yaml": POD("git"),
            ".idea/settings.xml": "<a/>",
        });
        const { lines, excluded } = await scan("--profile", "baseline", ".");
        assert.deepEqual(lines, ["web no-host-pid violation"]);
        assert.equal(excluded, 2);
        assert.deepEqual((await scan("--profile", "baseline", ".hidden")).lines, ["hidden no-host-pid violation"]);
    });

    it("tells capitals apart, as git does: what a pattern does not name is judged", async () => {
        put({ "deploy/Draft.yaml": POD("draft") });
        const { lines } = await scan("--profile", "baseline", "--exclude", "draft.yaml", "--exclude", "/Deploy", ".");
        assert.deepEqual(lines, ["draft no-host-pid violation", "web no-host-pid violation"]);
    });

    it("leaves nothing out of a folder above it", async () => {
        put({ "gate/hardening.yaml": "profile: baseline\nexclude: ['**']\n" });
        const { lines } = await scan("--project", "gate/hardening.yaml", "deploy");
        assert.deepEqual(lines, ["web no-host-pid violation"]);
    });

    it("judges some paths by another profile and other levels, the last that names a path counting", async () => {
        put({
            "hardening.yaml": `profile: baseline
controls: { images-pinned-by-digest: advisory }
overrides:
    - { paths: [legacy/], controls: { no-host-pid: disabled } }
    - { paths: [legacy/new/], profile: restricted, controls: { no-host-pid: advisory } }
`,
            "legacy/a.yaml": POD("old"),
            "legacy/new/a.yaml": POD("new"),
        });
        const { code, lines } = await scan(".");
        assert.equal(code, 1);
        const of = (name: string) =>
            lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.split(" ")[1]);
        assert.deepEqual(of("web"), ["no-host-pid", "images-pinned-by-digest"]);
        assert.deepEqual(of("old"), ["images-pinned-by-digest"]);
        assert.ok(of("new").includes("no-host-pid") && of("new").includes("run-as-non-root"), of("new").join());
        assert.equal((await scan("legacy/a.yaml")).code, 0);
        // An option that is given counts for more, for every path; the levels stay.
        const given = await scan("--profile", "restricted", ".");
        for (const name of ["web", "old", "new"]) {
            assert.ok(given.lines.includes(`${name} run-as-non-root violation`), name);
        }
        assert.equal(given.lines.filter((line) => line.includes(" no-host-pid ")).length, 2);
    });

    it("stops a run by a level that is asked for some paths, although the control only advises without the Namespace", async () => {
        put({
            "hardening.yaml": `profile: nsa
overrides:
    - { paths: [strict/], controls: { cpu-limits-set: mandatory } }
`,
            "strict/a.yaml": POD("strict"),
        });
        const { results } = JSON.parse((await cli(["scan", "--format", "json", "."])).out) as {
            results: { name: string; control: string; enforcement: string }[];
        };
        assert.deepEqual(
            results
                .filter(({ control }) => control === "cpu-limits-set")
                .map(({ name, enforcement }) => [name, enforcement]),
            [
                ["web", "advisory"],
                ["strict", "mandatory"],
            ],
        );
    });

    it("judges parameters path by path, counts a control once, and leaves what is about the whole to the project", async () => {
        const registries = (name: string) => `{ images-from-allowed-registries: { registries: [${name}] } }`;
        put({
            "hardening.yaml": `profile: baseline
controls: ${registries("registry.test/")}
overrides:
    - { paths: ["*.vendor.yaml"], controls: ${registries("example.org/")} }
`,
            "deploy/a.vendor.yaml": POD("vendor"),
        });
        const { lines, log } = await scan(".");
        assert.deepEqual(
            lines.filter((line) => line.includes("registries")),
            ["web images-from-allowed-registries violation"],
        );
        assert.match(log, /, 17 controls \(profile baseline\)/);
        const { runs } = JSON.parse((await cli(["scan", "--format", "sarif", "."])).out) as {
            runs: { tool: { driver: { rules: { name?: string; id: string }[] } } }[];
        };
        const rules = runs[0]?.tool.driver.rules.map(({ id }) => id) ?? [];
        assert.equal(new Set(rules).size, rules.length);
    });

    it("refuses overrides that name no path, no profile and no control that there is", async () => {
        put({
            "hardening.yaml": `overrides:
    - { paths: [], profile: strictest }
    - { profile: cis }
    - { paths: [a], waivers: [w] }
`,
        });
        assert.deepEqual((await scan(".")).log.split("\n").slice(0, -1), [
            "error: hardening.yaml: overrides[0].paths must be a list of at least 1, found an empty list",
            'error: hardening.yaml: overrides[0].profile must be one of baseline, restricted, cis, nsa, x0tta6bl4, all, found "strictest"',
            "error: hardening.yaml: overrides[1].paths is missing; it must be a list of at least 1",
            "error: hardening.yaml: overrides[2].waivers is not known; known: paths, profile, controls",
        ]);
        put({ "hardening.yaml": "overrides: [{ paths: [a], controls: { no-host-pod: advisory } }]\n" });
        assert.match((await scan(".")).log, /hardening\.yaml: overrides\[0\]\.controls: no-host-pod .*no-host-pid/);
    });

    it("keeps what it leaves out from being mended", async () => {
        put({ "hardening.yaml": "exclude: [deploy/]\n" });
        const run = await cli(["fix", "--profile", "restricted", "deploy"]);
        assert.equal(readFileSync("deploy/web.yaml", "utf8"), POD("web"), run.log.join("\n"));
        assert.equal(run.log.at(-1), "0 files read (1 path left out), 0 files changed, 0 findings put right");
    });

    it("counts what fix leaves out by any of its patterns, beside what it reads", async () => {
        put({
            "hardening.yaml": "exclude: [charts/]\n",
            ".hardeningignore": "*.draft.yaml\n",
            "charts/a.yaml": POD("chart"),
            "deploy/a.draft.yaml": POD("draft"),
            "vendor/pod.yaml": POD("vendor"),
            ".hidden/pod.yaml": POD("hidden"),
        });
        const last = async (...args: readonly string[]) => (await cli(["fix", "--dry-run", ...args])).log.at(-1) ?? "";
        assert.match(await last("--exclude", "/vendor", "."), /^1 file read \(4 paths left out\), /);
        assert.match(await last("deploy/a.draft.yaml"), /^0 files read \(1 path left out\), /);
        assert.match(await last("deploy/web.yaml"), /^1 file read, /);
    });

    it("is refused with all that is wrong, whoever reads it", async () => {
        put({ "hardening.yaml": "profile: strictest\nwaiver: [a]\nexclude: tests\nstrict: yes please\n" });
        const { code, log } = await scan(".");
        assert.equal(code, 2);
        assert.equal(
            log,
            [
                'error: hardening.yaml: waiver is not known; did you mean "waivers"?',
                'error: hardening.yaml: profile must be one of baseline, restricted, cis, nsa, x0tta6bl4, all, found "strictest"',
                'error: hardening.yaml: strict must be true or false, found "yes please"',
                'error: hardening.yaml: exclude must be a list, found "tests"',
                "Try: hardening scan --help",
            ].join("\n"),
        );
        assert.match((await scan("--project", "none.yaml", ".")).log, /--project none\.yaml: does not exist/);
        put({ "hardening.yaml": "controls: { no-host-pod: advisory }\n" });
        assert.match((await scan(".")).log, /hardening\.yaml.*no-host-pod.*no-host-pid/s);
    });

    it("is written by init, once, and is what scan and an editor take", async () => {
        assert.equal((await cli(["init", "--profile", "cis"])).code, 0);
        const text = readFileSync("hardening.yaml", "utf8");
        assert.match(text, /^profile: cis$/m);
        const again = await cli(["init"]);
        assert.deepEqual([again.code, again.log[0]], [2, "error: hardening.yaml is there already"]);
        assert.equal(readFileSync("hardening.yaml", "utf8"), text);
        assert.equal((await scan(".")).code, 1);
        // With every comment that shows a setting taken for the setting.
        const all = text.replace(/^# (?=[\w]+:|  )/gm, "");
        const validate = new Ajv().compile(JSON.parse(schemaFiles()["project.json"] ?? "") as object);
        assert.ok(validate(yamlContent(all, "all")), JSON.stringify(validate.errors));
        assert.equal(validate({ profil: "cis" }), false);
        assert.equal(validate({ profile: "strictest" }), false);
        assert.ok(existsSync("deploy"));
    });

    it("leaves out by name, where init writes it, what is no Kubernetes object, and nothing that is meant to be one", async () => {
        put({
            "package.json": '{"name": "shop"}',
            "tsconfig.json": '{"compilerOptions": {}, /* a comment */ }',
            "tools/with [odd] name!.yaml": "services: {}",
            "tools/package.json": "[1, 2]",
            "deploy/kindless.yaml": "apiVersion: v1\nmetadata: { name: web }\n",
            "deploy/broken.yaml": "apiVersion: v1\nkind: [Pod\n",
            "deploy/plan.json": '{"format_version": "2.0", "terraform_version": "2.0.0"}',
            "deploy/pulumi.json": '{"deployment": {"resources": [{}]}, "version": 99}',
            "deploy/both.yaml": `services: {}\n---\n${POD("both")}`,
        });
        // One that can't be read as text, which says nothing of what is in it, and one that leads nowhere.
        writeFileSync("deploy/wide.yaml", `\uFEFF${POD("wide")}`, "utf16le");
        symlinkSync("nowhere.yaml", "deploy/link.yaml");
        const { code, log } = await cli(["init"]);
        assert.equal(code, 0);
        assert.deepEqual(log, ["Wrote hardening.yaml, which leaves out 4 files by name. Try: hardening scan ."]);
        const { exclude } = yamlContent(readFileSync("hardening.yaml", "utf8"), "hardening.yaml") as {
            exclude: string[];
        };
        assert.deepEqual(exclude, [
            "/package.json",
            "/tools/package.json",
            "/tools/with\\ \\[odd\\]\\ name\\!.yaml",
            "/tsconfig.json",
        ]);
        put({ "deploy/package.json": "{}" });
        const after = await scan(".");
        assert.deepEqual([after.code, after.excluded], [2, 4]);
        const sources = after.errors.map(({ source }) => source);
        assert.deepEqual([...new Set(sources)].sort(), [
            "deploy/both.yaml",
            "deploy/broken.yaml",
            "deploy/kindless.yaml",
            "deploy/link.yaml",
            "deploy/package.json",
            "deploy/plan.json",
            "deploy/pulumi.json",
            "deploy/wide.yaml",
        ]);
    });

    it("has its schemas published as they are generated", () => {
        for (const [name, text] of Object.entries(schemaFiles())) {
            const published = readFileSync(join(home, "packages/hardening/schemas", name), "utf8");
            assert.deepEqual(JSON.parse(published), JSON.parse(text), `npm run schemas:data renews ${name}`);
        }
    });
});
