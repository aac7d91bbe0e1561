import type { Label } from "./order";

const CODES = { red: 31, yellow: 33, blue: 34, magenta: 35, cyan: 36, green: 32, grey: 90, bold: 1, dim: 2 } as const;
export type Style = keyof typeof CODES;

/** Puts text in a style of the terminal, or leaves it as it is. */
export type Painter = (style: Style, text: string) => string;

export function painter(colour: boolean): Painter {
    return colour ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (_style, text) => text;
}

/** How a report paints what a finding is marked as. */
export const LABEL_STYLE: Readonly<Record<Label, Style>> = {
    critical: "magenta",
    high: "red",
    medium: "yellow",
    low: "blue",
    unknown: "cyan",
    advisory: "grey",
    known: "grey",
    waived: "grey",
    excepted: "grey",
};

/**
 * Text from a manifest made fit for one line of a terminal: control and format characters, which could move the cursor,
 * recolour what follows or turn a line around, are shown as escapes.
 */
export function plain(text: string): string {
    return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
        const code = character.codePointAt(0) ?? 0;
        return `\\u${code.toString(16).padStart(4, "0")}`;
    });
}

/** A text as one word of a POSIX shell, quoted where it has to be. */
export function shellWord(text: string): string {
    return /^[\w./:=@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The lines of a text, each made fit for a terminal. Whoever shows them indents them, so that none passes for another. */
export function plainLines(text: string): readonly string[] {
    return text
        .replace(/\s+$/, "")
        .split(/\r\n|\n|\r/)
        .map(plain);
}

/** What paints text, and takes no room. */
const PAINT = /\u001b\[\d+m/g;

/**
 * A line broken between words where a terminal would break it within them. What follows is indented below the beginning, with
 * the branches of a tree that go on. A word that is too long for a line stays whole.
 */
export function wrapped(line: string, columns: number): readonly string[] {
    const room = (text: string): number => Array.from(text.replace(PAINT, "")).length;
    if (room(line) <= columns) {
        return [line];
    }
    const [lead = ""] = /^[ │├└─]*/.exec(line) ?? [];
    const below = `${lead.replaceAll("├", "│").replace(/[└─]/g, " ")}   `;
    const lines: string[] = [];
    let current = lead;
    let isEmpty = true;
    for (const word of line.slice(lead.length).split(" ")) {
        if (!isEmpty && room(current) + 1 + room(word) > columns) {
            lines.push(current.trimEnd());
            current = below + word;
        } else {
            current += isEmpty ? word : ` ${word}`;
        }
        isEmpty = false;
    }
    return [...lines, current];
}

/** A name of so many characters at most. A longer one loses its middle: its ends, what it is and what is told apart last, say most. */
export function shortened(name: string, length: number): string {
    const characters = Array.from(name);
    if (characters.length <= length) {
        return name;
    }
    const half = (length - 1) / 2;
    return `${characters.slice(0, Math.ceil(half)).join("")}…${characters.slice(-Math.floor(half)).join("")}`;
}

/** `1 object`, `3 objects`, `1,200 objects`. */
export function count(number: number, noun: string): string {
    return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** `1,200`. Not `toLocaleString`, which loads the tables of all languages first. */
export function grouped(number: number): string {
    return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `0.42 s`, `3 min 05 s`. */
export function duration(milliseconds: number): string {
    const seconds = milliseconds / 1000;
    if (seconds < 60) {
        return `${seconds.toFixed(2)} s`;
    }
    return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
}
