import { diffArrays } from "diff";

interface Line {
    readonly mark: " " | "-" | "+";
    readonly text: string;
}

/** Lines in a row that change, with the head that says where. */
interface Hunk {
    readonly head: string;
    readonly lines: readonly Line[];
}

/**
 * A unified diff of two texts, as `git apply --unidiff-zero` and `patch` take it; empty where they are equal. It shows no
 * line that stays as it is, since neighbours of a change may hold secrets.
 */
export function unifiedDiff(name: string, before: string, after: string): string {
    return written(name, hunks(before, after));
}

/** What stands in a printed line for text that a change leaves as it is. */
const ELSEWHERE = "…";

/**
 * The same to be read by people: of a line that holds several values, as in flow style, only what changes is shown, because
 * the rest may hold secrets too.
 */
export function printedDiff(name: string, before: string, after: string): string {
    return written(
        name,
        hunks(before, after).map(({ head, lines }) => ({ head, lines: withoutNeighbours(lines) })),
    );
}

function written(name: string, found: readonly Hunk[]): string {
    const body = found.flatMap(({ head, lines }) => [head, ...lines.map(({ mark, text }) => `${mark}${text}`)]);
    return found.length === 0 ? "" : [`--- a/${name}`, `+++ b/${name}`, ...body, ""].join("\n");
}

/** Each line that goes, against the one that takes its place. */
function withoutNeighbours(lines: readonly Line[]): readonly Line[] {
    const gone = lines.filter(({ mark }) => mark === "-");
    const come = lines.filter(({ mark }) => mark === "+");
    return lines.map((line) => {
        const side = line.mark === "-" ? gone : come;
        const other = (side === gone ? come : gone)[side.indexOf(line)];
        return SEVERAL_VALUES.test(line.text) ? { ...line, text: changeIn(line.text, other?.text ?? "") } : line;
    });
}

const SEVERAL_VALUES = /[[{].*[:,]/;

function changeIn(text: string, other: string): string {
    const longest = Math.min(text.length, other.length);
    let start = 0;
    while (start < longest && text[start] === other[start]) {
        start++;
    }
    let end = 0;
    while (end < longest - start && text.at(-1 - end) === other.at(-1 - end)) {
        end++;
    }
    const indent = /^ *(?:- +)*/.exec(text.slice(0, start))?.[0] ?? "";
    const change = text.slice(start, text.length - end);
    const before = start > indent.length ? ELSEWHERE : "";
    return `${indent}${before}${change}${end > 0 && !(change === "" && before !== "") ? ELSEWHERE : ""}`;
}

/** The lines of a text. One that has no line break at its end says so, and so is no other's equal. */
function linesOf(text: string): readonly string[] {
    const lines = text.split("\n");
    const last = lines.pop() ?? "";
    return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

/** The lines of both texts in one row: kept, gone and come. */
function align(before: readonly string[], after: readonly string[]): readonly Line[] {
    return diffArrays([...before], [...after]).flatMap(({ value, added, removed }) =>
        value.map((text): Line => ({ mark: added ? "+" : removed ? "-" : " ", text })),
    );
}

function hunks(before: string, after: string): readonly Hunk[] {
    if (before === after) {
        return [];
    }
    const found: Hunk[] = [];
    let [above, aboveNow] = [0, 0];
    let open: Line[] = [];
    const close = () => {
        if (open.length > 0) {
            const gone = open.filter(({ mark }) => mark === "-").length;
            const come = open.length - gone;
            // A side without lines is told by the line above it.
            const range = (line: number, count: number) => `${line + (count > 0 ? 1 : 0)},${count}`;
            found.push({ head: `@@ -${range(above, gone)} +${range(aboveNow, come)} @@`, lines: open });
            above += gone;
            aboveNow += come;
            open = [];
        }
    };
    for (const line of align(linesOf(before), linesOf(after))) {
        if (line.mark === " ") {
            close();
            above++;
            aboveNow++;
        } else {
            open.push(line);
        }
    }
    close();
    return found;
}
