import type { Node, Pair } from "yaml";
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

import type { Finding } from "../findings";
import type { TextDocument } from "../sources/yaml";
import { readDocuments } from "../sources/yaml";
import type { Run } from "./report";

/** A place in a text, one-based. */
export interface Place {
    readonly line: number;
    readonly column: number;
}

/** Above this size a text is not parsed a second time: its findings are placed on the first line. */
const MAX_CHARACTERS = 8_000_000;

/** One document with the places of its nodes, and where it begins in its text. */
interface Parsed {
    readonly contents: Node | null;
    readonly lines: LineCounter;
    readonly start: Place;
}

/** Finds the line of each finding. Those of one document come in a row, so only the document at hand is kept parsed. */
export class LineFinder {
    private read: { readonly source: string; readonly documents: Documents | undefined } | undefined;
    private last: { readonly documents: Documents; readonly index: number; readonly parsed: Parsed } | undefined;

    constructor(private readonly run: Pick<Run, "textOf">) {}

    /** Where the field of a finding stands, or the innermost field above it that exists; undefined for what is no text. */
    public place({ source, document, path }: Finding): Place | undefined {
        const parsed = this.parsed(source, document);
        if (parsed === undefined || parsed.contents === null) {
            return undefined;
        }
        const node = deepest(parsed.contents, path) ?? parsed.contents;
        const { line, col } = parsed.lines.linePos(node.range?.[0] ?? 0);
        const { start } = parsed;
        return { line: start.line + line - 1, column: line === 1 ? start.column + col - 1 : col };
    }

    private documents(source: string): Documents | undefined {
        if (this.read?.source !== source) {
            this.read = { source, documents: split(this.run.textOf?.(source)) };
        }
        return this.read.documents;
    }

    private parsed(source: string, index: number): Parsed | undefined {
        const documents = this.documents(source);
        const document = documents?.documents[index];
        if (documents === undefined || document === undefined) {
            return undefined;
        }
        if (this.last?.documents !== documents || this.last.index !== index) {
            this.last = { documents, index, parsed: parse(documents, document) };
        }
        return this.last.parsed;
    }
}

interface Documents {
    readonly documents: readonly TextDocument[];
    readonly lines: LineCounter;
}

function split(text: string | undefined): Documents | undefined {
    if (text === undefined || text.length > MAX_CHARACTERS) {
        return undefined;
    }
    const lines = new LineCounter();
    lines.addNewLine(0);
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
        lines.addNewLine(at + 1);
    }
    return { documents: readDocuments(text), lines };
}

function parse({ lines: linesOfText }: Documents, { text, start }: TextDocument): Parsed {
    const lines = new LineCounter();
    const { contents } = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: "silent" });
    const { line, col } = linesOfText.linePos(start);
    return { contents, lines, start: { line, column: col } };
}

/** The key or item that a path such as `spec.containers[0].image` leads to, as deep as the text goes. */
function deepest(node: Node, path: string): Node | undefined {
    if (isMap(node)) {
        const step = longestKey(node.items, path);
        if (step === undefined) {
            return undefined;
        }
        const { pair, rest } = step;
        const below = isNode(pair.value) && rest !== "" ? deepest(pair.value, rest) : undefined;
        return below ?? (isNode(pair.key) ? pair.key : undefined);
    }
    if (isSeq(node)) {
        const [step, index] = /^\[(\d+)\]\.?/.exec(path) ?? [];
        const item = index === undefined ? undefined : node.items[Number(index)];
        if (step === undefined || !isNode(item)) {
            return undefined;
        }
        return deepest(item, path.slice(step.length)) ?? item;
    }
    return undefined;
}

/** Keys may hold dots themselves, as labels do, so the longest one that the path starts with is meant. */
function longestKey(items: readonly Pair[], path: string): { readonly pair: Pair; readonly rest: string } | undefined {
    let found: { pair: Pair; rest: string } | undefined;
    for (const pair of items) {
        const key = isScalar(pair.key) ? String(pair.key.value) : "";
        const rest = afterKey(path, key);
        if (rest !== undefined && (found === undefined || rest.length < found.rest.length)) {
            found = { pair, rest };
        }
    }
    return found;
}

/** What follows a key at the start of a path, written `key` or `["key"]`. */
function afterKey(path: string, key: string): string | undefined {
    for (const written of [key, `["${key}"]`, `['${key}']`]) {
        if (written !== "" && path.startsWith(written)) {
            const rest = path.slice(written.length);
            if (rest === "" || rest.startsWith(".") || rest.startsWith("[")) {
                return rest.replace(/^\./, "");
            }
        }
    }
    return undefined;
}

function isNode(value: unknown): value is Node {
    return typeof value === "object" && value !== null && !isPair(value);
}
