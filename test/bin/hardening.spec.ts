import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

/** A copy of the launcher with a package that wants some version of Node.js, and a tool that prints what it was given. */
function launch(wanted: string, options: { readonly built?: boolean; readonly bundled?: string } = {}) {
    const folder = mkdtempSync(join(tmpdir(), "hardening-launcher-"));
    try {
        mkdirSync(join(folder, "bin"));
        cpSync(join(ROOT, "bin/hardening"), join(folder, "bin/hardening"));
        writeFileSync(join(folder, "package.json"), JSON.stringify({ engines: { node: `>=${wanted}` } }));
        if (options.built !== false) {
            mkdirSync(join(folder, "dist"));
            const tool = "console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 2;";
            writeFileSync(join(folder, "dist/hardening.js"), tool);
        }
        if (options.bundled !== undefined) {
            mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
            writeFileSync(join(folder, "node_modules/.bin/node"), options.bundled, { mode: 0o755 });
        }
        const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, "bin/hardening"), "scan", "a b"], {
            encoding: "utf8",
        });
        return { status, stdout, stderr };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

describe("bin/hardening", () => {
    it("starts the built tool with its arguments and passes on its exit code", () => {
        assert.deepEqual(launch("20.0.0"), { status: 2, stdout: '["scan","a b"]\n', stderr: "" });
    });

    it("starts it on the Node.js that came with npm ci where the running one is too old", () => {
        const newer = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"99.0.0"})`;
        const bundled = `#!/bin/sh\necho bundled >&2\nexec ${process.execPath} --import '${newer}' "$@"\n`;
        assert.deepEqual(launch("99.0.0", { bundled }), { status: 2, stdout: '["scan","a b"]\n', stderr: "bundled\n" });
    });

    it("says what it needs where there is no such Node.js", () => {
        assert.deepEqual(launch("99.1.0"), {
            status: 3,
            stdout: "",
            stderr: `hardening: needs Node.js 99.1.0 or newer, this is ${process.versions.node}. Install it, or in a checkout run npm ci.\n`,
        });
    });

    it("says so where the tool is not built", () => {
        assert.deepEqual(launch("20.0.0", { built: false }), {
            status: 3,
            stdout: "",
            stderr: "hardening: is not built. Run npm ci, or npm run build.\n",
        });
    });

    describe("the compiled form it keeps", () => {
        let folder: string;

        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "hardening-kept-"));
            mkdirSync(join(folder, "bin"));
            mkdirSync(join(folder, "dist"));
            cpSync(join(ROOT, "bin/hardening"), join(folder, "bin/hardening"));
            writeFileSync(join(folder, "package.json"), JSON.stringify({ engines: { node: ">=20.0.0" } }));
            build("1");
        });

        afterEach(() => {
            rmSync(folder, { recursive: true, force: true });
        });

        /** A tool that sets the flags which the real one sets, and says what it was built to say. */
        function build(says: string): void {
            const flags = ["--semi-space-growth-factor=1", "--no-incremental-marking"];
            writeFileSync(
                join(folder, "dist/hardening.js"),
                `${JSON.stringify(flags)}.forEach(require("node:v8").setFlagsFromString);
                const late = () => console.log("${says}", __filename === require.main?.filename, module.id.endsWith("hardening.js"));
                late(); process.exitCode = Number(process.argv[3] ?? 0);`,
            );
        }

        function run(...args: readonly string[]): string {
            const { stdout, stderr } = spawnSync(process.execPath, [join(folder, "bin/hardening"), ...args], {
                encoding: "utf8",
            });
            return stdout + stderr;
        }

        function kept(): readonly string[] {
            const cache = join(folder, "dist/.cache");
            return existsSync(cache)
                ? readdirSync(cache, { recursive: true, withFileTypes: true })
                      .filter((entry) => entry.isFile())
                      .map(({ parentPath, name }) => `${name} ${statSync(join(parentPath, name)).ino}`)
                : [];
        }

        it("is left by a run that came to an answer, one for each command, and taken by the next", () => {
            assert.equal(run("scan", "1"), "1 false true\n");
            const first = kept();
            assert.match(first.join(), /^scan \d+$/);
            assert.equal(run("scan", "0"), "1 false true\n");
            // One that V8 refuses is made anew.
            assert.deepEqual(kept(), first);
            run("audit");
            run("scan", "--help");
            assert.deepEqual(
                kept()
                    .map((name) => name.replace(/ .*/, ""))
                    .sort(),
                ["audit", "other", "scan"],
            );
        });

        it("is not left by a run that failed", () => {
            run("scan", "2");
            run("../scan", "3");
            assert.deepEqual(kept(), []);
        });

        it("has no name that an argument could choose", () => {
            run("../scan");
            assert.match(kept().join(), /^other \d+$/);
        });

        it("is not taken for another build of the tool", () => {
            run("scan");
            build("2");
            assert.equal(run("scan"), "2 false true\n");
        });

        it("is made anew where it is damaged, which V8 itself does not see", () => {
            run("scan");
            const cache = join(folder, "dist/.cache");
            const [entry] = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
            assert.ok(entry !== undefined);
            const file = join(entry.parentPath, entry.name);
            const whole = readFileSync(file);
            const zeroed = Buffer.from(whole).fill(0, whole.length / 2);
            for (const damaged of [zeroed, whole.subarray(0, whole.length / 2), Buffer.from("damaged"), Buffer.of()]) {
                writeFileSync(file, damaged);
                const before = kept();
                assert.equal(run("scan"), "1 false true\n");
                assert.notDeepEqual(kept(), before);
            }
        });

        it("is neither left nor taken where the tool is somebody else's", () => {
            const other = (): string => {
                const stranger = "data:text/javascript,process.getuid=()=>4294967294";
                const args = ["--import", stranger, join(folder, "bin/hardening"), "scan"];
                const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
                return stdout + stderr;
            };
            assert.equal(other(), "1 false true\n");
            assert.deepEqual(kept(), []);
            run("scan");
            const before = kept();
            assert.equal(other(), "1 false true\n");
            assert.deepEqual(kept(), before);
        });

        it("is not missed where nothing can be kept", () => {
            writeFileSync(join(folder, "dist/.cache"), "a file");
            assert.equal(run("scan"), "1 false true\n");
        });
    });

    it("loads no package of Pulumi for a scan", function () {
        const tool = join(ROOT, "dist/hardening.js");
        if (!existsSync(tool)) {
            this.skip();
        }
        const loaded = `process.on("exit", () => console.error(Object.keys(require.cache).filter((name) => /@pulumi|typescript/.test(name)).length))`;
        const { stderr } = spawnSync(
            process.execPath,
            ["-e", `${loaded}; process.argv.splice(1, 0, "hardening"); require(${JSON.stringify(tool)})`, "scan", "-"],
            { encoding: "utf8", input: "apiVersion: v1\nkind: Pod\n" },
        );
        assert.equal(stderr.trim().split("\n").at(-1), "0");
    });
});
