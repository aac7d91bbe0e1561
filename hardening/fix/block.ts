import type { Pair, YAMLMap, YAMLSeq } from "yaml";
import { isCollection, isMap, isScalar } from "yaml";

import type { PatchOperation } from "../../policies/kubernetes/path";
import type { Edit, Holder } from "./place";
import { EditRefused, isFlow, pairOf, rangeOf } from "./place";
import type { TextStyle } from "./text-style";
import { blockItem, blockPair } from "./text-style";

/** Edits a collection that is written one entry a line. */
export function editBlock(
    text: string,
    holder: Holder,
    step: string,
    operation: PatchOperation,
    style: TextStyle,
): Edit {
    return isMap(holder)
        ? editMap(text, holder, step, operation, style)
        : editList(text, holder, step, operation, style);
}

function editMap(text: string, map: YAMLMap, key: string, { op, value }: PatchOperation, style: TextStyle): Edit {
    const pair = pairOf(map, key);
    if (op === "remove") {
        return removePair(text, map, pair);
    }
    return pair === undefined ? addPair(text, map, key, value, style) : replaceValue(text, pair, value, style);
}

/** Columns before an offset within its line. */
function columnOf(text: string, offset: number): number {
    return offset - startOfLine(text, offset);
}

function startOfLine(text: string, offset: number): number {
    return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Offset of the line break, of either kind, that ends the line holding an offset; the text's end for its last line. */
function endOfLine(text: string, from: number): number {
    const end = text.indexOf("\n", from);
    if (end === -1) {
        return text.length;
    }
    return text[end - 1] === "\r" ? end - 1 : end;
}

/** Offset of the line below the one that holds an offset. */
function nextLine(text: string, from: number): number {
    const end = text.indexOf("\n", from);
    return end === -1 ? text.length : end + 1;
}

/** Where a value ends: in a block, where its last entry does, so that comments below it are not taken for a part of it. */
function endOfValue(node: unknown, fallback: number): number {
    if (!isCollection(node) || isFlow(node) || node.items.length === 0) {
        return node === null || node === undefined ? fallback : Math.max(fallback, rangeOf(node)[1]);
    }
    const last: unknown = node.items.at(-1);
    return isMap(node) ? endOfPair(last as Pair) : endOfValue(last, rangeOf(node)[0]);
}

function endOfPair({ key, value }: Pair): number {
    return endOfValue(value, rangeOf(key)[1]);
}

/** Offset of the line below an entry, with the comment on its last line but none below. */
function below(text: string, end: number): number {
    // The range of a block scalar takes in the line break.
    return end > 0 && text[end - 1] === "\n" ? end : nextLine(text, end);
}

/** Puts a line below an offset that is the start of a line, or the end of a text whose last line has no end. */
function insertLine(text: string, at: number, line: string, { lineEnd }: TextStyle): Edit {
    const atLineStart = at === 0 || text[at - 1] === "\n";
    return { start: at, end: at, put: atLineStart ? `${line}${lineEnd}` : `${lineEnd}${line}` };
}

function addPair(text: string, map: YAMLMap, key: string, value: unknown, style: TextStyle): Edit {
    const last = map.items.at(-1);
    if (last === undefined) {
        throw new EditRefused("the mapping is empty");
    }
    const column = columnOf(text, rangeOf(last.key)[0]);
    const line = `${" ".repeat(column)}${blockPair(key, value, column, style)}`;
    return insertLine(text, below(text, endOfPair(last)), line, style);
}

function replaceValue(text: string, pair: Pair, value: unknown, style: TextStyle): Edit {
    const [keyStart, keyEnd] = rangeOf(pair.key);
    // Behind a key of any name the value is written the same; the pair's own might hold a colon.
    const put = blockPair("key", value, columnOf(text, keyStart), style).slice("key:".length);
    const colon = text.indexOf(":", keyEnd);
    if (isScalar(pair.value) && typeof value !== "object") {
        const [start, end] = rangeOf(pair.value);
        // A value that isn't written at all, as in `key:`, stands right behind the colon.
        return { start, end: trimmed(text, end), put: start === colon + 1 ? put : put.trimStart() };
    }
    const isBlock = isCollection(pair.value) && !isFlow(pair.value);
    const end = endOfValue(pair.value, colon + 1);
    return { start: colon + 1, end: isBlock ? endOfLine(text, trimmed(text, end)) : trimmed(text, end), put };
}

/** What is left of a collection whose last entry goes: `{}` or `[]`, behind the key that it belongs to. */
function emptied(text: string, start: number, end: number, put: string): Edit {
    const key = /:[ \t]*\r?\n[ \t]*$/.exec(text.slice(0, start));
    return key === null
        ? { start, end: trimmed(text, end), put: columnOf(text, start) === 0 ? put : ` ${put}` }
        : { start: key.index + 1, end: trimmed(text, end), put: ` ${put}` };
}

/** Takes out the lines of a pair; the last pair of a mapping leaves `{}` behind. */
function removePair(text: string, map: YAMLMap, pair: Pair | undefined): Edit {
    if (pair === undefined) {
        throw new EditRefused("the field comes in by a merge key; change it by hand");
    }
    const [start] = rangeOf(pair.key);
    const end = endOfPair(pair);
    if (map.items.length === 1) {
        return emptied(text, start, end, "{}");
    }
    const lineStart = startOfLine(text, start);
    if (text.slice(lineStart, start).trim() === "") {
        return { start: lineStart, end: below(text, end), put: "" };
    }
    const next = map.items[map.items.indexOf(pair) + 1];
    if (next === undefined || !/^[\s-]*$/.test(text.slice(lineStart, start))) {
        throw new EditRefused("an anchor or a tag stands before the field; change it by hand");
    }
    // `- key: value`: the dash stays, and the next key moves up to it.
    return { start, end: rangeOf(next.key)[0], put: "" };
}

/** The end of what is written, without the line break that a block scalar's range takes in. */
function trimmed(text: string, end: number): number {
    return text[end - 1] === "\n" ? endOfLine(text, end - 1) : end;
}

function editList(text: string, list: YAMLSeq, step: string, { op, value }: PatchOperation, style: TextStyle): Edit {
    const items: readonly unknown[] = list.items;
    const index = step === "-" ? items.length : Number(step);
    const item = items[index];
    if (op === "add") {
        const dash = dashOf(text, items[Math.min(index, items.length - 1)]);
        const column = columnOf(text, dash);
        const line = `${" ".repeat(column)}${blockItem(value, column, style)}`;
        const at = item === undefined ? below(text, endOfValue(items.at(-1), dash)) : startOfLine(text, dash);
        return insertLine(text, at, line, style);
    }
    const dash = dashOf(text, item);
    const end = endOfValue(item, dash + 1);
    if (op === "replace") {
        return { start: dash, end: trimmed(text, end), put: blockItem(value, columnOf(text, dash), style) };
    }
    return items.length === 1
        ? emptied(text, dash, end, "[]")
        : { start: startOfLine(text, dash), end: below(text, end), put: "" };
}

/** Where the dash of a list's item stands. @throws EditRefused where it has no line of its own */
function dashOf(text: string, item: unknown): number {
    const [start] = rangeOf(item);
    const line = startOfLine(text, start);
    const dash = /^([ \t]*)-[ \t]+$/.exec(text.slice(line, start));
    if (dash === null) {
        throw new EditRefused("the item shares its line with something else; change it by hand");
    }
    return line + (dash[1]?.length ?? 0);
}
