import { isDeepStrictEqual } from "node:util";

import type { Node, Pair, YAMLMap } from "yaml";
import { Document, isAlias, isCollection, isMap, isScalar, isSeq, parseAllDocuments, stringify } from "yaml";

import type { PatchOperation } from "../../policies/control";
import { parseDocuments } from "../sources/yaml";
import { applyPatch, pointerSteps } from "./patch";

/** Why a remedy can't be written into a text without touching more than it means to. */
export class EditRefused extends Error {
    constructor(reason: string) {
        super(reason);
        this.name = "EditRefused";
    }
}

/**
 * Applies operations of RFC 6902 to one document of a YAML or JSON text. Only the lines that the operations mean are
 * changed: comments, order, quotes and indentation elsewhere stay as they are. The result is read again and must say
 * exactly what the operations say.
 *
 * @throws EditRefused where that can't be done.
 */
export function editText(text: string, document: number, operations: readonly PatchOperation[]): string {
    const before = parseDocuments(text);
    const wanted = before.map((body, index) => (index === document ? patched(body, operations) : body));
    const edited = /^\s*[{[]/.test(text) ? editJson(text, wanted) : operations.reduce(editor(document), text);
    if (!isDeepStrictEqual(parseDocuments(edited), wanted)) {
        throw new EditRefused("the text can't be changed there without changing something else");
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

/** JSON has no comments to keep: it is written anew, indented as it was. */
function editJson(text: string, [body]: readonly unknown[]): string {
    const indent = /\n([ \t]+)"/.exec(text)?.[1];
    return `${JSON.stringify(body, undefined, indent)}${text.endsWith("\n") ? "\n" : ""}`;
}

/** No folding, and quotes around whatever YAML 1.1, which Kubernetes reads, takes for something else than text. */
const STYLE = { lineWidth: 0, version: "1.1" } as const;

/** A stretch of text and what takes its place. */
interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

function editor(document: number): (text: string, operation: PatchOperation) => string {
    return (text, operation) => {
        const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent" });
        const contents = Array.isArray(documents) ? documents[document]?.contents : undefined;
        if (contents === undefined || contents === null) {
            throw new EditRefused("the document has no content");
        }
        const { start, end, text: put } = editOf(text, contents, operation);
        return text.slice(0, start) + put + text.slice(end);
    };
}

function editOf(text: string, contents: Node, { op, path, value }: PatchOperation): Edit {
    const way = pointerSteps(path);
    const last = way.at(-1) ?? "";
    let holder: Node = contents;
    let flow: Node | undefined = isFlow(contents) ? contents : undefined;
    const above: string[] = [];
    for (const step of way.slice(0, -1)) {
        const next = childOf(holder, step);
        if (next === undefined) {
            throw new EditRefused(`${path} leads through what is not there`);
        }
        holder = next;
        above.push(...(flow === undefined ? [] : [step]));
        flow ??= isFlow(holder) ? holder : undefined;
    }
    if (flow !== undefined) {
        return rewriteFlow(text, flow, { op, path: [...above, last].map(escapeStep).join(""), value });
    }
    if (!isMap(holder)) {
        throw new EditRefused(`${path} is in a list; change it by hand`);
    }
    const pair = holder.items.find((item) => keyOf(item) === last);
    if (op === "remove") {
        return removePair(text, holder, pair);
    }
    return pair === undefined ? addPair(text, holder, last, value) : replaceValue(text, pair, last, value);
}

function childOf(node: Node, step: string): Node | undefined {
    const value: unknown = isMap(node)
        ? node.items.find((item) => keyOf(item) === step)?.value
        : isSeq(node)
          ? node.items[Number(step)]
          : undefined;
    if (isAlias(value)) {
        throw new EditRefused("an alias stands in the way; change its anchor by hand");
    }
    return isScalar(value) || isCollection(value) ? value : undefined;
}

function keyOf(pair: Pair): string | undefined {
    return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

function isFlow(node: Node): boolean {
    return isCollection(node) && node.flow === true;
}

function rangeOf(node: unknown): readonly [start: number, valueEnd: number] {
    const range = (node as Node | null)?.range;
    if (!range) {
        throw new EditRefused("the place of the field in the text is not known");
    }
    return [range[0], range[1]];
}

function escapeStep(step: string): string {
    return `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** `{a: 1}` is written anew as a whole, on one line. */
function rewriteFlow(text: string, flow: Node, operation: PatchOperation): Edit {
    const [start, end] = rangeOf(flow);
    const written = text.slice(start, end);
    if (/[#\n&*]/.test(written)) {
        throw new EditRefused("the field is in a { } of several lines; change it by hand");
    }
    const rewritten = new Document(applyPatch(flow.toJSON(), [operation]), { version: "1.1" });
    if (isCollection(rewritten.contents)) {
        rewritten.contents.flow = true;
    }
    const padded = /^\{ /.test(written);
    return { start, end, text: rewritten.toString({ lineWidth: 0, flowCollectionPadding: padded }).trimEnd() };
}

/** Columns that a key of a block mapping stands in. */
function indentOf(text: string, map: YAMLMap): number {
    const [start] = rangeOf(map.items[0]?.key);
    return start - (text.lastIndexOf("\n", start - 1) + 1);
}

/** A value in block style as it stands after `key:`, without the line break at its end. */
function render(key: string, value: unknown, indent: number): string {
    const written = stringify({ [key]: value }, STYLE).trimEnd();
    return written.split("\n").join(`\n${" ".repeat(indent)}`);
}

/** Puts a pair behind the last one of a block mapping. */
function addPair(text: string, map: YAMLMap, key: string, value: unknown): Edit {
    const last = map.items.at(-1);
    if (last === undefined) {
        throw new EditRefused("the mapping is empty");
    }
    const indent = indentOf(text, map);
    const end = endOfPair(text, last);
    const atLineStart = end === 0 || text[end - 1] === "\n";
    const line = `${" ".repeat(indent)}${render(key, value, indent)}`;
    return { start: end, end, text: atLineStart ? `${line}\n` : `\n${line}` };
}

function replaceValue(text: string, pair: Pair, key: string, value: unknown): Edit {
    const [keyStart, keyEnd] = rangeOf(pair.key);
    const indent = keyStart - (text.lastIndexOf("\n", keyStart - 1) + 1);
    if (isScalar(pair.value) && typeof value !== "object") {
        const [start, end] = rangeOf(pair.value);
        const written = stringify(value, STYLE).trimEnd();
        // A value that isn't written at all, as in `key:`, stands right behind the colon.
        return { start, end, text: start === end && text[start - 1] === ":" ? ` ${written}` : written };
    }
    const colon = text.indexOf(":", keyEnd);
    const rendered = render(key, value, indent);
    return {
        start: colon,
        end: isCollection(pair.value) ? endOfLine(text, rangeOf(pair.value)[1]) : endOfLine(text, colon),
        text: rendered.slice(rendered.indexOf(":")),
    };
}

/** Takes out the lines of a pair; the last pair of a mapping leaves `{}` behind. */
function removePair(text: string, map: YAMLMap, pair: Pair | undefined): Edit {
    if (pair === undefined) {
        throw new EditRefused("the field is not there");
    }
    const [start] = rangeOf(pair.key);
    if (map.items.length === 1) {
        const end = endOfPair(text, pair);
        return { start, end: text[end - 1] === "\n" ? end - 1 : end, text: "{}" };
    }
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const next = map.items[map.items.indexOf(pair) + 1];
    if (text.slice(lineStart, start).trim() !== "" && next !== undefined) {
        // `- key: value`: the dash stays, and the next key moves up to it.
        return { start, end: rangeOf(next.key)[0], text: "" };
    }
    if (text.slice(lineStart, start).trim() !== "") {
        throw new EditRefused("the field shares its line with another; change it by hand");
    }
    return { start: lineStart, end: endOfPair(text, pair), text: "" };
}

/** Offset behind the line on which a pair ends, with the comment on that line but none below. */
function endOfPair(text: string, pair: Pair): number {
    const end = pair.value === null ? rangeOf(pair.key)[1] : rangeOf(pair.value)[1];
    if (end > 0 && text[end - 1] === "\n") {
        // The range of a block collection or scalar takes in the line break.
        return end;
    }
    const lineEnd = endOfLine(text, end);
    return lineEnd < text.length ? lineEnd + 1 : lineEnd;
}

function endOfLine(text: string, from: number): number {
    const end = text.indexOf("\n", from);
    return end === -1 ? text.length : end;
}
