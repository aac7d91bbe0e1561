import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ESLint } from "eslint";

/*
 * Guards against the traps that make a test or a control pass while it does nothing. Each is tested on the trap itself.
 */
describe("guards", () => {
    it("fail a test during which a rejection went unhandled, which mocha by itself ignores", function () {
        this.timeout(60_000);
        const folder = mkdtempSync(join(tmpdir(), "guards-"));
        try {
            const spec = join(folder, "stray.spec.cjs");
            writeFileSync(spec, 'it("passes", () => { void Promise.reject(new Error("stray")); });\n');
            const run = (...args: string[]) =>
                spawnSync(
                    process.execPath,
                    [
                        "node_modules/mocha/bin/mocha.js",
                        "--no-package",
                        "--node-option",
                        "import=tsx",
                        "--reporter",
                        "json",
                        ...args,
                        spec,
                    ],
                    // The counts of this inner run are not those of the suite.
                    { encoding: "utf8", env: { ...process.env, TEST_COUNTS: "", EVIDENCE: "" } },
                );
            const guarded = run("--require", "test/support/setup.ts");
            assert.equal(guarded.status, 1);
            assert.match(guarded.stdout, /unhandled rejection/);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("refuse to match resources by class in the policy pack, and allow its other imports", async function () {
        this.timeout(60_000);
        const eslint = new ESLint();
        const rulesOf = async (code: string): Promise<readonly string[]> => {
            const [result] = await eslint.lintText(code, { filePath: "policies/engine/pack.ts" });
            return (result?.messages ?? [])
                .map(({ ruleId }) => ruleId ?? "")
                .filter((rule) => rule.includes("restricted"));
        };
        const imports = (name: string): string =>
            `import { ${name} } from "@pulumi/policy";\nexport const it = ${name};\n`;
        assert.deepEqual(await rulesOf(imports("validateStackResourcesOfType")), ["no-restricted-imports"]);
        assert.deepEqual(await rulesOf(imports("validateResourceOfType")), ["no-restricted-imports"]);
        assert.deepEqual(await rulesOf(imports("PolicyPack")), []);
    });
});
