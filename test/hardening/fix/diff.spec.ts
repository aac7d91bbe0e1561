import { strict as assert } from "node:assert";

import fc from "fast-check";

import { printedDiff, unifiedDiff } from "../../../hardening/fix/diff";

/** Applies a unified diff as `patch` does, and fails where it does not fit the text or its own heads. */
function apply(before: string, diff: string): string {
    // Each line with the line break that ends it, which the last may lack.
    const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    const fresh: string[] = [];
    let at = 0;
    const [, ...hunks] = diff.split(/^@@ /m);
    for (const hunk of hunks) {
        const [, first = "", gone, put, come, body = ""] =
            /^-(\d+),(\d+) \+(\d+),(\d+) @@\n([^]*)$/.exec(hunk) ?? assert.fail(hunk);
        const lines = body.match(/[ +-][^\n]*\n(?:\\ No newline at end of file\n)?/g) ?? [];
        assert.equal(lines.join(""), body);
        const texts = (marks: string) =>
            lines
                .filter((line) => marks.includes(line.charAt(0)))
                .map((line) => line.slice(1).replace("\n\\ No newline at end of file\n", ""));
        const [taken, written] = [texts(" -"), texts(" +")];
        assert.deepEqual([taken.length, written.length], [Number(gone), Number(come)]);
        const start = Number(first) - (taken.length > 0 ? 1 : 0);
        fresh.push(...old.slice(at, start));
        assert.deepEqual(old.slice(start, start + taken.length), taken);
        assert.equal(fresh.length, Number(put) - (written.length > 0 ? 1 : 0));
        fresh.push(...written);
        at = start + taken.length;
    }
    return [...fresh, ...old.slice(at)].join("");
}

describe("printedDiff", () => {
    it("shows of a line in flow style only what changes", () => {
        const before = "a: b\nspec: {password: S3cr3t, hostPID: true, token: S3cr3t}\n";
        assert.equal(
            printedDiff("x", before, before.replace("hostPID: true, ", "")),
            "--- a/x\n+++ b/x\n@@ -2,1 +2,1 @@\n-…hostPID: true, …\n+…\n",
        );
        const list = "- {a: 1, b: S3cr3t}\n";
        assert.match(printedDiff("x", list, list.replace("1", "2")), /^-- …1…$\n^\+- …2…$/m);
    });

    it("is the unified diff where each line has one value", () => {
        const before = "a:\n  b: 1\n  c: 2\n";
        assert.equal(printedDiff("x", before, "a:\n  b: 3\n"), unifiedDiff("x", before, "a:\n  b: 3\n"));
    });
});

describe("unifiedDiff", () => {
    it("shows what changes and no line beside it", () => {
        const before = "a\nb\nc\nd\ne\nf\ng\n";
        assert.equal(
            unifiedDiff("x.yaml", before, before.replace("e\n", "E\nE2\n")),
            "--- a/x.yaml\n+++ b/x.yaml\n@@ -5,1 +5,2 @@\n-e\n+E\n+E2\n",
        );
    });

    it("says where the last line has no line break", () => {
        const none = "\\ No newline at end of file\n";
        const head = "--- a/x\n+++ b/x\n";
        assert.equal(unifiedDiff("x", "a\nb", "a\nc"), `${head}@@ -2,1 +2,1 @@\n-b\n${none}+c\n${none}`);
        assert.equal(unifiedDiff("x", "a\nb", "c\nb"), `${head}@@ -1,1 +1,1 @@\n-a\n+c\n`);
        assert.equal(unifiedDiff("x", "a", "a\n"), `${head}@@ -1,1 +1,1 @@\n-a\n${none}+a\n`);
        assert.equal(unifiedDiff("x", "", "a\n"), `${head}@@ -0,0 +1,1 @@\n+a\n`);
    });

    it("is empty where nothing changes", () => {
        assert.equal(unifiedDiff("x", "a\n", "a\n"), "");
    });

    it("turns one text into the other, whatever they are", () => {
        const text = fc
            .array(fc.constantFrom("a", "b", "c", "d", ""), { maxLength: 40 })
            .map((lines) => lines.join("\n"));
        fc.assert(
            fc.property(text, text, (before, after) => {
                fc.pre(before !== after);
                assert.equal(apply(before, unifiedDiff("x", before, after)), after);
            }),
        );
    });
});
