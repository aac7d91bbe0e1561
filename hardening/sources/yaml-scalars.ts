import { breakAt, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from "./yaml-characters";

/** What the readers of scalars need of the scanner they read for, which they move on. */
export interface ScalarCursor {
    readonly text: string;
    /** Offset in the text. */
    at: number;
    readonly column: number;
    /** Column of the block collection at hand; -1 outside any. */
    readonly indent: number;
    readonly flowLevel: number;
    keyAllowed: boolean;
    /** Goes over a line break, which must be at hand. */
    skipBreak(): void;
    /** Says whether `---` or `...` stands at the start of the line at hand. */
    atDocumentMark(): boolean;
    fail(message: string, at?: number): never;
}

/** Line breaks between the lines of a scalar, as they are folded: one becomes a space, more lose the first. */
class Folding {
    public first = "";
    public others = "";

    public get any(): boolean {
        return this.first !== "";
    }

    public take(scanner: ScalarCursor): void {
        const found = breakAt(scanner.text, scanner.at);
        if (this.any) {
            this.others += found;
        } else {
            this.first = found;
        }
        scanner.skipBreak();
    }

    /** What the breaks so far come to; they are forgotten. */
    public fold(): string {
        const folded = this.first !== "\n" ? this.first + this.others : this.others === "" ? " " : this.others;
        this.first = this.others = "";
        return folded;
    }
}

/** A scalar without quotes, on one line or several. */
export function plainScalar(scanner: ScalarCursor): string {
    return plainWord(scanner) ?? plainLines(scanner);
}

/** A scalar that nothing can go on behind on its line or below it; undefined, with nothing read, for any other. */
function plainWord(scanner: ScalarCursor): string | undefined {
    const { text, flowLevel, at } = scanner;
    let end = at;
    while (!endsPlain(text, end, flowLevel)) {
        end++;
    }
    // A colon, or in flow style an indicator, ends the scalar for good; blanks and breaks may not.
    if (isBlankOrEnd(text.charCodeAt(end)) || end === at || scanner.column === 0) {
        return undefined;
    }
    scanner.at = end;
    return text.slice(at, end);
}

function plainLines(scanner: ScalarCursor): string {
    const { text, flowLevel } = scanner;
    const indent = scanner.indent + 1;
    const folding = new Folding();
    let value = "";
    // Blanks at the end of a line belong to no scalar, those between two words do.
    let blanks = "";
    for (;;) {
        if (scanner.atDocumentMark() || text.charCodeAt(scanner.at) === 0x23) {
            break;
        }
        const start = scanner.at;
        while (!endsPlain(text, scanner.at, flowLevel)) {
            scanner.at++;
        }
        if (scanner.at > start) {
            value += (folding.any ? folding.fold() : blanks) + text.slice(start, scanner.at);
            blanks = "";
        }
        if (!isBlankOrEnd(text.charCodeAt(scanner.at)) || scanner.at >= text.length) {
            break;
        }
        const blanksStart = scanner.at;
        let code = text.charCodeAt(scanner.at);
        while (isBlank(code) || isBreak(code)) {
            if (isBreak(code)) {
                folding.take(scanner);
            } else {
                if (code === 0x09 && folding.any && scanner.column < indent) {
                    scanner.fail("a tab can't indent");
                }
                scanner.at++;
            }
            code = text.charCodeAt(scanner.at);
        }
        if (folding.any) {
            if (flowLevel === 0 && scanner.column < indent) {
                break;
            }
        } else {
            blanks = text.slice(blanksStart, scanner.at);
        }
    }
    if (folding.any) {
        scanner.keyAllowed = true;
    }
    return value;
}

function endsPlain(text: string, at: number, flowLevel: number): boolean {
    const code = text.charCodeAt(at);
    if (isBlankOrEnd(code)) {
        return true;
    }
    if (code === 0x3a) {
        return isBlankOrEnd(text.charCodeAt(at + 1));
    }
    // , ? [ ] { }
    return (
        flowLevel > 0 &&
        (code === 0x2c || code === 0x3f || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d)
    );
}

const ESCAPES: Readonly<Record<string, string>> = {
    "0": "\0",
    a: "\x07",
    b: "\b",
    t: "\t",
    "\t": "\t",
    n: "\n",
    v: "\v",
    f: "\f",
    r: "\r",
    e: "\x1B",
    " ": " ",
    '"': '"',
    "'": "'",
    "\\": "\\",
    N: "\x85",
    _: "\xA0",
    L: "\u2028",
    P: "\u2029",
};
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A scalar in single or double quotes. */
export function quotedScalar(scanner: ScalarCursor): string {
    const { text } = scanner;
    const start = scanner.at;
    const quote = text.charCodeAt(scanner.at++);
    const double = quote === 0x22;
    const folding = new Folding();
    let value = "";
    for (;;) {
        if (scanner.atDocumentMark()) {
            scanner.fail("a document ends inside a quoted text", start);
        }
        let escapedBreak = false;
        let from = scanner.at;
        let code = text.charCodeAt(scanner.at);
        while (!isBlankOrEnd(code)) {
            if (code === quote) {
                if (double || text.charCodeAt(scanner.at + 1) !== quote) {
                    break;
                }
                value += text.slice(from, ++scanner.at);
                from = ++scanner.at;
            } else if (double && code === 0x5c) {
                value += text.slice(from, scanner.at++);
                if (isBreak(text.charCodeAt(scanner.at))) {
                    scanner.skipBreak();
                    escapedBreak = true;
                    from = scanner.at;
                    break;
                }
                value += escaped(scanner);
                from = scanner.at;
            } else {
                scanner.at++;
            }
            code = text.charCodeAt(scanner.at);
        }
        value += text.slice(from, scanner.at);
        code = text.charCodeAt(scanner.at);
        if (Number.isNaN(code)) {
            scanner.fail("a quoted text does not end", start);
        }
        if (code === quote) {
            scanner.at++;
            return value;
        }
        value += foldedBlanks(scanner, folding, escapedBreak);
    }
}

/** What the blanks and breaks at hand come to inside quotes. */
function foldedBlanks(scanner: ScalarCursor, folding: Folding, escapedBreak: boolean): string {
    const { text } = scanner;
    const from = scanner.at;
    let code = text.charCodeAt(scanner.at);
    while (isBlank(code) || isBreak(code)) {
        if (!isBreak(code)) {
            scanner.at++;
        } else if (escapedBreak) {
            // The break that was escaped is gone; those that follow stay.
            folding.others += breakAt(text, scanner.at);
            scanner.skipBreak();
        } else {
            folding.take(scanner);
        }
        code = text.charCodeAt(scanner.at);
    }
    if (escapedBreak) {
        const { others } = folding;
        folding.others = "";
        return others;
    }
    return folding.any ? folding.fold() : text.slice(from, scanner.at);
}

function escaped(scanner: ScalarCursor): string {
    const letter = scanner.text.charAt(scanner.at++);
    const digits = DIGITS[letter];
    if (digits === undefined) {
        return ESCAPES[letter] ?? scanner.fail("a backslash in double quotes stands before no known escape");
    }
    const hex = scanner.text.slice(scanner.at, scanner.at + digits);
    const value = /^[0-9a-f]+$/i.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : Number.NaN;
    if (!(value <= 0x10ffff) || (value >= 0xd800 && value <= 0xdfff)) {
        scanner.fail("an escape in double quotes names no character");
    }
    scanner.at += digits;
    return String.fromCodePoint(value);
}

const HEADER = /[|>](?:([+-])([1-9])?|([1-9])([+-])?)?[ \t]*(?:#[^\n\r\x85\u2028\u2029]*)?/y;

/** A scalar in block style, `|` or `>`. */
export function blockScalar(scanner: ScalarCursor): string {
    const { text } = scanner;
    const start = scanner.at;
    HEADER.lastIndex = start;
    const [header = "", signFirst, digitAfter, digitFirst, signAfter] = HEADER.exec(text) ?? [];
    scanner.at += header.length;
    if (!isBreakOrEnd(text.charCodeAt(scanner.at))) {
        scanner.fail("only an indentation from 1 to 9, + or -, and a comment can follow | and >", start);
    }
    if (scanner.at < text.length) {
        scanner.skipBreak();
    }
    const literal = text[start] === "|";
    const chomping = signFirst ?? signAfter;
    const increment = Number(digitAfter ?? digitFirst ?? 0);
    let indent = increment === 0 ? 0 : Math.max(scanner.indent, 0) + increment;
    let value = "";
    let leadingBreak = "";
    let leadingBlank = false;
    let breaks: string;
    [indent, breaks] = blockBreaks(scanner, indent);
    while (scanner.column === indent && scanner.at < text.length) {
        const from = scanner.at;
        const startsBlank = isBlank(text.charCodeAt(from));
        value +=
            !literal && leadingBreak === "\n" && !leadingBlank && !startsBlank
                ? breaks === ""
                    ? " "
                    : breaks
                : leadingBreak + breaks;
        leadingBlank = startsBlank;
        while (!isBreakOrEnd(text.charCodeAt(scanner.at))) {
            scanner.at++;
        }
        value += text.slice(from, scanner.at);
        leadingBreak = "";
        if (scanner.at < text.length) {
            leadingBreak = breakAt(text, scanner.at);
            scanner.skipBreak();
        }
        [indent, breaks] = blockBreaks(scanner, indent);
    }
    return value + (chomping === "-" ? "" : leadingBreak) + (chomping === "+" ? breaks : "");
}

/** Goes over empty lines and indentation; finds the indentation where it is not known yet (0). */
function blockBreaks(scanner: ScalarCursor, known: number): readonly [indent: number, breaks: string] {
    const { text } = scanner;
    let deepest = 0;
    let breaks = "";
    for (;;) {
        while ((known === 0 || scanner.column < known) && text.charCodeAt(scanner.at) === 0x20) {
            scanner.at++;
        }
        deepest = Math.max(deepest, scanner.column);
        if ((known === 0 || scanner.column < known) && text.charCodeAt(scanner.at) === 0x09) {
            scanner.fail("a tab can't indent");
        }
        if (!isBreak(text.charCodeAt(scanner.at))) {
            break;
        }
        breaks += breakAt(text, scanner.at);
        scanner.skipBreak();
    }
    return [known === 0 ? Math.max(deepest, scanner.indent + 1, 1) : known, breaks];
}
