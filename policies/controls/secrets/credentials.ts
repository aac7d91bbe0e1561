import { isCredential } from "./credential-names";
import { looksLikeCredential, passwordFlagFault, statementFault } from "./credential-formats";

/** What a shell, a JVM, a URL's query or a connection string sets within a longer text: a name and a value. */
const SETTINGS: readonly RegExp[] = [
    /(?:^|[\s;&|?"'(,=]|-D)([A-Za-z_][\w.-]*)=("[^"]*"|'[^']*'|[^\s;&|"'()]+)/g,
    /(?:^|\s)--?([A-Za-z][\w.-]*)[= ]("[^"]*"|'[^']*'|[^\s;&|"'-][^\s;&|"']*)/g,
    /\s(?:-H|--header)[= ]?["']([A-Za-z][\w-]*): ?([^"'\s][^"']*)["']/g,
    /\baws configure set (\w+) ("[^"]*"|'[^']*'|[^\s;&|"']+)/g,
];

/** What a shell, a template, a query or Grafana fills in. */
const FILLED_IN = /^["']?(?:\$(?:\d+|[A-Za-z_]\w*|[@*])["']?$|\$__\w+\{|%\w*\{|\{\{?|:["']?\w+["']?$|@\w+@)/;
/** What a program works out: a call, an item of a list, an attribute of something else. */
const WORKED_OUT = /^(?:[A-Za-z_][\w.]*[([]|[a-z_]+(?:\.[a-z_]+)+$|(?:None|self|request)$)/;

/** Says whether a value, with its quotes, is a literal, and no expression of the language it stands in. */
const isLiteral = (value: string): boolean => !FILLED_IN.test(value) && !WORKED_OUT.test(value);

/** A label of a form or a message, in place of what is to be typed in there. */
const LABEL =
    /^(?:Password|Passphrase|Token|Secret|API [Kk]ey)[:?*.]?$|^\S+ .*\b(?:password|passphrase|token|secret|key)s?\b/i;

/** The name of the first credential that a longer text, such as a script or a connection string, sets to a literal. */
export function credentialWithin(text: string): string | undefined {
    const key = /^\s*[{[]/.test(text) ? credentialKey(parsed(text), isCredential) : undefined;
    if (key !== undefined) {
        return key;
    }
    for (const settings of SETTINGS) {
        for (const [, name = "", value = ""] of text.matchAll(settings)) {
            if (isCredential(name, unquoted(value)) && !unquoted(value).startsWith("$")) {
                return name;
            }
        }
    }
    return undefined;
}

/** What begins a line that is for people, in the languages of configurations and scripts. */
const COMMENT = /^\s*(?:#|\/\/|<!--|;|--\s|\*)/;

/** An attribute of XML, a part of a connection string, and a name beside its value in XML and in a file of words. */
const NAMED_VALUES: readonly RegExp[] = [
    /[\s;"']([A-Za-z_][\w.-]*)=("[^"]*")/g,
    /[;"']\s*([A-Za-z_][\w.-]*)=([^"';\s<>]+)(?=[;"']|\s*$)/g,
    /\bname="([\w.-]+)"[^<>]*?\bvalue=("[^"]*")/g,
    /^\s*([\w.-]*(?:password|passwd|passphrase))\s+([^\s:=]+)\s*$/g,
];

/** The name of the first credential that a line sets in one of those ways. */
function namedOn(line: string, isOne: typeof isCredential): string | undefined {
    for (const [, name = "", raw = ""] of NAMED_VALUES.flatMap((values) => [...line.matchAll(values)])) {
        const value = unquoted(raw);
        if (isOne(name, value) && isLiteral(raw) && !LABEL.test(value)) {
            return name;
        }
        // An attribute may hold a connection string.
        const inner = raw.includes("=") ? namedOn(`;${value}`, isOne) : undefined;
        if (inner !== undefined) {
            return inner;
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

/** A name that in a custom resource is mostly that of a Secret, or of a key in one. */
const REFERS = /(?:secrets?|credentials?|key|tokens?)$/i;
/** What nobody calls an object or a key: long, in both cases and with digits, or in hexadecimal. */
const RANDOM = /^(?=.*\d)(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9+/_~.-]{16,}={0,2}$|^[0-9a-f]{32,}$/;

/** Says whether a field of a custom resource holds a credential, and no name of the object that does. */
export function isCredentialField(name: string, value: string): boolean {
    return (
        isCredential(name, value) &&
        !/\s|^[^A-Za-z0-9]*$/.test(value) &&
        !FILLED_IN.test(value) &&
        (!REFERS.test(name) || RANDOM.test(value))
    );
}

/** The first credential of a configuration text, such as a properties, YAML, JSON or shell file. */
export function credentialIn(text: string, isOne = isCredential): CredentialFound | undefined {
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
        const given = unquoted(value);
        if (isOne(key, given) && !/^[[{|>]/.test(value) && isLiteral(value) && !LABEL.test(given)) {
            return { line: index + 1, found: `sets "${key}"` };
        }
        if (COMMENT.test(line)) {
            continue;
        }
        const name = namedOn(line, isOne);
        if (name !== undefined) {
            return { line: index + 1, found: `sets "${name}"` };
        }
        const statement = statementFault(line);
        if (statement !== undefined) {
            return { line: index + 1, found: statement };
        }
    }
    const key = text.trimStart().startsWith("{") ? credentialKey(parsed(text), isOne) : undefined;
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
function credentialKey(value: unknown, isOne: typeof isCredential): string | undefined {
    if (typeof value !== "object" || value === null) {
        return undefined;
    }
    for (const [key, inner] of Object.entries(value)) {
        if (typeof inner === "string" && isOne(key, inner) && !LABEL.test(inner)) {
            return key;
        }
        const deeper = credentialKey(inner, isOne);
        if (deeper !== undefined) {
            return deeper;
        }
    }
    return undefined;
}
