import { Document, isCollection, stringify } from "yaml";

/** How a text is written, so that what is put into it looks the same. */
export interface TextStyle {
    readonly lineEnd: "\n" | "\r\n";
    /** What one level is indented by: spaces, or in JSON maybe a tab. */
    readonly unit: string;
    /** Lists stand deeper than the key they belong to. */
    readonly indentLists: boolean;
    /** `{ a: 1 }` rather than `{a: 1}`. */
    readonly padded: boolean;
    /** Keys and texts in double quotes, and nothing that JSON doesn't know. */
    readonly json: boolean;
    /** JSON without a space behind colons and commas. */
    readonly compact: boolean;
}

export function styleOf(text: string): TextStyle {
    const json = /^\s*[{[]/.test(text) && isJson(text);
    const unit = /^(?: {1,8}|\t)(?=[^\s#-])/m.exec(text)?.[0] ?? "  ";
    return {
        lineEnd: text.includes("\r\n") ? "\r\n" : "\n",
        unit: json || unit.length > 1 ? unit : "  ",
        indentLists: !/^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(text),
        padded: !/\{[^\s}%{]/.test(text),
        json,
        compact: json && !/"\s*:\s/.test(text),
    };
}

function isJson(text: string): boolean {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}

/** `key: value` in block style, without the line break at its end; further lines stand `column` columns in. */
export function blockPair(key: string, value: unknown, column: number, style: TextStyle): string {
    return block({ [key]: value }, column, style);
}

/** `- value` in block style, likewise. */
export function blockItem(value: unknown, column: number, style: TextStyle): string {
    return block([value], column, style);
}

/** No folding, no text over several lines, and quotes around whatever YAML 1.1, which Kubernetes reads, takes for something else than text. */
function block(value: unknown, column: number, { unit, indentLists, lineEnd }: TextStyle): string {
    const options = {
        lineWidth: 0,
        version: "1.1",
        blockQuote: false,
        indent: unit.length,
        indentSeq: indentLists,
    } as const;
    return stringify(value, options)
        .trimEnd()
        .split("\n")
        .join(`${lineEnd}${" ".repeat(column)}`);
}

/** `key: value` as it stands within braces. */
export function flowPair(key: string, value: unknown, style: TextStyle, margin: string): string {
    return style.json
        ? `${JSON.stringify(key)}:${style.compact ? "" : " "}${json(value, style, margin)}`
        : flow({ [key]: value }, style);
}

/** A value as it stands within brackets, or within braces behind its key. */
export function flowItem(value: unknown, style: TextStyle, margin: string): string {
    return style.json ? json(value, style, margin) : flow([value], style);
}

/** The inside of a collection in flow style, on one line. */
function flow(collection: object, { padded }: TextStyle): string {
    const document = new Document(collection, { version: "1.1" });
    if (isCollection(document.contents)) {
        document.contents.flow = true;
    }
    return document.toString({ lineWidth: 0, flowCollectionPadding: padded }).trim().slice(1, -1).trim();
}

/** Further lines stand behind `margin`. */
function json(value: unknown, { compact, unit, lineEnd }: TextStyle, margin: string): string {
    if (compact) {
        return JSON.stringify(value);
    }
    return JSON.stringify(value, undefined, unit).split("\n").join(`${lineEnd}${margin}`);
}

/** What the line holding an offset is indented by. */
export function marginAt(text: string, offset: number): string {
    const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
    return /^[ \t]*/.exec(line)?.[0] ?? "";
}
