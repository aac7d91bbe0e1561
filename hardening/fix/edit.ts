import { isDeepStrictEqual } from "node:util";

import type { PatchOperation } from "../../policies/kubernetes/path";
import { parseDocuments } from "../sources/yaml";
import { editBlock } from "./block";
import { editFlow } from "./flow";
import { applyPatch, valueAt } from "./patch";
import type { Edit } from "./place";
import { EditRefused, isFlow, placeOf, readDocument } from "./place";
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
    for (const operation of operations) {
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
