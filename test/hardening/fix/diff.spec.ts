import { strict as assert } from "node:assert";

import fc from "fast-check";

import { unifiedDiff } from "../../../hardening/fix/diff";

/** Applies a unified diff as `patch` would, and fails where it does not fit. */
function apply(before: string, diff: string): string {
    const old = before.split("\n");
    const fresh: string[] = [];
    let at = 0;
    for (const line of diff.split("\n").slice(2, -1)) {
        const head = /^@@ -(\d+),\d+ \+\d+,\d+ @@$/.exec(line);
        if (head !== null) {
            const start = Number(head[1]) - 1;
            fresh.push(...old.slice(at, start));
            at = start;
        } else if (line.startsWith("+")) {
            fresh.push(line.slice(1));
        } else {
            assert.equal(line.slice(1), old[at]);
            fresh.push(...(line.startsWith(" ") ? [line.slice(1)] : []));
            at++;
        }
    }
    return [...fresh, ...old.slice(at)].join("\n");
}

describe("unifiedDiff", () => {
    it("shows what changes with three lines around it", () => {
        const before = "a\nb\nc\nd\ne\nf\ng\n";
        assert.equal(
            unifiedDiff("x.yaml", before, before.replace("e\n", "E\nE2\n")),
            "--- a/x.yaml\n+++ b/x.yaml\n@@ -2,7 +2,8 @@\n b\n c\n d\n-e\n+E\n+E2\n f\n g\n \n",
        );
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
