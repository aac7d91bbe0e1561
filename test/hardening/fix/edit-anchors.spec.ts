import { strict as assert } from "node:assert";

import { editText } from "../../../hardening/fix/edit";
import type { PatchOperation } from "../../../policies/kubernetes/path";
import { refusesEdits } from "../../support/refused-edits";

const ANCHORED = `kind: List
one: &same
  a: 1 # why
two: *same
`;
const MERGED = `kind: List
one: &base
  deep: { a: 1 }
  b: 2
two:
  <<: *base
  c: 3
`;
const SHARED = "an anchor shares the field with places that are not at fault; change it by hand";

describe("editText of what an anchor shares", () => {
    const rewritten: readonly (readonly [
        what: string,
        before: string,
        operations: readonly PatchOperation[],
        after: string,
    ])[] = [
        [
            "changes an anchor where all that follow it are meant",
            ANCHORED,
            [
                { op: "add", path: "/one/b", value: 2 },
                { op: "add", path: "/two/b", value: 2 },
                { op: "replace", path: "/two/a", value: 3 },
                { op: "replace", path: "/one/a", value: 3 },
            ],
            "kind: List\none: &same\n  a: 3 # why\n  b: 2\ntwo: *same\n",
        ],
        [
            "changes what a merge key brings in where all are meant",
            MERGED,
            [
                { op: "replace", path: "/one/deep/a", value: 2 },
                { op: "replace", path: "/two/deep/a", value: 2 },
            ],
            MERGED.replace("{ a: 1 }", "{ a: 2 }"),
        ],
        [
            "writes a field of its own over one that a merge key brings in",
            MERGED,
            [{ op: "replace", path: "/two/b", value: 5 }],
            `${MERGED}  b: 5\n`,
        ],
    ];
    for (const [what, before, operations, after] of rewritten) {
        it(what, () => {
            assert.equal(editText(before, 0, operations), after);
        });
    }

    refusesEdits([
        ["an alias where the anchor is not meant", ANCHORED, { op: "replace", path: "/two/a", value: 2 }, SHARED],
        ["an anchor where the alias is not meant", ANCHORED, { op: "replace", path: "/one/a", value: 2 }, SHARED],
        ["a merge key that others have too", MERGED, { op: "replace", path: "/two/deep/a", value: 2 }, SHARED],
        [
            "to remove what a merge key brings in",
            MERGED,
            { op: "remove", path: "/two/b" },
            "the field comes in by a merge key; change it by hand",
        ],
    ]);
});
