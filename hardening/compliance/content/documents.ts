import { isDate } from "../../../policies/engine/values";
import type { Judgement } from "../judgement";
import { allOf, missing, proven } from "../judgement";

/** What a document has to hold. */
export interface DocumentRule {
    /** Headings, of any level, under each of which something stands. */
    readonly sections: readonly string[];
    /** The test that ran its commands, as evidence of the kind `tests`. */
    readonly rehearsedBy?: string | undefined;
}

/** A section with fewer words says nothing that somebody could act on. */
const FEWEST_WORDS = 5;

/** The line that says who answers for a document, and when they last read it. */
const REVIEW = /^Owner: (\S.*?)\. Reviewed: (\d{4}-\d\d-\d\d)\.$/m;

const DAY_MS = 86_400_000;

/**
 * Judges a document by what it holds: its sections, its owner and the day of its last review.
 *
 * @param text undefined where there is no such file
 * @param maxAge milliseconds that may have passed since the review
 */
export function judgeDocument(
    text: string | undefined,
    { sections }: DocumentRule,
    now: Date,
    maxAge: number,
): Judgement {
    if (text === undefined) {
        return missing("does not exist");
    }
    return allOf(
        () => sectionsOf(text, sections),
        () => reviewOf(text, now, maxAge),
    );
}

function sectionsOf(text: string, wanted: readonly string[]): Judgement {
    const empty = wanted.filter((section) => wordsUnder(text, section) < FEWEST_WORDS);
    return empty.length === 0
        ? proven("holds what it has to")
        : missing(`says nothing under ${empty.map((section) => `"${section}"`).join(", ")}`);
}

/** How many words stand between a heading and the next one of its level or above. */
function wordsUnder(text: string, section: string): number {
    const lines = text.split("\n");
    const levels = lines.map((line) => /^(#+) /.exec(line)?.[1]?.length ?? Infinity);
    const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === section);
    if (start === -1) {
        return 0;
    }
    const end = levels.findIndex((level, index) => index > start && level <= (levels[start] ?? 0));
    const under = lines.slice(start + 1, end === -1 ? undefined : end).filter((line) => !/^#+ |^Owner: /.test(line));
    return under.flatMap((line) => line.split(/\s+/)).filter((word) => /\w/.test(word)).length;
}

function reviewOf(text: string, now: Date, maxAge: number): Judgement {
    const [, owner = "", day = ""] = REVIEW.exec(text) ?? [];
    const reviewed = Date.parse(day);
    if (owner === "" || !isDate(day)) {
        return missing('does not say whose it is and when it was reviewed ("Owner: NAME. Reviewed: YYYY-MM-DD.")');
    }
    if (reviewed > now.getTime()) {
        return missing(`was reviewed on ${day}, which is yet to come`);
    }
    return now.getTime() - reviewed > maxAge
        ? missing(`was reviewed on ${day}, more than ${Math.round(maxAge / DAY_MS)} days ago; ask ${owner}`)
        : proven(`reviewed by ${owner} on ${day}`);
}
