import { isCredential } from "./credential-names";
import { looksLikeCredential, passwordFlagFault } from "./credential-formats";

/** What a shell, a JVM, a URL's query or a connection string sets within a longer text: a name and a value. */
const SETTINGS: readonly RegExp[] = [
    /(?:^|[\s;&|?"'(,=]|-D)([A-Za-z_][\w.-]*)=("[^"]*"|'[^']*'|[^\s;&|"'()]+)/g,
    /(?:^|\s)--?([A-Za-z][\w.-]*)[= ]("[^"]*"|'[^']*'|[^\s;&|"'-][^\s;&|"']*)/g,
    /\s(?:-H|--header)[= ]?["']([A-Za-z][\w-]*): ?([^"'\s][^"']*)["']/g,
    /\baws configure set (\w+) ("[^"]*"|'[^']*'|[^\s;&|"']+)/g,
];

/** The name of the first credential that a longer text, such as a script or a connection string, sets to a literal. */
export function credentialWithin(text: string): string | undefined {
    for (const settings of SETTINGS) {
        for (const [, name = "", value = ""] of text.matchAll(settings)) {
            if (isCredential(name, unquoted(value)) && !unquoted(value).startsWith("$")) {
                return name;
            }
        }
    }
    return undefined;
}

const ASSIGNMENT = /^\s*(?:export\s+)?["']?([A-Za-z][\w.-]*)["']?\s*[:=](.*)$/;

/** What is wrong with a text, never the value, and where that can be said the line, counted from one. */
export interface CredentialFound {
    readonly line?: number;
    readonly found: string;
}

/** The first credential of a configuration text, such as a properties, YAML, JSON or shell file. */
export function credentialIn(text: string): CredentialFound | undefined {
    for (const [index, line] of text.split("\n").entries()) {
        const shape = looksLikeCredential(line);
        if (shape !== undefined) {
            return { line: index + 1, found: `holds ${shape}` };
        }
        const flag = passwordFlagFault(line);
        if (flag !== undefined) {
            return { line: index + 1, found: flag };
        }
        const [, key = "", rest = ""] = ASSIGNMENT.exec(line) ?? [];
        const value = rest.trim().replace(/,$/, "");
        // What opens a list, an object or a block of text is no value yet.
        if (isCredential(key, unquoted(value)) && !/^[[{|>]/.test(value)) {
            return { line: index + 1, found: `sets "${key}"` };
        }
    }
    const key = text.trimStart().startsWith("{") ? credentialKey(parsed(text)) : undefined;
    return key === undefined ? undefined : { found: `sets "${key}"` };
}

function unquoted(value: string): string {
    return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        // Not JSON after all, so there are no keys to look at.
        return undefined;
    }
}

/** The first key of a JSON document that names a credential and holds one. */
function credentialKey(value: unknown): string | undefined {
    if (typeof value !== "object" || value === null) {
        return undefined;
    }
    for (const [key, inner] of Object.entries(value)) {
        if (typeof inner === "string" && isCredential(key, inner)) {
            return key;
        }
        const deeper = credentialKey(inner);
        if (deeper !== undefined) {
            return deeper;
        }
    }
    return undefined;
}
