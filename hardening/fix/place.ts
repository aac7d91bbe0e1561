import type { Document, Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import { isAlias, isCollection, isMap, isScalar, isSeq, parseDocument } from "yaml";

import { readDocuments } from "../sources/yaml";
import { pointerSteps } from "./patch";

/** Why a remedy can't be written into a text without touching more than it means to. */
export class EditRefused extends Error {
    constructor(reason: string) {
        super(reason);
        this.name = "EditRefused";
    }
}

/** A stretch of text and what takes its place. */
export interface Edit {
    readonly start: number;
    readonly end: number;
    readonly put: string;
}

/** A mapping or a list that is written in the text. */
export type Holder = YAMLMap | YAMLSeq;

/** Where a field is written, or would be. */
export interface Place {
    readonly holder: Holder;
    readonly step: string;
    /** The way leads through an alias, a merge key or an anchor, so others may see the field too. */
    readonly shared: boolean;
}

/** A document of a text with the places of its nodes. @throws EditRefused where it has no content */
export function readDocument(text: string, index: number): Document.Parsed {
    const found = readDocuments(text)[index];
    // Blanks in the place of what stands above keep the offsets true.
    const above = found === undefined ? "" : text.slice(0, found.start).replace(/[^\n]/g, " ");
    const document = parseDocument(above + (found?.text ?? ""), { uniqueKeys: false, logLevel: "silent" });
    if (document.contents === null) {
        throw new EditRefused("the document has no content");
    }
    return document;
}

/** @throws EditRefused where the pointer leads through what is not there. */
export function placeOf(document: Document.Parsed, path: string): Place {
    const way = pointerSteps(path);
    let shared = false;
    let node: unknown = document.contents;
    for (const step of way.slice(0, -1)) {
        const found = childOf(document, node, step);
        shared ||= found.shared;
        node = found.node;
    }
    if (!isMap(node) && !isSeq(node)) {
        throw new EditRefused(`${path} leads through what is not there`);
    }
    return { holder: node, step: way.at(-1) ?? "", shared: shared || node.anchor !== undefined };
}

interface Found {
    readonly node: Node | undefined;
    readonly shared: boolean;
}

function childOf(document: Document.Parsed, node: unknown, step: string): Found {
    if (isSeq(node)) {
        return resolve(document, node.items[Number(step)], node.anchor !== undefined);
    }
    if (!isMap(node)) {
        return { node: undefined, shared: false };
    }
    const pair = pairOf(node, step);
    return pair === undefined
        ? mergedChild(document, node, step)
        : resolve(document, pair.value, node.anchor !== undefined);
}

/** What a mapping gets by `<<: *anchor` or `<<: [*one, *other]`, of which the first one that has it counts. */
function mergedChild(document: Document.Parsed, map: YAMLMap, step: string): Found {
    const merged = pairOf(map, "<<")?.value;
    for (const source of isSeq(merged) ? merged.items : [merged]) {
        const { node } = resolve(document, source, true);
        const child = node === undefined ? undefined : childOf(document, node, step).node;
        if (child !== undefined) {
            return { node: child, shared: true };
        }
    }
    return { node: undefined, shared: false };
}

function resolve(document: Document.Parsed, value: unknown, shared: boolean): Found {
    if (isAlias(value)) {
        return { node: value.resolve(document), shared: true };
    }
    return isScalar(value) || isCollection(value)
        ? { node: value, shared: shared || value.anchor !== undefined }
        : { node: undefined, shared };
}

/** The pair of a mapping under a key, as it is written there. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
    return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

export function isFlow(node: unknown): boolean {
    return isCollection(node) && node.flow === true;
}

/** Where a node starts and where its value ends. */
export function rangeOf(node: unknown): readonly [start: number, valueEnd: number] {
    const range = (node as Node | null | undefined)?.range;
    if (!range) {
        throw new EditRefused("the place of the field in the text is not known");
    }
    return [range[0], range[1]];
}
