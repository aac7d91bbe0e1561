/** A pattern of a schema that has no equal here; it says which one and why. */
export class UnreadablePattern extends Error {}

/** The classes that both have by other names, as they stand within brackets. */
const POSIX: Readonly<Record<string, string>> = {
    alnum: "0-9A-Za-z",
    alpha: "A-Za-z",
    digit: "0-9",
    lower: "a-z",
    space: "\\t\\n\\v\\f\\r ",
    upper: "A-Z",
    word: "0-9A-Za-z_",
    xdigit: "0-9A-Fa-f",
};
/** Go's blanks are of ASCII; JavaScript's `\s` holds those of Unicode too. */
const BLANKS = "\\t\\n\\f\\r ";

/** Escapes of letters that mean the same in both, outside of brackets and within. */
const SHARED = "dDwWfnrtv";

/** A number as Go reads it behind a brace, which has no leading zeros, and one that is not above its limit. */
const NUMBER = "(?:0|[1-9]\\d*)";
const TIMES = "(?:0|[1-9]\\d{0,2}|1000)";

/** What the next part of a pattern is, and how JavaScript writes it with the flag `u`, by code points as Go matches. */
const PARTS: readonly (readonly [part: RegExp, written: (...found: string[]) => string])[] = [
    [new RegExp(`\\\\[${SHARED}bB]`, "y"), (part) => part],
    [/\\s/y, () => `[${BLANKS}]`],
    [/\\S/y, () => `[^${BLANKS}]`],
    [/\\A/y, () => "^"],
    [/\\z/y, () => "$"],
    [/\\a/y, () => "\\x07"],
    [/\\x[0-9A-Fa-f]{2}/y, (part) => part],
    [/\\([!-/:-@[-`{-~])/y, (_part, sign = "") => literal(sign)],
    [/\(\?P?<(?=[A-Za-z_])/y, () => "(?<"],
    [/\(\?:/y, (part) => part],
    [/\((?!\?)/y, (part) => part],
    [new RegExp(`\\{${TIMES}(?:,(?:${TIMES})?)?\\}`, "y"), (part) => part],
    // A brace that begins no number of times stands for itself; of more times than Go takes, it is no pattern.
    [new RegExp(`\\{(?!${NUMBER}(?:,(?:${NUMBER})?)?\\})|[}\\]]`, "y"), (sign) => literal(sign)],
    [/\[(\^?)(\]?(?:\\[^]|\[:\w+:\]|[^\]\\])*)\]/y, (_part, not = "", inner = "") => `[${not}${bracketed(inner)}]`],
    [/[^\\([{}\]]/y, (part) => part],
];

/** What may stand within brackets. */
const CLASS_PARTS: readonly (readonly [part: RegExp, written: (...found: string[]) => string])[] = [
    // A hyphen behind a class stands for itself.
    [
        new RegExp(`(\\\\[${SHARED}])(-?)`, "y"),
        (_part, escape = "", hyphen = "") => escape + hyphen.replace("-", "\\-"),
    ],
    [/\\s(-?)/y, (_part, hyphen = "") => BLANKS + hyphen.replace("-", "\\-")],
    [/\\a/y, () => "\\x07"],
    [/\\x[0-9A-Fa-f]{2}/y, (part) => part],
    [/\\([!-/:-@[-`{-~])/y, (_part, sign = "") => literal(sign)],
    [
        /\[:(alnum|alpha|digit|lower|space|upper|word|xdigit):\](-?)/y,
        (_part, name = "", hyphen = "") => `${POSIX[name] ?? ""}${hyphen.replace("-", "\\-")}`,
    ],
    [/-/y, (part) => part],
    [/[^\\[]|\[(?!:)/y, (sign) => (/[[\](){}/|^$*+?.]/.test(sign) ? literal(sign) : sign)],
];

const patterns = new Map<string, RegExp>();

/**
 * A regular expression of Go (RE2, github.com/google/re2/wiki/Syntax) as one of JavaScript that takes the same texts.
 *
 * @throws UnreadablePattern where it has what Go refuses, or what has no equal here.
 */
export function goPattern(source: string): RegExp {
    let found = patterns.get(source);
    if (found === undefined) {
        const [, flags = "", rest = ""] = /^(?:\(\?([is]+)\))?([\s\S]*)$/.exec(source) ?? [];
        const dot = flags.includes("s") ? "." : "[^\\n]";
        // Without regard to case, JavaScript counts ſ and the sign of Kelvin to words as well.
        const isOdd = flags.includes("i") && /\\[bB]/.test(rest);
        const written = isOdd ? undefined : rewritten(rest, PARTS, (part) => (part === "." ? dot : part));
        if (written === undefined) {
            throw new UnreadablePattern(`the pattern ${JSON.stringify(source)} is written as JavaScript has it not`);
        }
        try {
            // eslint-disable-next-line security/detect-non-literal-regexp -- the pattern is the definition's, and asked once a text
            found = new RegExp(written, `u${[...new Set(flags)].join("")}`);
        } catch {
            throw new UnreadablePattern(`the pattern ${JSON.stringify(source)} is no regular expression here`);
        }
        patterns.set(source, found);
    }
    return found;
}

/** A text part by part; undefined where none of the parts is next. */
function rewritten(
    text: string,
    parts: typeof PARTS,
    last: (part: string) => string = (part) => part,
): string | undefined {
    let written = "";
    for (let at = 0; at < text.length;) {
        const start = at;
        for (const [part, write] of parts) {
            part.lastIndex = at;
            const match = part.exec(text);
            if (match !== null) {
                written += last(write(...match));
                at = part.lastIndex;
                break;
            }
        }
        if (at === start) {
            return undefined;
        }
    }
    return written;
}

/** What stands within brackets; one that has no equal makes the whole no regular expression. */
function bracketed(inner: string): string {
    return rewritten(inner, CLASS_PARTS) ?? "\\Q";
}

/** A sign that stands for itself, whatever it means otherwise. */
function literal(sign: string): string {
    return `\\x${(sign.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`;
}
