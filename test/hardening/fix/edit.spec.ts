import { strict as assert } from "node:assert";

import { editText } from "../../../hardening/fix/edit";
import type { PatchOperation } from "../../../policies/kubernetes/path";
import { refusesEdits } from "../../support/refused-edits";

const TEXT = `# The web server
apiVersion: v1   # core
kind: "Pod"

spec:
    containers:
    - image: web # pinned below
      name: 'web'
      securityContext:   # see SEC-1
          privileged: true # no!
          runAsUser: 0
    # the end of the containers
    hostPID: true
---
apiVersion: v1
kind: Pod
spec: { hostPID: true, containers: [ {name: b} ] }
`;

function edited(text: string, ...operations: readonly PatchOperation[]): string {
    return editText(text, 0, operations);
}

/** The lines that an edit takes away and puts in. */
function changes(text: string, after: string): { readonly gone: readonly string[]; readonly come: readonly string[] } {
    const before = text.split("\n");
    const lines = after.split("\n");
    return {
        gone: before.filter((line) => !lines.includes(line)),
        come: lines.filter((line) => !before.includes(line)),
    };
}

describe("editText", () => {
    it("replaces a value and keeps the comment behind it", () => {
        const after = edited(TEXT, {
            op: "replace",
            path: "/spec/containers/0/securityContext/runAsUser",
            value: 1000,
        });
        assert.deepEqual(changes(TEXT, after), {
            gone: ["          runAsUser: 0"],
            come: ["          runAsUser: 1000"],
        });
        const other = edited(TEXT, {
            op: "replace",
            path: "/spec/containers/0/securityContext/privileged",
            value: false,
        });
        assert.deepEqual(changes(TEXT, other).come, ["          privileged: false # no!"]);
    });

    describe("gives a field another name", () => {
        const rename = (from: string, to: string, value: unknown): readonly PatchOperation[] => [
            { op: "add", path: to, value },
            { op: "remove", path: from },
        ];

        it("where it stands, comments and all", () => {
            const text = "a:\n  # why\n  old: x  # what\n  other: y\n";
            assert.equal(edited(text, ...rename("/a/old", "/a/new", "x")), text.replace("old", "new"));
        });

        it("with a whole block below it", () => {
            const text = "old: # what\n- 1 # one\n- b: 2\nother: y\n";
            assert.equal(edited(text, ...rename("/old", "/new", [1, { b: 2 }])), text.replace("old", "new"));
        });

        it("within braces, in quotes and in JSON", () => {
            const text = "{old: x, other: y} # what\n";
            assert.equal(edited(text, ...rename("/old", "/new", "x")), text.replace("old", "new"));
            const json = '{\n    "old": "x",\n    "other": 1\n}\n';
            assert.equal(edited(json, ...rename("/old", "/new", "x")), json.replace("old", "new"));
            assert.equal(edited("'old': x\nb: 1\n", ...rename("/old", "/new", "x")), '"new": x\nb: 1\n');
        });

        it("in quotes where the new name would be no text", () => {
            assert.equal(edited("old: x\nb: 1\n", ...rename("/old", "/1", "x")), '"1": x\nb: 1\n');
        });

        it("only where both operations mean it", () => {
            assert.equal(edited("old: x\nb: 1\n", ...rename("/old", "/new", "z")), "b: 1\nnew: z\n");
            assert.equal(edited("old: x\nnew: x\n", ...rename("/old", "/new", "x")), "new: x\n");
            assert.equal(
                edited("a:\n  old: x\nb:\n  c: 1\n", ...rename("/a/old", "/b/old", "x")),
                "a: {}\nb:\n  c: 1\n  old: x\n",
            );
        });

        it("not at an anchor that other places share", () => {
            const text = "one: &one\n  old: x\n  b: 1\ntwo: *one\n";
            const both = [...rename("/one/old", "/one/new", "x"), ...rename("/two/old", "/two/new", "x")];
            assert.equal(edited(text, ...both), "one: &one\n  b: 1\n  new: x\ntwo: *one\n");
        });
    });

    it("adds a field behind its siblings, indented as they are", () => {
        const after = edited(TEXT, {
            op: "add",
            path: "/spec/containers/0/securityContext/allowPrivilegeEscalation",
            value: false,
        });
        assert.equal(
            after,
            TEXT.replace(
                "          runAsUser: 0\n",
                "          runAsUser: 0\n          allowPrivilegeEscalation: false\n",
            ),
        );
    });

    it("adds a nested field as a block", () => {
        const after = edited(TEXT, {
            op: "add",
            path: "/spec/securityContext",
            value: { seccompProfile: { type: "RuntimeDefault" } },
        });
        assert.deepEqual(changes(TEXT, after), {
            gone: [],
            come: ["    securityContext:", "        seccompProfile:", "            type: RuntimeDefault"],
        });
    });

    it("adds a field at the end of a text without a line break", () => {
        assert.equal(
            edited("kind: Pod\nspec:\n  a: 1", { op: "add", path: "/spec/b", value: true }),
            "kind: Pod\nspec:\n  a: 1\n  b: true",
        );
    });

    it("removes a field with its comment and nothing else", () => {
        const after = edited(TEXT, { op: "remove", path: "/spec/containers/0/securityContext/privileged" });
        assert.deepEqual(changes(TEXT, after), { gone: ["          privileged: true # no!"], come: [] });
        const pid = edited(TEXT, { op: "remove", path: "/spec/hostPID" });
        assert.equal(pid, TEXT.replace("    hostPID: true\n", ""));
    });

    it("removes the first field of a list item and keeps the dash", () => {
        const after = edited(TEXT, { op: "remove", path: "/spec/containers/0/image" });
        assert.ok(after.includes("    - name: 'web'\n      securityContext:"));
    });

    it("leaves {} where it removes the last field of a mapping", () => {
        assert.equal(
            edited("kind: Pod\nspec:\n  a: 1\nx: 2\n", { op: "remove", path: "/spec/a" }),
            "kind: Pod\nspec: {}\nx: 2\n",
        );
    });

    it("writes a value where there is none", () => {
        assert.equal(
            edited("kind: Pod\na:\nb: 1\n", { op: "replace", path: "/a", value: "x" }),
            "kind: Pod\na: x\nb: 1\n",
        );
        assert.equal(
            edited("kind: Pod\na:\nb: 1\n", { op: "replace", path: "/a", value: { c: true } }),
            "kind: Pod\na:\n  c: true\nb: 1\n",
        );
    });

    it("edits within { } on its own line, and only there", () => {
        const after = editText(TEXT, 1, [
            { op: "remove", path: "/spec/hostPID" },
            { op: "add", path: "/spec/containers/0/securityContext", value: { privileged: false } },
        ]);
        assert.deepEqual(changes(TEXT, after), {
            gone: ["spec: { hostPID: true, containers: [ {name: b} ] }"],
            come: ["spec: { containers: [ {name: b, securityContext: {privileged: false}} ] }"],
        });
    });

    it("writes text that would read as something else in quotes", () => {
        const after = edited(TEXT, { op: "replace", path: "/spec/containers/0/image", value: "yes" });
        assert.deepEqual(changes(TEXT, after).come, ['    - image: "yes" # pinned below']);
    });

    it("edits JSON and keeps its indentation", () => {
        const text = '{\n    "kind": "Pod",\n    "spec": {\n        "hostPID": true\n    }\n}\n';
        assert.equal(
            edited(text, { op: "remove", path: "/spec/hostPID" }),
            '{\n    "kind": "Pod",\n    "spec": {}\n}\n',
        );
    });

    const rewritten: readonly (readonly [
        what: string,
        before: string,
        operations: readonly PatchOperation[],
        after: string,
    ])[] = [
        [
            "adds to an empty { }",
            "kind: Pod\nspec: {} # none\nx: { a: 1 }\n",
            [{ op: "add", path: "/spec/hostPID", value: false }],
            "kind: Pod\nspec: { hostPID: false } # none\nx: { a: 1 }\n",
        ],
        [
            "adds to a { } of several lines, one more",
            "x: {\n  a: 1, # one\n  b: 2\n  }\n",
            [{ op: "add", path: "/x/c", value: ["d"] }],
            "x: {\n  a: 1, # one\n  b: 2, c: [ d ]\n  }\n",
        ],
        [
            "removes from a { } of several lines",
            "x: {a: 1, # one\n  b: 2}\n",
            [{ op: "remove", path: "/x/a" }],
            "x: {b: 2}\n",
        ],
        [
            "removes the last of a { } and leaves the comment of the one before",
            "x: {a: 1, # one\n  b: 2}\n",
            [{ op: "remove", path: "/x/b" }],
            "x: {a: 1, # one\n  }\n",
        ],
        [
            "removes from [ ] on one line",
            "x: [a, b , c]\n",
            [
                { op: "remove", path: "/x/1" },
                { op: "remove", path: "/x/1" },
            ],
            "x: [a]\n",
        ],
        ["removes the only item of [ ]", "x: [a]\n", [{ op: "remove", path: "/x/0" }], "x: []\n"],
        [
            "removes an item of a list with its lines, and keeps the comment above the next",
            "x:\n- a: 1\n  b: 2\n# next\n- a: 3\n",
            [{ op: "remove", path: "/x/0" }],
            "x:\n# next\n- a: 3\n",
        ],
        [
            "leaves [] for a list without items",
            "x:\n  - a # one\ny: 1\n",
            [{ op: "remove", path: "/x/0" }],
            "x: [] # one\ny: 1\n",
        ],
        [
            "adds an item to a list, before another and at the end",
            "x:\n- a\ny: 1\n",
            [
                { op: "add", path: "/x/0", value: "z" },
                { op: "add", path: "/x/-", value: { b: 1, c: 2 } },
            ],
            "x:\n- z\n- a\n- b: 1\n  c: 2\ny: 1\n",
        ],
        [
            "replaces an item of a list",
            "x:\n  - a # A\n  - b\n",
            [{ op: "replace", path: "/x/0", value: "c" }],
            "x:\n  - c # A\n  - b\n",
        ],
        [
            "writes lists where the text has them, at the column of their key",
            "x:\n- a\n",
            [{ op: "add", path: "/z", value: ["ALL"] }],
            "x:\n- a\nz:\n- ALL\n",
        ],
        [
            "keeps the line ends of Windows",
            "kind: Pod\r\nspec:\r\n  a: 1\r\n# end\r\n",
            [
                { op: "add", path: "/spec/b", value: { c: true } },
                { op: "replace", path: "/spec/a", value: 2 },
            ],
            "kind: Pod\r\nspec:\r\n  a: 2\r\n  b:\r\n    c: true\r\n# end\r\n",
        ],
        [
            "keeps JSON as it is laid out",
            '{\n  "kind": "Pod",\n  "args": ["a", "b"],\n  "spec": {}\n}\n',
            [
                { op: "add", path: "/spec/x", value: { y: [1] } },
                { op: "remove", path: "/args/0" },
                { op: "add", path: "/last", value: "z" },
            ],
            '{\n  "kind": "Pod",\n  "args": ["b"],\n  "spec": {\n    "x": {\n      "y": [\n        1\n      ]\n    }\n  },\n  "last": "z"\n}\n',
        ],
        [
            "indents JSON by tabs where it is",
            '{\n\t"spec": {}\n}\n',
            [{ op: "add", path: "/spec/x", value: { y: 1 } }],
            '{\n\t"spec": {\n\t\t"x": {\n\t\t\t"y": 1\n\t\t}\n\t}\n}\n',
        ],
        [
            "keeps JSON on one line",
            '{"kind":"Pod","spec":{"a":1}}',
            [{ op: "add", path: "/spec/b", value: { c: true } }],
            '{"kind":"Pod","spec":{"a":1,"b":{"c":true}}}',
        ],
        [
            "keeps a byte order mark, and the style of what follows it",
            '\uFEFF{"a": 1}',
            [{ op: "add", path: "/b", value: "x" }],
            '\uFEFF{"a": 1, "b": "x"}',
        ],
        [
            "adds to the first line's mapping behind a byte order mark",
            "\uFEFFa: 1\n",
            [{ op: "add", path: "/b", value: { c: 2 } }],
            "\uFEFFa: 1\nb:\n  c: 2\n",
        ],
        [
            "writes a value behind a key that holds a colon",
            '"a: b": 1 # one\n',
            [{ op: "replace", path: "/a: b", value: { c: 2 } }],
            '"a: b":\n  c: 2 # one\n',
        ],
    ];
    for (const [what, before, operations, after] of rewritten) {
        it(what, () => {
            assert.equal(edited(before, ...operations), after);
        });
    }

    refusesEdits([
        ["a field that is not there", TEXT, { op: "remove", path: "/spec/hostIPC" }, "/spec/hostIPC is not there"],
        [
            "a way that is not there",
            TEXT,
            { op: "add", path: "/a/b", value: 1 },
            "/a/b leads through what is not there",
        ],
        [
            "an item that shares its line",
            "x:\n- - a\n  - b\n",
            { op: "remove", path: "/x/0/0" },
            "the item shares its line with something else; change it by hand",
        ],
        [
            "a field behind a tag",
            "x: {!!str a: 1, b: 2}\n",
            { op: "remove", path: "/x/a" },
            "an anchor or a tag stands before the field; change it by hand",
        ],
    ]);
});
