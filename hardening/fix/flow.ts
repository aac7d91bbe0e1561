import type { Pair } from "yaml";
import { isMap, isPair, isScalar } from "yaml";

import type { PatchOperation } from "../../policies/kubernetes/path";
import type { Edit, Holder } from "./place";
import { EditRefused, rangeOf } from "./place";
import type { TextStyle } from "./text-style";
import { flowItem, flowPair, marginAt } from "./text-style";

/** Edits a collection that is written in braces or brackets, on one line or many. */
export function editFlow(
    text: string,
    holder: Holder,
    step: string,
    { op, value }: PatchOperation,
    style: TextStyle,
): Edit {
    const items: readonly unknown[] = holder.items;
    const index = indexOf(holder, step);
    const item = index === undefined ? undefined : items[index];
    if (op === "remove") {
        return removeItem(text, holder, index ?? -1);
    }
    if (isPair(item)) {
        return replaceValue(text, item, value, style);
    }
    if (op === "replace" && item !== undefined) {
        const [start, end] = rangeOf(item);
        return { start, end, put: flowItem(value, style, marginAt(text, start)) };
    }
    const margin = marginOfItems(text, holder);
    const put = isMap(holder) ? flowPair(step, value, style, margin) : flowItem(value, style, margin);
    return item === undefined ? append(text, holder, put, style) : before(text, holder, index ?? 0, put, style);
}

/** The position of a key or an index among the items; undefined where there is nothing. */
function indexOf(holder: Holder, step: string): number | undefined {
    const index = isMap(holder)
        ? holder.items.findIndex(({ key }) => isScalar(key) && String(key.value) === step)
        : Number(step);
    return index in holder.items ? index : undefined;
}

function rangeOfItem(item: unknown): readonly [start: number, end: number] {
    if (!isPair(item)) {
        return rangeOf(item);
    }
    const [start, keyEnd] = rangeOf(item.key);
    return [start, item.value === null ? keyEnd : Math.max(keyEnd, rangeOf(item.value)[1])];
}

function replaceValue(text: string, { key, value: old }: Pair, value: unknown, style: TextStyle): Edit {
    const [start, end] = rangeOf(old);
    const put = flowItem(value, style, marginAt(text, rangeOf(key)[0]));
    return { start, end, put: text[start - 1] === ":" && !style.compact ? ` ${put}` : put };
}

/** What a line that an item starts is indented by. */
function marginOfItems(text: string, holder: Holder): string {
    const last: unknown = holder.items.at(-1);
    return marginAt(text, last === undefined ? rangeOf(holder)[0] : rangeOfItem(last)[0]);
}

function append(text: string, holder: Holder, put: string, style: TextStyle): Edit {
    const items: readonly unknown[] = holder.items;
    const last = items.at(-1);
    const [open, close] = rangeOf(holder);
    if (last === undefined) {
        return { start: open + 1, end: close - 1, put: inEmpty(text, holder, put, style) };
    }
    const [start, end] = rangeOfItem(last);
    const previous = items.at(-2);
    // What parts the last two items parts the next one too; behind a comment there is room on the same line only.
    const gap = gapBefore(text, previous === undefined ? open + 1 : rangeOfItem(previous)[1], start);
    const isCommented = /^[^\n]*#/.test(text.slice(end, close));
    const isPlain = /^\s+$/.test(gap) && !(isCommented && gap.includes("\n"));
    return { start: end, end, put: `,${style.compact ? "" : isPlain ? gap : " "}${put}` };
}

/** What stands between the brackets of a collection that had nothing in it. */
function inEmpty(
    text: string,
    holder: Holder,
    put: string,
    { json, compact, unit, lineEnd, padded }: TextStyle,
): string {
    if (json && !compact && text.includes("\n")) {
        const margin = marginAt(text, rangeOf(holder)[0]);
        return `${lineEnd}${margin}${unit}${put.replaceAll("\n", `\n${unit}`)}${lineEnd}${margin}`;
    }
    return isMap(holder) && padded && !json ? ` ${put} ` : put;
}

function before(text: string, holder: Holder, index: number, put: string, { compact }: TextStyle): Edit {
    const items: readonly unknown[] = holder.items;
    const [start] = startOf(text, holder, index);
    const gap = gapBefore(text, index === 0 ? rangeOf(holder)[0] + 1 : rangeOfItem(items[index - 1])[1], start);
    return { start, end: start, put: `${put},${compact ? "" : /^\s+$/.test(gap) ? gap : " "}` };
}

/** What stands between an item and the one, or the bracket, before it, but for the comma. */
function gapBefore(text: string, end: number, start: number): string {
    return text.slice(end, start).replace(/^\s*,/, "");
}

/** An item takes the comma behind it along, and the last one the comma before it. */
function removeItem(text: string, holder: Holder, index: number): Edit {
    const items: readonly unknown[] = holder.items;
    if (index === -1) {
        throw new EditRefused("the field comes in by a merge key; change it by hand");
    }
    const [start, end] = startOf(text, holder, index);
    if (items.length === 1) {
        const [open, close] = rangeOf(holder);
        return { start: open + 1, end: close - 1, put: "" };
    }
    if (index < items.length - 1) {
        return { start, end: startOf(text, holder, index + 1)[0], put: "" };
    }
    const previous = rangeOfItem(items[index - 1])[1];
    // A comment on the way is another item's; the comma that is left over is no fault in YAML.
    return { start: text.slice(previous, start).includes("#") ? start : previous, end, put: "" };
}

/** Where an item starts and ends. @throws EditRefused where an anchor or a tag stands before it */
function startOf(text: string, holder: Holder, index: number): readonly [start: number, end: number] {
    const items: readonly unknown[] = holder.items;
    const [start, end] = rangeOfItem(items[index]);
    const from = index === 0 ? rangeOf(holder)[0] : rangeOfItem(items[index - 1])[1];
    if (!/^[{[,\s]*$/.test(text.slice(from, start).replace(/#[^\n]*/g, ""))) {
        throw new EditRefused("an anchor or a tag stands before the field; change it by hand");
    }
    return [start, end];
}
