import assert from "node:assert/strict";

import { parseManifest } from "../../../hardening/sources/manifests";

const OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

function read(text: string): { readonly objects: number; readonly faults: readonly string[] } {
    const { resources, failures } = parseManifest("a.yaml", Buffer.from(text));
    return { objects: resources.length, faults: failures.map(({ message }) => message) };
}

describe("separators of documents", () => {
    for (const line of ["---", "--- ", "---\t# comment", "--- # comment"]) {
        it(`begin one with ${JSON.stringify(line)}`, () => {
            assert.deepEqual(read(`${line}\n${OBJECT}`), { objects: 1, faults: [] });
            assert.deepEqual(read(`${OBJECT}${line}\n${OBJECT}`), { objects: 2, faults: [] });
        });
    }

    // Without a space before it, # is no comment (YAML 1.2, section 6.6), and kubectl refuses the file.
    for (const line of ["---# comment", "--- a: b", "---a", "---\uFEFF# comment", "---\uFEFF"]) {
        it(`refuse ${JSON.stringify(line)}, behind which kubectl sees something else`, () => {
            const { faults } = read(`${line}\n${OBJECT}`);
            assert.equal(faults.length, 1);
            assert.match(faults[0] ?? "", /kubectl takes nothing but a comment behind ---/);
        });
    }
});
