import type { Document, Node, Pair } from "yaml";
import { isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";

import { rememberLast } from "../../policies/memo";
import type { Finding } from "../findings";
import type { Run } from "./report";

/** A place in a text, one-based. */
export interface Place {
    readonly line: number;
    readonly column: number;
}

/** Above this size a text is not parsed a second time: its findings are placed on the first line. */
const MAX_CHARACTERS = 8_000_000;

interface Parsed {
    readonly documents: readonly Document.Parsed[];
    readonly lines: LineCounter;
}

/** Finds the line of each finding. The findings of one source come in a row, so only the source at hand is kept parsed. */
export class LineFinder {
    private readonly parsed: (source: string) => Parsed | undefined;

    constructor({ textOf }: Pick<Run, "textOf">) {
        this.parsed = rememberLast((source) => parse(textOf?.(source)));
    }

    /** Where the field of a finding stands, or the innermost field above it that exists; undefined for what is no text. */
    public place({ source, document, path }: Finding): Place | undefined {
        const parsed = this.parsed(source);
        const contents = parsed?.documents[document]?.contents;
        if (parsed === undefined || contents === undefined || contents === null) {
            return undefined;
        }
        const node = deepest(contents, path) ?? contents;
        const { line, col } = parsed.lines.linePos(node.range?.[0] ?? 0);
        return { line, column: col };
    }
}

function parse(text: string | undefined): Parsed | undefined {
    if (text === undefined || text.length > MAX_CHARACTERS) {
        return undefined;
    }
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, logLevel: "silent" });
    return Array.isArray(documents) ? { documents, lines } : undefined;
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
