import { faultAt } from "./yaml-fault";
import { MAX_DEPTH } from "./yaml-parser";

/** One object of a JSON text and where it ends. */
export interface JsonObject {
    readonly value: unknown;
    /** Offset behind the closing brace. */
    readonly end: number;
}

/**
 * The JSON object that begins at an offset, where a brace must stand; undefined where the text is no JSON there.
 *
 * @throws SyntaxFault for what readers of JSON disagree on: two equal keys, a number beyond doubles, half a character.
 */
export function jsonObjectAt(text: string, start: number): JsonObject | undefined {
    const end = closingBrace(text, start);
    const json = end === undefined ? undefined : text.slice(start, end);
    if (json === undefined || end === undefined) {
        return undefined;
    }
    let value: unknown;
    try {
        value = JSON.parse(json);
    } catch {
        return undefined;
    }
    refuseDuplicateKey(text, start, end);
    refuseDepth(text, start, value);
    // Both are rare, so that the text is asked before every value is.
    if (/\\u[dD][89a-fA-F]|[eE]\+?\d{3}|\d{300}/.test(json) && !everyValue(value, isExact)) {
        throw faultAt(text, start, "holds a number beyond what JSON readers keep, or half of a surrogate pair");
    }
    return { value, end };
}

function closingBrace(text: string, start: number): number | undefined {
    const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
    token.lastIndex = start;
    let depth = 0;
    for (let match = token.exec(text); match !== null; match = token.exec(text)) {
        const [found] = match;
        depth += found === "{" || found === "[" ? 1 : found === "}" || found === "]" ? -1 : 0;
        if (depth === 0) {
            return token.lastIndex;
        }
    }
    return undefined;
}

/** `JSON.parse` keeps the last of two equal keys and says nothing. Expects valid JSON between the offsets. */
function refuseDuplicateKey(text: string, start: number, end: number): void {
    const open: (Set<string> | undefined)[] = [];
    const token = /"((?:[^"\\]|\\.)*)"\s*(:?)|[{}[\]]/g;
    token.lastIndex = start;
    for (let match = token.exec(text); match !== null && match.index < end; match = token.exec(text)) {
        const [found, key, colon] = match;
        if (found === "{") {
            open.push(new Set());
        } else if (found === "[") {
            open.push(undefined);
        } else if (found === "}" || found === "]") {
            open.pop();
        } else if (colon === ":" && key !== undefined) {
            const name = key.includes("\\") ? (JSON.parse(`"${key}"`) as string) : key;
            const keys = open.at(-1);
            if (keys?.has(name)) {
                throw faultAt(text, match.index, `duplicated mapping key ${JSON.stringify(name)}`);
            }
            keys?.add(name);
        }
    }
}

function refuseDepth(text: string, start: number, value: unknown): void {
    let depth = 0;
    for (let level = [value]; level.length > 0; depth++) {
        if (depth > MAX_DEPTH) {
            throw faultAt(text, start, `nests deeper than ${MAX_DEPTH} levels`);
        }
        level = level.flatMap(partsOf);
    }
}

function partsOf(value: unknown): readonly unknown[] {
    return typeof value === "object" && value !== null ? Object.values(value) : [];
}

function isExact(value: unknown): boolean {
    return typeof value === "number" ? Number.isFinite(value) : typeof value !== "string" || value.isWellFormed();
}

function everyValue(value: unknown, holds: (value: unknown) => boolean): boolean {
    return typeof value === "object" && value !== null
        ? Object.entries(value).every(([key, item]) => holds(key) && everyValue(item, holds))
        : holds(value);
}
