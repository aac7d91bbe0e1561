import assert from "node:assert/strict";

import { sectionsOf } from "../../../hardening/compliance/content/markdown-text";

/** Titles with what stands under them. */
function read(...lines: readonly string[]): Readonly<Record<string, readonly [readonly string[], readonly string[]]>> {
    return Object.fromEntries(sectionsOf(lines.join("\n")).map(({ title, prose, code }) => [title, [prose, code]]));
}

describe("sections of Markdown", () => {
    it("go to the next heading of their level or above", () => {
        assert.deepEqual(read("before", "# A", "a", "## B ##", "b", "### C", "c", "## D", "d"), {
            A: [["a", "b", "c", "d"], []],
            B: [["b", "c"], []],
            C: [["c"], []],
            D: [["d"], []],
        });
    });

    it("begin at no heading in a code block, a comment or HTML, nor at what only looks like one", () => {
        assert.deepEqual(
            read("```sh", "# A", "```", "<!-- # B", "# C", "-->", "<div hidden>", "# D", "</div>", "", "    # E", "#F"),
            {},
        );
    });

    it("hold code apart from what is said, to the fence that ends it", () => {
        assert.deepEqual(read("# A", "a", "~~~~ sh", "x", "~~~", "```", "~~~~~", "b", "```", "y"), {
            A: [
                ["a", "b"],
                ["x", "~~~", "```", "y"],
            ],
        });
    });

    it("hold nothing that no reader sees", () => {
        assert.deepEqual(
            read("# A", "a <!-- b --> c", "[//]: # (d)", "e <!-- f", "g", "h --> i <!-- j --> k", "<p>", "l", "", "m"),
            { A: [["a  c", "e ", " i  k", "m"], []] },
        );
        assert.deepEqual(read("# A", "a", "<!--", "b", "# B", "c"), { A: [["a"], []] });
    });
});
