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

/**
 * Pairs up lines by the greedy algorithm of Myers (An O(ND) Difference Algorithm, 1986), after what both texts have in
 * common at start and end is set aside.
 */
function align(before: readonly string[], after: readonly string[]): readonly Line[] {
    let start = 0;
    while (start < before.length && start < after.length && before[start] === after[start]) {
        start++;
    }
    let end = 0;
    while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) {
        end++;
    }
    const kept = (text: string): Line => ({ mark: " ", text });
    return [
        ...before.slice(0, start).map(kept),
        ...shortestEdit(before.slice(start, before.length - end), after.slice(start, after.length - end)),
        ...before.slice(before.length - end).map(kept),
    ];
}

function shortestEdit(before: readonly string[], after: readonly string[]): readonly Line[] {
    const trace: Map<number, number>[] = [];
    let frontier = new Map<number, number>([[1, 0]]);
    for (let edits = 0; edits <= before.length + after.length; edits++) {
        trace.push(new Map(frontier));
        const next = new Map(frontier);
        for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
            const down = isDown(frontier, diagonal, edits);
            let x = down ? (frontier.get(diagonal + 1) ?? 0) : (frontier.get(diagonal - 1) ?? 0) + 1;
            while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) {
                x++;
            }
            next.set(diagonal, x);
            if (x >= before.length && x - diagonal >= after.length) {
                return backtrack(trace, before, after);
            }
        }
        frontier = next;
    }
    return [];
}

function isDown(frontier: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
    return (
        diagonal === -edits ||
        (diagonal !== edits && (frontier.get(diagonal - 1) ?? -1) < (frontier.get(diagonal + 1) ?? -1))
    );
}

function backtrack(
    trace: readonly ReadonlyMap<number, number>[],
    before: readonly string[],
    after: readonly string[],
): readonly Line[] {
    const lines: Line[] = [];
    let x = before.length;
    let y = after.length;
    for (let edits = trace.length - 1; edits >= 0; edits--) {
        const frontier = trace[edits] ?? new Map<number, number>();
        const diagonal = x - y;
        const previous = isDown(frontier, diagonal, edits) ? diagonal + 1 : diagonal - 1;
        const previousX = edits === 0 ? 0 : (frontier.get(previous) ?? 0);
        const previousY = edits === 0 ? 0 : previousX - previous;
        while (x > previousX && y > previousY) {
            lines.push({ mark: " ", text: before[--x] ?? "" });
            y--;
        }
        if (edits > 0 && x === previousX) {
            lines.push({ mark: "+", text: after[--y] ?? "" });
        } else if (edits > 0) {
            lines.push({ mark: "-", text: before[--x] ?? "" });
        }
    }
    return lines.reverse();
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
