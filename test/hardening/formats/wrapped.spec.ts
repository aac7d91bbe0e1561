import assert from "node:assert/strict";

import * as fc from "fast-check";

import { wrapped } from "../../../hardening/formats/style";
import { tree } from "../../../hardening/formats/tree";
import { finding, runOf, textOf } from "../../support/run";

describe("lines of a terminal", () => {
    it("break between words, below their beginning, with the branches that go on", () => {
        assert.deepEqual(wrapped("│  ├─ high     one: two three four", 24), [
            "│  ├─ high     one: two",
            "│  │     three four",
        ]);
        assert.deepEqual(wrapped("   └─ one two three", 12), ["   └─ one", "         two", "         three"]);
        assert.deepEqual(wrapped("  one two three", 12), ["  one two", "     three"]);
    });

    it("stay whole where they fit, and where one word is too long", () => {
        assert.deepEqual(wrapped("one two", 7), ["one two"]);
        assert.deepEqual(wrapped("one/two/three/four", 7), ["one/two/three/four"]);
        assert.deepEqual(wrapped("\u001b[31mred\u001b[0m two", 7), ["\u001b[31mred\u001b[0m two"]);
    });

    it("lose no word and are no longer than they may be, but for a word that is", () => {
        const word = fc.stringMatching(/^[a-z]{1,9}$/);
        fc.assert(
            fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 60 }), (words, columns) => {
                const lines = wrapped(`├─ ${words.join(" ")}`, columns);
                const said = lines.join(" ").split(/[ │├─]+/);
                assert.deepEqual(
                    said.filter((each) => each !== ""),
                    words,
                );
                assert.ok(lines.every((line) => line.length <= columns));
            }),
        );
    });

    it("are those of the tree, and no others", () => {
        const message = "spec.hostPID is true, which nobody wants. Remove it.";
        const lines = (columns?: number) =>
            textOf(tree, runOf([finding({ message })]), { colour: false, ...(columns !== undefined && { columns }) })
                .split("\n")
                .slice(0, 5);
        assert.ok(lines(60).every((line) => line.length <= 60));
        assert.ok(lines(60).some((line) => line.startsWith("         ") && line.endsWith("Remove it.")));
        assert.ok(lines().some((line) => line.endsWith(message)));
    });
});
