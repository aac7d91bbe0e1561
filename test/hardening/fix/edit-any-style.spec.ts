import { strict as assert } from "node:assert";

import fc from "fast-check";
import type { Node, Pair } from "yaml";
import { Document, isCollection, isScalar, isSeq, visit } from "yaml";

import { editText } from "../../../hardening/fix/edit";
import { applyPatch } from "../../../hardening/fix/patch";
import { parseDocuments } from "../../../hardening/sources/yaml";
import type { PatchOperation } from "../../../policies/kubernetes/path";

type Tree = { readonly [key: string]: Tree } | readonly Tree[] | string | number | boolean | null;

const KEYS = ["spec", "name", "containers", "a/b", "x.y~z", "on", "with space", "a: b"];
const leaf = fc.constantFrom<Tree>(
    "web",
    "yes",
    "a: b",
    "# no",
    "two\nlines\n",
    "",
    "0644",
    1,
    -2.5,
    true,
    false,
    null,
);
const { node } = fc.letrec<{ node: Tree; map: Tree; list: Tree }>((tie) => ({
    map: fc.dictionary(fc.constantFrom(...KEYS), tie("node"), { maxKeys: 4 }),
    // No field of Kubernetes holds lists in a list.
    list: fc.array(fc.oneof(leaf, tie("map")), { maxLength: 3 }),
    node: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("map"), tie("list")),
}));
const tree = fc.dictionary(fc.constantFrom(...KEYS), node, { minKeys: 1, maxKeys: 4 }) as fc.Arbitrary<Tree>;

interface Style {
    /** One decision for each node in turn, over and over. */
    readonly flow: readonly boolean[];
    readonly comments: readonly boolean[];
    readonly indent: number;
    readonly indentSeq: boolean;
    readonly padded: boolean;
    readonly windows: boolean;
}
const style: fc.Arbitrary<Style> = fc.record({
    flow: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    comments: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    indent: fc.constantFrom(2, 4),
    indentSeq: fc.boolean(),
    padded: fc.boolean(),
    windows: fc.boolean(),
});

/** A tree as YAML with comments, in a mixture of styles. */
function written(value: Tree, { flow, comments, indent, indentSeq, padded, windows }: Style): string {
    const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
    let count = 0;
    visit(document, {
        Node(_, item: Node) {
            const turn = count++;
            if (isCollection(item) && turn > 0 && flow[turn % flow.length] === true) {
                item.flow = true;
            }
        },
        Pair(index, { key, value: field }: Pair, path) {
            const turn = count++;
            // Nobody writes a comment between a dash and its first key.
            const behindDash = index === 0 && isSeq(path.at(-2));
            if (!behindDash && comments[turn % comments.length] === true && isScalar(key)) {
                key.commentBefore = ` c${turn}`;
            }
            if (comments[(turn + 1) % comments.length] === true && isScalar(field)) {
                field.comment = ` c${turn}0`;
            }
        },
    });
    const text = document.toString({ lineWidth: 0, indent, indentSeq, flowCollectionPadding: padded });
    return windows ? text.replaceAll("\n", "\r\n") : text;
}

interface Change {
    readonly operation: PatchOperation;
    /** The operation puts something where nothing was. */
    readonly fresh: boolean;
}

/** Every change that can be made anywhere in a tree. */
function changesOf(value: Tree, put: Tree, path = ""): readonly Change[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const entries = Object.entries(value);
    const here = entries.flatMap(([key, inner]): readonly Change[] => {
        const at = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        return [
            { operation: { op: "remove", path: at }, fresh: false },
            { operation: { op: "replace", path: at, value: put }, fresh: false },
            ...(Array.isArray(value) ? [{ operation: { op: "add", path: at, value: put }, fresh: true } as const] : []),
            ...changesOf(inner, put, at),
        ];
    });
    const last = Array.isArray(value) ? "-" : "added";
    return [...here, { operation: { op: "add", path: `${path}/${last}`, value: put }, fresh: true }];
}

/** What an edit took out and put in, between the longest start and end that both texts share. */
function difference(before: string, after: string): { readonly out: string; readonly in: string } {
    let start = 0;
    while (start < before.length && before[start] === after[start]) {
        start++;
    }
    let end = 0;
    while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) {
        end++;
    }
    return { out: before.slice(start, before.length - end), in: after.slice(start, after.length - end) };
}

const commentsIn = (text: string): readonly string[] => [...text.matchAll(/# c\d+/g)].map(([comment]) => comment);

describe("editText in any style", () => {
    const documents = fc.tuple(tree, tree, style, node, fc.nat(), fc.boolean());

    it("says what the operation says, and leaves every other character where it was", () => {
        fc.assert(
            fc.property(documents, ([value, other, how, put, choice, second]) => {
                const changes = changesOf(value, put);
                const change = changes[choice % changes.length];
                assert.ok(change);
                const { operation, fresh } = change;
                const texts = [written(value, how), written(other, how)];
                const before = (second ? texts.reverse() : texts).join(how.windows ? "---\r\n" : "---\n");
                const index = second ? 1 : 0;
                const bodies = parseDocuments(before);
                const after = editText(before, index, [operation]);
                assert.deepEqual(
                    parseDocuments(after),
                    bodies.map((body, at) => (at === index ? applyPatch(body, [operation]) : body)),
                );
                assert.equal(/(?<!\r)\n/.test(after), !how.windows && after.includes("\n"));
                const { out, in: come } = difference(before, after);
                if (fresh) {
                    assert.equal(out.trim(), "", "adding takes nothing out");
                    assert.deepEqual(
                        commentsIn(after).filter((comment) => !commentsIn(come).includes(comment)),
                        commentsIn(before),
                    );
                } else if (operation.op === "remove") {
                    assert.match(come, /^[\s{}[\]]*$/, "removing puts in no more than empty brackets");
                }
            }),
            { numRuns: 400 },
        );
    });

    it("keeps the layout of JSON", () => {
        const layouts = fc.constantFrom<string | number | undefined>(undefined, 2, 4, "\t");
        fc.assert(
            fc.property(tree, node, layouts, fc.nat(), (value, put, layout, choice) => {
                const changes = changesOf(value, put);
                const change = changes[choice % changes.length];
                assert.ok(change);
                const before = JSON.stringify(value, undefined, layout);
                const after = editText(before, 0, [change.operation]);
                assert.equal(after, JSON.stringify(applyPatch(value, [change.operation]), undefined, layout));
            }),
            { numRuns: 300 },
        );
    });
});
