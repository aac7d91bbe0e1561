import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
        const bundled = `#!/bin/sh\necho bundled >&2\nexec ${process.execPath} "$@"\n`;
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
