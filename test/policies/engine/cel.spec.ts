import assert from "node:assert/strict";

import { evaluate } from "@marcbachmann/cel-js";
import fc from "fast-check";

import { literal, pattern, spelled, texts } from "../../../policies/engine/cel";

describe("parts of expressions", () => {
    it("hold any text as it is", () => {
        // The evaluator of this test takes a carriage return as it is; the API server's doesn't.
        assert.equal(literal("a\r\n"), "'a\\r\\n'");
        assert.equal(literal("it's a \\ and\na line"), "'it\\'s a \\\\ and\\na line'");
        const text = fc.string({ unit: fc.constantFrom("a", "'", "\\", "\n", "\r", '"', "n", "$") });
        fc.assert(
            fc.property(text, (value) => {
                assert.equal(evaluate(literal(value)), value);
            }),
            // The texts are short as they are.
            { endOnFailure: true },
        );
    });

    it("hold lists of texts", () => {
        assert.equal(texts([]), "[]");
        assert.equal(texts(new Set(["a", "b'"])), "['a', 'b\\'']");
    });

    it("spell a directory as it is walked", () => {
        const spelling = (path: string): unknown => evaluate(spelled("path"), { path });
        for (const [path, expected] of [
            ["/", "/"],
            ["", "/"],
            ["/var/lib", "/var/lib"],
            ["//var/./lib//", "/var/lib"],
            ["var/lib/.", "/var/lib"],
            ["/.../..a", "/.../..a"],
        ] as const) {
            assert.equal(spelling(path), expected, path);
        }
    });

    it("hold a pattern as it stands", () => {
        assert.equal(pattern(/^\d+\.(?:a|b)$/i), 'r"^\\d+\\.(?:a|b)$"');
        assert.equal(evaluate(pattern(/^"a"$/)), "^\\x22a\\x22$");
        assert.equal(evaluate(`'"a"'.matches(${pattern(/^"a"$/)})`), true);
    });
});
