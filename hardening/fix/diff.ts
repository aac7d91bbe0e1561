/** Lines around a change that a unified diff shows. */
const CONTEXT = 3;

interface Line {
    readonly mark: " " | "-" | "+";
    readonly text: string;
}

/** A unified diff of two texts, as `git apply` and `patch` take it; empty where they are equal. */
export function unifiedDiff(name: string, before: string, after: string): string {
    if (before === after) {
        return "";
    }
    const lines = align(linesOf(before), linesOf(after));
    return [`--- a/${name}`, `+++ b/${name}`, ...hunks(lines), ""].join("\n");
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

function hunks(lines: readonly Line[]): readonly string[] {
    const changed = lines.flatMap(({ mark }, index) => (mark === " " ? [] : [index]));
    const ranges: { from: number; to: number }[] = [];
    for (const index of changed) {
        const last = ranges.at(-1);
        if (last !== undefined && index - last.to <= 2 * CONTEXT) {
            last.to = index;
        } else {
            ranges.push({ from: index, to: index });
        }
    }
    return ranges.flatMap(({ from, to }) =>
        hunk(lines, Math.max(0, from - CONTEXT), Math.min(lines.length, to + CONTEXT + 1)),
    );
}

function hunk(lines: readonly Line[], from: number, to: number): readonly string[] {
    const count = (part: readonly Line[], mark: Line["mark"]) =>
        part.filter((line) => line.mark === " " || line.mark === mark).length;
    const above = lines.slice(0, from);
    const part = lines.slice(from, to);
    // A side without lines is told by the line above it.
    const range = (mark: Line["mark"]) =>
        `${count(above, mark) + (count(part, mark) > 0 ? 1 : 0)},${count(part, mark)}`;
    return [`@@ -${range("-")} +${range("+")} @@`, ...part.map(({ mark, text }) => `${mark}${text}`)];
}
