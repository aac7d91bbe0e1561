import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, relative, resolve } from "node:path";

import { Recording } from "../../hardening/evidence/write";
import { version } from "../../packages/hardening/package.json";
import { runProgram, scratch } from "./support";

const ROOT = resolve(__dirname, "../..");
const DOCKERFILE = "packages/hardening/Dockerfile";

/** What a distroless `cc` base has, as far as a program is linked with it. */
const BASE = /\/(?:ld-linux-[\w-]+|lib(?:c|dl|gcc_s|m|pthread|stdc\+\+))\.so\.\d+$/;

interface Stage {
    readonly name: string;
    readonly instructions: readonly (readonly [word: string, rest: string])[];
}

function stagesOf(text: string): readonly Stage[] {
    const lines = text
        .replace(/^#.*\n/gm, "")
        .replace(/\\\n\s*/g, "")
        .split("\n");
    const instructions = lines.flatMap((line) => {
        const [, word = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
        return word === "" ? [] : [[word, rest] as const];
    });
    const starts = instructions.flatMap(([word], index) => (word === "FROM" ? [index] : []));
    return starts.map((start, index) => ({
        name: / AS (\w+)$/.exec(instructions[start]?.[1] ?? "")?.[1] ?? "",
        instructions: instructions.slice(start + 1, starts[index + 1]),
    }));
}

/** What an image starts with. */
interface Image {
    readonly root: string;
    readonly user: string;
    readonly place: string;
    readonly entry: readonly string[];
}

/** Builds the stages of a Dockerfile in folders, on this machine's programs in place of those of its bases. */
async function build(text: string, folder: string): Promise<Image> {
    const roots = new Map<string, string>();
    let image: Image | undefined;
    for (const [index, { name, instructions }] of stagesOf(text).entries()) {
        const root = join(folder, `stage-${index}`);
        roots.set(name, root);
        let [place, user, entry] = ["/", "root", [] as readonly string[]];
        for (const [word, rest] of instructions) {
            if (word === "WORKDIR") {
                place = rest;
                mkdirSync(join(root, place), { recursive: true });
            } else if (word === "COPY") {
                const [, from, words = ""] = /^(?:--from=(\w+) )?(.*)$/.exec(rest) ?? [];
                const sources = words.split(" ");
                const target = sources.pop() ?? "";
                const context = from === undefined ? ROOT : (roots.get(from) ?? assert.fail(`no stage ${from}`));
                for (const source of sources) {
                    assert.ok(existsSync(join(context, source)), `${source} is not there to be copied`);
                    const isFolder = target.endsWith("/");
                    const to = join(
                        root,
                        target.startsWith("/") ? "/" : place,
                        target,
                        isFolder ? (source.split("/").at(-1) ?? "") : "",
                    );
                    mkdirSync(dirname(to), { recursive: true });
                    cpSync(join(context, source), to, { recursive: true, verbatimSymlinks: true });
                }
            } else if (word === "RUN") {
                // Absolute paths are of the image.
                const script = rest.replace(/(?<=\s)\/(?=\w)/g, `${root}/`);
                const path = [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter);
                const env = { PATH: path, HOME: process.env["HOME"], npm_config_prefer_offline: "true" };
                const { code, output } = await runProgram("sh", ["-ec", script], { cwd: join(root, place), env });
                assert.equal(code, 0, `${script}\n${output}`);
            } else if (word === "USER") {
                user = rest;
            } else if (word === "ENTRYPOINT") {
                entry = JSON.parse(rest) as readonly string[];
            } else {
                assert.equal(word, "ENV");
            }
        }
        image = { root, user, place, entry };
    }
    return image ?? assert.fail("no stage");
}

/** SHA-256 over the files of a folder: their paths and what they hold. */
function digestOf(root: string): string {
    const whole = createHash("sha256");
    const files = readdirSync(root, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort()) {
        const own = createHash("sha256").update(readFileSync(path)).digest("hex");
        whole.update(`${own}  ${relative(root, path)}\n`);
    }
    return whole.digest("hex");
}

const mayUnshare =
    spawnSync("unshare", ["--user", "--map-user=65532", "--fork", "--pid", "--mount-proc", "true"]).status === 0;

describe(`The image of the tool${mayUnshare ? "" : " (skipped: this user may make no namespaces)"}`, function () {
    this.timeout(900_000);
    // What is read-only can't be removed.
    after(() => spawnSync("chmod", ["-R", "u+w", folder]));
    const folder = scratch();
    let image: Image;

    before(async function () {
        if (!mayUnshare) {
            this.skip();
        }
        const evidence = process.env["EVIDENCE"] ?? "";
        const recording = evidence === "" ? undefined : new Recording(ROOT, evidence);
        image = await build(readFileSync(join(ROOT, DOCKERFILE), "utf8"), folder);
        recording?.write({
            kind: "builds",
            about: [{ name: DOCKERFILE, digest: { sha256: digestOf(image.root) } }],
            predicate: {
                tool: { name: "test:packages", version },
                at: new Date().toISOString(),
                results: [{ name: DOCKERFILE, outcome: "passed" }],
            },
        });
        const [program = ""] = image.entry;
        const libraries = [
            ...spawnSync("ldd", [join(image.root, program)], { encoding: "utf8" }).stdout.matchAll(
                /(\/\S+\.so\.\d+) /g,
            ),
        ];
        assert.notEqual(libraries.length, 0);
        for (const [, library = ""] of libraries) {
            assert.match(library, BASE);
            mkdirSync(dirname(join(image.root, library)), { recursive: true });
            copyFileSync(library, join(image.root, library));
        }
        // What Kubernetes and Docker mount; the work is somebody's checkout.
        for (const path of ["proc", "tmp"]) {
            mkdirSync(join(image.root, path));
        }
        writeFileSync(
            join(image.root, image.place, "pod.yaml"),
            "apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: shop }\nspec:\n  hostPID: true\n  containers: [{ name: web, image: example.org/web:1 }]\n",
        );
        assert.equal(spawnSync("chmod", ["-R", "a-w", image.root]).status, 0);
    });

    /** Runs words with nothing but the image's files, all of them read-only, as the image's user. */
    function inside(...words: readonly string[]) {
        const [uid = "", gid = ""] = image.user.split(":");
        const options = [
            `--map-user=${uid}`,
            `--map-group=${gid}`,
            "--fork",
            "--pid",
            "--mount-proc",
            `--root=${image.root}`,
            `--wd=${image.place}`,
        ];
        const { status, stdout, stderr } = spawnSync("unshare", ["--user", ...options, ...words], {
            encoding: "utf8",
            env: { NODE_ENV: "production" },
        });
        return { status, stdout, stderr };
    }

    const run = (...args: readonly string[]) => inside(...image.entry, ...args);

    it("runs as a user without rights, by number, so that a cluster can tell", () => {
        assert.match(image.user, /^[1-9]\d*:[1-9]\d*$/);
        assert.deepEqual(run("--version"), { status: 0, stdout: `${version}\n`, stderr: "" });
    });

    it("judges what is mounted into it", () => {
        const { status, stdout } = run("scan", "--profile", "baseline", ".");
        assert.equal(status, 1);
        assert.match(stdout, /no-host-pid: spec\.hostPID is true/);
        const report = JSON.parse(run("scan", "--format", "sarif", "pod.yaml").stdout) as { version: string };
        assert.equal(report.version, "2.1.0");
        assert.equal(run("scan", "none").status, 2);
    });

    it("can load what compiles a program", () => {
        assert.equal(image.entry.at(-1), "/app/bin/hardening");
        const load =
            "const { tsImport } = require('/app/node_modules/tsx/dist/esm/api/index.cjs'); console.log(typeof tsImport)";
        const { stdout, stderr } = inside(...image.entry.slice(0, -1), "--eval", load);
        assert.equal(stdout, "function\n", stderr);
    });
});
