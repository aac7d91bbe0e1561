import assert from "node:assert/strict";

import fc from "fast-check";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify } from "yaml";

import type { Finding } from "../../../hardening/findings";
import { LineFinder } from "../../../hardening/formats/lines";

function placesOf(text: string, ...paths: readonly string[]): readonly (string | undefined)[] {
    const finder = new LineFinder({ textOf: () => text });
    return paths.map((path) => {
        const place = finder.place({ source: "a.yaml", document: 0, path } as Finding);
        return place === undefined ? undefined : `${place.line}:${place.column}`;
    });
}

function keyed(items: readonly unknown[]): object {
    return Object.fromEntries(items.map((item, index) => [`key${index}`, item]));
}

/** Every path of a text and its place, by a reader of YAML that keeps positions. */
function expected(text: string): Readonly<Record<string, string>> {
    const lines = new LineCounter();
    const found: Record<string, string> = {};
    const note = (node: unknown, path: string): void => {
        const { line, col } = lines.linePos((node as { range: [number] }).range[0]);
        found[path] = `${line}:${col}`;
    };
    const visit = (node: unknown, path: string): void => {
        if (isMap(node)) {
            for (const { key, value } of node.items) {
                const below = `${path}${path === "" ? "" : "."}${isScalar(key) ? String(key.value) : ""}`;
                note(key, below);
                visit(value, below);
            }
        } else if (isSeq(node)) {
            node.items.forEach((item, index) => {
                note(item, `${path}[${index}]`);
                visit(item, `${path}[${index}]`);
            });
        }
    };
    visit(parseDocument(text, { lineCounter: lines }).contents, "");
    return found;
}

describe("places of findings", () => {
    it("are those of the keys and items, whatever the form of the text", () => {
        const text = fc.constantFrom("text", 7, true, null, "two words", "line\nline", "\u00e9 \ud83d\ude00");
        const { node } = fc.letrec<{ node: unknown }>((tie) => ({
            node: fc.oneof(
                { maxDepth: 4 },
                text,
                fc.array(tie("node"), { minLength: 1, maxLength: 4 }),
                fc.array(tie("node"), { minLength: 1, maxLength: 4 }).map(keyed),
            ),
        }));
        fc.assert(
            fc.property(node, node, (spec, status) => {
                const object = { kind: "Any", spec, status };
                const forms = [
                    stringify(object),
                    stringify(object, { indentSeq: false }).replaceAll("\n", "\r\n"),
                    stringify(object, { collectionStyle: "flow" }),
                    JSON.stringify(object),
                    JSON.stringify(object, undefined, 4),
                ];
                for (const form of forms) {
                    const places = expected(form);
                    assert.deepEqual(placesOf(form, ...Object.keys(places)), Object.values(places), form);
                }
            }),
            { numRuns: 60, seed: 20_261_130 },
        );
    });

    it("are those of the innermost field that exists, and of the document for none", () => {
        const text = "# above\n\nspec:\n  a.b/c: 1\n  list:\n    - 1\n";
        assert.deepEqual(placesOf(text, "spec.a.b/c", "spec.list[3].x", "spec.none", "none", ""), [
            "4:3",
            "5:3",
            "3:1",
            "3:1",
            "3:1",
        ]);
        assert.deepEqual(placesOf('{"a":1}', "", "b"), ["1:1", "1:1"]);
    });

    it("of what an alias repeats are where it is written", () => {
        assert.deepEqual(placesOf("a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n", "c.b", "c", "d.b"), ["2:3", "3:1", "5:3"]);
    });

    it("are unknown in what can't be read", () => {
        assert.deepEqual(placesOf("a: [", "a"), [undefined]);
    });
});
