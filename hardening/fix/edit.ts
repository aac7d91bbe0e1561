import { isDeepStrictEqual } from "node:util";

import { isMap, stringify } from "yaml";

import type { PatchOperation } from "../../policies/kubernetes/path";
import { parseDocuments } from "../sources/yaml";
import { editBlock } from "./block";
import { editFlow } from "./flow";
import { applyPatch, pointerSteps, valueAt } from "./patch";
import type { Edit } from "./place";
import { EditRefused, isFlow, pairOf, placeOf, rangeOf, readDocument } from "./place";
import { styleOf } from "./text-style";

/** The field stands under an anchor, and others that follow it would change with it. */
export class SharedField extends EditRefused {
    constructor() {
        super("an anchor shares the field with places that are not at fault; change it by hand");
        this.name = "SharedField";
    }
}

/** It is part of the file and not of the text: no column counts it, and JSON knows none. */
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Applies operations of RFC 6902 to one document of a YAML or JSON text. Only the characters that the operations mean are
 * changed: comments, order, quotes, line ends and indentation elsewhere stay as they are. What an alias or a merge key
 * brings in is changed at its anchor, where the operations mean every place that follows it. The result is read again and
 * must say exactly what the operations say.
 *
 * @throws EditRefused where that can't be done.
 */
export function editText(text: string, document: number, operations: readonly PatchOperation[]): string {
    if (text.startsWith(BYTE_ORDER_MARK)) {
        return BYTE_ORDER_MARK + editText(text.slice(BYTE_ORDER_MARK.length), document, operations);
    }
    const wanted = parseDocuments(text).map((body, index) => (index === document ? patched(body, operations) : body));
    let edited = text;
    let shared = false;
    for (const [index, operation] of operations.entries()) {
        const rename = renaming(edited, document, operations[index - 1], operation);
        if (rename !== undefined) {
            edited = apply(edited, rename);
            continue;
        }
        if (renaming(edited, document, operation, operations[index + 1]) !== undefined) {
            continue;
        }
        // What one place has asked for at an anchor, the next one finds done.
        if (shared && isDone(read(edited)?.[document], operation)) {
            continue;
        }
        const place = placeOf(readDocument(edited, document), operation.path);
        shared ||= place.shared;
        const style = styleOf(edited);
        edited = apply(
            edited,
            isFlow(place.holder)
                ? editFlow(edited, place.holder, place.step, operation, style)
                : editBlock(edited, place.holder, place.step, operation, style),
        );
    }
    if (!isDeepStrictEqual(read(edited), wanted)) {
        throw shared
            ? new SharedField()
            : new EditRefused("the text can't be changed there without changing something else");
    }
    return edited;
}

/**
 * The edit that gives a field another name in its place, comments and all, where two operations add what they take from
 * beside it; undefined where they do something else, or the field is shared with other places.
 */
function renaming(
    text: string,
    document: number,
    add: PatchOperation | undefined,
    remove: PatchOperation | undefined,
): Edit | undefined {
    if (add?.op !== "add" || remove?.op !== "remove" || parentOf(add.path) !== parentOf(remove.path)) {
        return undefined;
    }
    const body = read(text)?.[document];
    if (valueAt(body, add.path) !== undefined || !isDeepStrictEqual(valueAt(body, remove.path), add.value)) {
        return undefined;
    }
    const { holder, step, shared } = placeOf(readDocument(text, document), remove.path);
    const pair = isMap(holder) && !shared ? pairOf(holder, step) : undefined;
    if (pair === undefined) {
        return undefined;
    }
    const [start, end] = rangeOf(pair.key);
    const name = pointerSteps(add.path).at(-1) ?? "";
    const quoted = text.slice(start, end) !== step;
    return { start, end, put: quoted ? JSON.stringify(name) : stringify(name).trimEnd() };
}

function parentOf(pointer: string): string {
    return pointer.slice(0, pointer.lastIndexOf("/"));
}

function patched(body: unknown, operations: readonly PatchOperation[]): unknown {
    try {
        return applyPatch(body, operations);
    } catch (error) {
        throw new EditRefused(error instanceof Error ? error.message : String(error));
    }
}

/** The documents of a text that was edited; undefined where it no longer is YAML. */
function read(text: string): readonly unknown[] | undefined {
    try {
        return parseDocuments(text);
    } catch {
        return undefined;
    }
}

function isDone(body: unknown, { op, path, value }: PatchOperation): boolean {
    const found = valueAt(body, path);
    return op === "remove" ? found === undefined : isDeepStrictEqual(found, value);
}

function apply(text: string, { start, end, put }: Edit): string {
    return text.slice(0, start) + put + text.slice(end);
}
