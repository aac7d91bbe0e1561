import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { sourceOf } from "../../../hardening/evidence/source";
import { stackDigest } from "../../../hardening/evidence/stack-digest";
import type { Registration } from "../../../hardening/sources/program/registration";
import { SECRET, SIGNATURE } from "../../../hardening/sources/program/registration";
import { withCheckout } from "../../support/evidence";
import { withFiles } from "../../support/files";

describe("the source that evidence is about", () => {
    it("is the commit and the tree of all files, committed or not, and leaves the checkout as it is", async () => {
        await withCheckout((folder) => {
            const clean = sourceOf(folder);
            assert.ok("tree" in clean);
            const head = execFileSync("git", ["rev-parse", "HEAD", "HEAD^{tree}"], { cwd: folder, encoding: "utf8" });
            assert.equal(`${clean.commit}\n${clean.tree}\n`, head);
            mkdirSync(join(folder, "evidence"));
            writeFileSync(join(folder, "evidence/e.json"), "ignored");
            assert.deepEqual(sourceOf(folder), clean);
            const before = execFileSync("git", ["count-objects"], { cwd: folder, encoding: "utf8" });
            const trees = [
                ["a.txt", "b"],
                ["new.txt", ""],
            ].map(([name = "", content = ""]) => {
                writeFileSync(join(folder, name), content);
                const found = sourceOf(folder);
                return "tree" in found ? found.tree : "";
            });
            assert.equal(new Set([clean.tree, ...trees]).size, 3);
            const status = execFileSync("git", ["status", "--porcelain"], { cwd: folder, encoding: "utf8" });
            assert.equal(status, " M a.txt\n?? new.txt\n");
            assert.equal(execFileSync("git", ["count-objects"], { cwd: folder, encoding: "utf8" }), before);
        });
    });

    it("is unknown outside of a checkout", async () => {
        await withFiles({ "a.txt": "a" }, (folder) => {
            assert.deepEqual(sourceOf(folder), {
                reason: "this folder is in no checkout of Git, or nothing is committed in it",
            });
        });
    });
});

describe("the digest of a stack", () => {
    const of = (inputs: Registration["inputs"], name = "a"): Registration =>
        ({ urn: `urn:pulumi:s::p::t::${name}`, type: "t", name, custom: true, inputs }) as Registration;
    const secret = (value: string) => ({ [SIGNATURE]: SECRET, value });

    it("changes with what is made, and neither with the order of it nor with secrets", () => {
        const made = stackDigest([of({ x: 1, y: [{ b: 1, a: 2 }] }), of({ s: secret("one") }, "b")]);
        assert.equal(stackDigest([of({ s: secret("two") }, "b"), of({ y: [{ a: 2, b: 1 }], x: 1 })]), made);
        for (const other of [
            [of({ x: 2, y: [{ b: 1, a: 2 }] }), of({ s: secret("one") }, "b")],
            [of({ x: 1, y: [{ b: 1, a: 2 }] }), of({ s: "one" }, "b")],
            [of({ x: 1, y: [{ b: 1, a: 2 }] }), of({ s: secret("one") }, "c")],
            [of({ x: 1, y: [{ b: 1, a: 2 }] })],
        ]) {
            assert.notEqual(stackDigest(other), made);
        }
    });
});
