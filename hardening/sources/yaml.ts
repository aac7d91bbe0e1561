import { jsonObjectAt } from "./json";
import { lineOf, SyntaxFault } from "./yaml-fault";
import type { Places } from "./yaml-mapping";
import { MAX_DEPTH, parseYaml } from "./yaml-parser";

export { SyntaxFault } from "./yaml-fault";
export type { Places } from "./yaml-mapping";

/** One document of a text: what it holds, or why it can't be read. */
export interface TextDocument {
    /** Offset in the text of the document's first character, behind its separator. */
    readonly start: number;
    readonly text: string;
    /** Undefined for a document without content. */
    readonly body?: unknown;
    readonly fault?: SyntaxFault;
}

/** A document whose keys and items can be pointed at. */
export interface PlacedDocument {
    readonly text: string;
    readonly body: unknown;
    readonly places: Places;
}

/** How many nodes a document may have once its aliases are followed. */
const MAX_NODES = 1_000_000;

/** How far the decoder of kubectl looks for the brace that makes a text JSON. */
const SNIFFED = 4096;

/**
 * The documents of a text, split and read as kubectl does (k8s.io/apimachinery's `YAMLOrJSONDecoder`): a text that begins
 * with a brace is a stream of JSON objects for as long as it can be; all else is YAML, parted by lines that begin with
 * `---`, whatever they stand in. A document that can't be read has a fault, and the others are still read.
 */
export function readDocuments(text: string): readonly TextDocument[] {
    return documentsOf(text, yamlDocument);
}

/**
 * The documents of a text as {@link readDocuments} parts it, for who reads those of them that matter by
 * {@link placesIn}: what is YAML has neither body nor fault yet.
 */
export function splitDocuments(text: string): readonly TextDocument[] {
    return documentsOf(text, unreadDocument);
}

/** Makes the document between two places of a text. */
type Reading = (text: string, start: number, end: number) => TextDocument;

function documentsOf(text: string, read: Reading): readonly TextDocument[] {
    const first = text.search(/[^ \t\r\n]/);
    if (text[first] !== "{" || first >= SNIFFED) {
        return yamlDocuments(text, 0, read);
    }
    const documents: TextDocument[] = [];
    let end = 0;
    for (let at = first; text[at] === "{"; at = behindSpace(text, end)) {
        let found;
        try {
            found = jsonObjectAt(text, at);
        } catch (error) {
            return [...documents, { start: at, text: text.slice(at), fault: faultOf(error, text, 0) }];
        }
        if (found === undefined) {
            break;
        }
        end = found.end;
        documents.push({ start: at, text: text.slice(at, end), body: found.value });
    }
    if (behindSpace(text, end) >= text.length) {
        return documents;
    }
    const rest = end + (/^[ \t\r]*/.exec(text.slice(end))?.[0].length ?? 0);
    // The decoder takes its look at what follows four bytes at a time.
    const tooShort = end > 0 && (/^[\s\u0085]*$/.test(text.slice(rest)) || Buffer.byteLength(text.slice(rest)) < 4);
    if (documents.length > 1 || tooShort) {
        const message = "a stream of JSON objects holds something else, and kubectl reads no further";
        const at = behindSpace(text, end);
        return [...documents, { start: at, text: text.slice(at), fault: new SyntaxFault(message, lineOf(text, at)) }];
    }
    // Behind one JSON object there may be YAML; the line break that ends the object belongs to neither.
    const from = text[rest] === "\n" ? rest + 1 : rest;
    return [...documents, ...yamlDocuments(text, documents.length === 0 ? 0 : from, read, documents.length > 0)];
}

/**
 * Parses the documents of a YAML or JSON text. Documents without content are `undefined`, so that indexes stay true.
 *
 * @throws SyntaxFault for the first document that can't be read.
 */
export function parseDocuments(text: string): readonly unknown[] {
    return readDocuments(text).map(({ body, fault }) => {
        if (fault !== undefined) {
            throw fault;
        }
        return body;
    });
}

function behindSpace(text: string, at: number): number {
    const space = /[ \t\r\n]*/y;
    space.lastIndex = at;
    space.test(text);
    return space.lastIndex;
}

/** @param follows something stands above, so that what comes before the first separator is a document only if it says something */
function yamlDocuments(text: string, from: number, read: Reading, follows = false): readonly TextDocument[] {
    const documents: TextDocument[] = [];
    let start = from;
    // Only a line feed parts lines here; other breaks end a line for YAML, not for what splits a stream.
    const separator = /(?<=^|\n)---[^\n]*/g;
    separator.lastIndex = from;
    let opened = false;
    let badSeparator: SyntaxFault | undefined;
    const close = (end: number) => {
        if (badSeparator !== undefined) {
            documents.push({ start, text: text.slice(start, end), fault: badSeparator });
        } else if (opened || (!follows && end === text.length) || saysSomething(text, start, end)) {
            documents.push(read(text, start, end));
        }
    };
    for (let match = separator.exec(text); match !== null; match = separator.exec(text)) {
        close(match.index);
        opened = true;
        start = Math.min(separator.lastIndex + 1, text.length);
        // A byte order mark is no space to kubectl, which reads this line in Go.
        badSeparator = /^---(?:[^\S\uFEFF]+(?:#.*)?)?$/.test(match[0])
            ? undefined
            : new SyntaxFault("kubectl takes nothing but a comment behind --- on its line", lineOf(text, match.index));
    }
    close(text.length);
    return documents;
}

function saysSomething(text: string, start: number, end: number): boolean {
    const { body, fault } = yamlDocument(text, start, end);
    return body !== undefined || fault !== undefined;
}

/** Where a document begins: it may have a byte order mark of its own. */
function startOf(text: string, start: number): number {
    return text[start] === "\uFEFF" ? start + 1 : start;
}

function unreadDocument(text: string, start: number, end: number): TextDocument {
    const from = startOf(text, start);
    return { start: from, text: text.slice(from, end) };
}

function yamlDocument(text: string, start: number, end: number): TextDocument {
    const from = startOf(text, start);
    const slice = text.slice(from, end);
    try {
        // What splits the stream ends every line with a line feed, the last one too.
        const lines = withLineFeeds(slice);
        const body = parseYaml(lines.endsWith("\n") ? lines : `${lines}\n`) ?? undefined;
        // Only an anchor can make a document larger or deeper than its text.
        if (slice.includes("&")) {
            refuseBomb(body);
        }
        return { start: from, text: slice, body };
    } catch (error) {
        return { start: from, text: slice, fault: faultOf(error, text, from) };
    }
}

function withLineFeeds(text: string): string {
    return text.replaceAll("\r\n", "\n");
}

/**
 * Where everything in a document begins: its text as it was parsed, what it holds, and the offsets of the keys and items of
 * each mapping and list of it. Undefined for what is no YAML, which no JSON with half a character is.
 */
export function placesIn({ text, fault }: TextDocument): PlacedDocument | undefined {
    if (fault !== undefined) {
        return undefined;
    }
    const lines = withLineFeeds(text);
    const places: Places = new Map();
    try {
        return { text: lines, body: parseYaml(lines.endsWith("\n") ? lines : `${lines}\n`, places), places };
    } catch (error) {
        if (error instanceof SyntaxFault) {
            return undefined;
        }
        throw error;
    }
}

function faultOf(error: unknown, text: string, start: number): SyntaxFault {
    if (!(error instanceof SyntaxFault)) {
        throw error;
    }
    const above = start === 0 ? 0 : lineOf(text, start) - 1;
    return new SyntaxFault(error.message, error.line === undefined ? undefined : error.line + above);
}

/** Follows aliases within bounds: controls walk documents as trees, so the expanded size is what counts. */
function refuseBomb(document: unknown): void {
    let nodes = 0;
    const visit = (value: unknown, depth: number): void => {
        if (++nodes > MAX_NODES) {
            throw new SyntaxFault(`aliases expand to more than ${MAX_NODES} nodes`);
        }
        if (typeof value !== "object" || value === null) {
            return;
        }
        if (depth >= MAX_DEPTH) {
            throw new SyntaxFault(`aliases nest deeper than ${MAX_DEPTH} levels`);
        }
        Object.values(value).forEach((item) => visit(item, depth + 1));
    };
    visit(document, 0);
}
