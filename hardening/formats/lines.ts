import type { Finding } from "../findings";
import type { PlacedDocument, TextDocument } from "../sources/yaml";
import { placesIn, splitDocuments } from "../sources/yaml";
import type { Run } from "./report";

/** A place in a text, one-based. */
export interface Place {
    readonly line: number;
    readonly column: number;
}

/** Above this size a text is not parsed a second time: its findings are placed on the first line. */
const MAX_CHARACTERS = 8_000_000;

/** One document with the places of its fields, and where it begins in its text. */
interface Parsed {
    readonly document: PlacedDocument;
    readonly lines: LineStarts;
    readonly start: Place;
}

/** Finds the line of each finding. Those of one document come in a row, so only the document at hand is kept parsed. */
export class LineFinder {
    private read: { readonly source: string; readonly documents: Documents | undefined } | undefined;
    private last:
        { readonly documents: Documents; readonly index: number; readonly parsed: Parsed | undefined } | undefined;

    constructor(private readonly run: Pick<Run, "textOf">) {}

    /** Where the field of a finding stands, or the innermost field above it that exists; undefined for what is no text. */
    public place({ source, document, path }: Finding): Place | undefined {
        const parsed = this.parsed(source, document);
        if (parsed === undefined) {
            return undefined;
        }
        const { document: placed, lines, start } = parsed;
        const { line, column } = lines.placeOf(deepest(placed, placed.body, path) ?? firstOf(placed));
        return { line: start.line + line - 1, column: line === 1 ? start.column + column - 1 : column };
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
    readonly text: string;
    readonly documents: readonly TextDocument[];
    readonly lines: LineStarts;
}

/** Turns offsets in a text into lines and columns. */
class LineStarts {
    private readonly starts = [0];

    constructor(text: string) {
        for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
            this.starts.push(at + 1);
        }
    }

    public placeOf(offset: number): Place {
        let low = 0;
        let high = this.starts.length;
        while (high - low > 1) {
            const middle = (low + high) >> 1;
            if ((this.starts[middle] ?? 0) <= offset) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return { line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 };
    }
}

function split(text: string | undefined): Documents | undefined {
    return text === undefined || text.length > MAX_CHARACTERS
        ? undefined
        : { text, documents: splitDocuments(text), lines: new LineStarts(text) };
}

function parse({ text, lines }: Documents, document: TextDocument): Parsed | undefined {
    const placed = placesIn(document);
    return placed === undefined
        ? undefined
        : {
              document: placed,
              lines: placed.text === text ? lines : new LineStarts(placed.text),
              start: lines.placeOf(document.start),
          };
}

/** Where the first thing that a document says begins. */
function firstOf({ text, body, places }: PlacedDocument): number {
    if (text.startsWith("{")) {
        return 0;
    }
    const [first] = (typeof body === "object" && body !== null ? places.get(body)?.values() : undefined) ?? [];
    return first ?? 0;
}

/** Where the key or item that a path such as `spec.containers[0].image` leads to begins, as deep as the text goes. */
function deepest(document: PlacedDocument, value: unknown, path: string): number | undefined {
    const places = typeof value === "object" && value !== null ? document.places.get(value) : undefined;
    const step =
        places === undefined ? undefined : Array.isArray(value) ? itemOf(path) : longestKey(places.keys(), path);
    const place = step === undefined ? undefined : places?.get(step.to);
    if (step === undefined || place === undefined) {
        return undefined;
    }
    const below = (value as Readonly<Record<string | number, unknown>>)[step.to];
    return (step.rest === "" ? undefined : deepest(document, below, step.rest)) ?? place;
}

interface Step {
    readonly to: string | number;
    readonly rest: string;
}

function itemOf(path: string): Step | undefined {
    const [step, index] = /^\[(\d+)\]\.?/.exec(path) ?? [];
    return step === undefined ? undefined : { to: Number(index), rest: path.slice(step.length) };
}

/** `[`, by which a key in brackets begins. */
const OPENING = 0x5b;

/** Keys may hold dots themselves, as labels do, so the longest one that the path starts with is meant. */
function longestKey(keys: Iterable<string | number>, path: string): Step | undefined {
    let found: Step | undefined;
    // Most keys don't begin as the path does, which is seen without making texts of each.
    const first = path.codePointAt(0);
    for (const key of keys) {
        const written = String(key);
        const rest = first === OPENING || written.codePointAt(0) === first ? afterKey(path, written) : undefined;
        if (rest !== undefined && (found === undefined || rest.length < found.rest.length)) {
            found = { to: key, rest };
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
