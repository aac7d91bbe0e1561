import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Finding } from "../../../hardening/findings";
import { fails } from "../../../hardening/findings";
import { cli } from "../../support/cli";

const STACK = ["-C", "test/fixtures/programs/decodes-yaml", "--stack", "dev"];
const PROGRAM = [...STACK, "--no-verify"];

describe("hardening render", function () {
    this.timeout(60_000);
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "render-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("writes the objects of a stack, and takes away what an earlier render left", async () => {
        const out = join(folder, "made", "here");
        assert.equal((await cli(["render", ...PROGRAM, "--out", out])).code, 0);
        const files = ["1-configmap-shop-one.yaml", "2-pod-shop-two.yaml", "kustomization.yaml"];
        assert.deepEqual(readdirSync(out).sort(), files);
        writeFileSync(join(out, "9-secret-shop-old.yaml"), "");
        assert.equal((await cli(["render", ...PROGRAM, "--out", out])).code, 0);
        assert.deepEqual(readdirSync(out).sort(), files);
    });

    it("refuses a folder with anything of anybody else's, and leaves it as it is", async () => {
        writeFileSync(join(folder, "notes.txt"), "mine");
        const { code, log } = await cli(["render", ...PROGRAM, "--out", folder]);
        assert.equal(code, 2);
        assert.equal(
            log[0],
            `error: --out ${folder} holds notes.txt, which no render has written; choose an empty folder`,
        );
        assert.deepEqual(readdirSync(folder), ["notes.txt"]);
    });

    it("refuses what a preview refuses, with its exit code and every violation, and writes nothing", async () => {
        const out = join(folder, "refused");
        const preview = await cli(["preview", ...STACK, "--format", "json"]);
        const { results } = JSON.parse(preview.out) as { results: readonly Finding[] };
        const { code, log } = await cli(["render", ...STACK, "--out", out]);
        assert.equal(code, preview.code);
        assert.equal(code, 1);
        const said = log.filter((line) => line.startsWith("error: "));
        assert.deepEqual(
            said,
            results.filter(fails).map(({ severity, control, message }) => `error: ${severity} ${control}: ${message}`),
        );
        assert.ok(said.length > 0);
        assert.match(log.at(-1) ?? "", /^stack dev is refused by a preview, so nothing is written: \d+ violations;/);
        assert.equal(existsSync(out), false);
    });

    it("writes what a preview passes with the options given", async () => {
        const out = join(folder, "passed");
        const report = join(folder, "report.json");
        assert.equal((await cli(["preview", ...STACK, "--format", "json", "--out", report])).code, 1);
        const { code, log } = await cli(["render", ...STACK, "--baseline", report, "--out", out]);
        assert.deepEqual(
            log.filter((line) => line.startsWith("error: ")),
            [],
        );
        assert.equal(code, 0);
        assert.ok(existsSync(join(out, "kustomization.yaml")));
    });

    it("asks for exactly one stack and for a folder, both at once", async () => {
        const { code, log } = await cli(["render"]);
        assert.equal(code, 2);
        assert.deepEqual(log.slice(0, 2), ["error: render needs --stack NAME", "error: render needs --out DIR"]);
    });

    it("writes nothing where a stack holds a secret, and never shows it", async () => {
        const { code, log } = await cli([
            "render",
            "-C",
            "test/fixtures/programs/everything",
            "--stack",
            "dev",
            "--no-verify",
            "--out",
            folder,
        ]);
        assert.equal(code, 3);
        assert.ok(log.some((line) => line.includes("kubernetes:core/v1:Secret::credentials: stringData is a secret")));
        assert.doesNotMatch(log.join("\n"), /correct-horse-battery/);
        assert.deepEqual(readdirSync(folder), []);
    });

    it("reports a program that fails with exit code 3", async () => {
        const { code, log } = await cli([
            "render",
            "-C",
            "test/fixtures/programs/throws",
            "--stack",
            "dev",
            "--out",
            folder,
        ]);
        assert.equal(code, 3);
        assert.match(log[0] ?? "", /^error: the database of settings is empty/);
    });
});
