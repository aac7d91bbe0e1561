import { strict as assert } from "node:assert";

import { editText, EditRefused } from "../../../hardening/fix/edit";
import type { PatchOperation } from "../../../policies/control";

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
            come: ["    securityContext:", "      seccompProfile:", "        type: RuntimeDefault"],
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
            "kind: Pod\nspec:\n  {}\nx: 2\n",
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
            come: ["spec: { containers: [ { name: b, securityContext: { privileged: false } } ] }"],
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

    const refused: readonly [what: string, text: string, operation: PatchOperation, reason: string][] = [
        ["a field that is not there", TEXT, { op: "remove", path: "/spec/hostIPC" }, "/spec/hostIPC is not there"],
        [
            "a way that is not there",
            TEXT,
            { op: "add", path: "/a/b", value: 1 },
            "/a/b leads through what is not there",
        ],
        [
            "an alias in the way",
            "kind: Pod\none: &x {a: 1}\ntwo: *x\n",
            { op: "replace", path: "/two/a", value: 2 },
            "an alias stands in the way; change its anchor by hand",
        ],
        [
            "an anchor that others follow",
            "kind: Pod\nx: &x\n  a: 1\ny: *x\n",
            { op: "replace", path: "/x/a", value: 2 },
            "the text can't be changed there without changing something else",
        ],
        [
            "a { } of several lines",
            "kind: Pod\nx: {a: 1, # one\n  b: 2}\n",
            { op: "remove", path: "/x/a" },
            "the field is in a { } of several lines; change it by hand",
        ],
        [
            "an item of a list",
            TEXT,
            { op: "remove", path: "/spec/containers/0" },
            "/spec/containers/0 is in a list; change it by hand",
        ],
    ];
    for (const [what, text, operation, reason] of refused) {
        it(`refuses ${what}`, () => {
            assert.throws(
                () => editText(text, 0, [operation]),
                (error) => error instanceof EditRefused && error.message === reason,
            );
        });
    }
});
