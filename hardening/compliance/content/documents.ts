import { isDate } from "../../../policies/engine/values";
import type { Judgement } from "../judgement";
import { allOf, missing, proven } from "../judgement";
import type { Section } from "./markdown-text";
import { sectionsOf } from "./markdown-text";

/** What a document has to hold. */
export interface DocumentRule {
    /** Headings, of any level, under each of which something of its own stands, in sentences. */
    readonly sections: readonly string[];
    /** The test that ran its commands, as evidence of the kind `tests`. */
    readonly rehearsedBy?: string | undefined;
}

/** A section with fewer different words says nothing that somebody could act on. */
const FEWEST_WORDS = 5;

/**
 * Words of which sentences are made in English, whatever they are about: https://en.wikipedia.org/wiki/Most_common_words_in_English,
 * without those that other languages spell alike. At least one in ten words is among them in whatever people write; in filler none is.
 */
const COMMON = new Set(
    "the of and to a an is are it that which for on with by not where from or be as this what who has have when".split(
        " ",
    ),
);
const FEWEST_COMMON = 0.1;

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
        () => contentOf(text, sections),
        () => reviewOf(text, now, maxAge),
    );
}

function contentOf(text: string, wanted: readonly string[]): Judgement {
    const all = sectionsOf(text);
    const named = wanted.map(
        (title) => all.find((section) => section.title === title) ?? { title, prose: [], code: [] },
    );
    const faults: readonly (readonly [string, (section: Section) => boolean])[] = [
        ["says nothing under", (section) => new Set(wordsOf(section)).size < FEWEST_WORDS],
        ["repeats itself under", repeats],
        ["holds filler, or another language than English, under", isFiller],
        [
            "says the same as elsewhere under",
            (section) => named.some((other) => other !== section && alike(other, section)),
        ],
    ];
    for (const [what, holds] of faults) {
        const titles = named.filter(holds).map(({ title }) => `"${title}"`);
        if (titles.length > 0) {
            return missing(`${what} ${titles.join(", ")}`);
        }
    }
    return proven("holds what it has to");
}

/** What each section that is asked for says, to be held against other documents: a copy says nothing about what it is called by. */
export function saidBy(text: string, { sections }: DocumentRule): string {
    const all = sectionsOf(text).filter(({ title }) => sections.includes(title));
    return all.map((section) => `${section.title}: ${wordsOf(section).join(" ")}`).join("\n");
}

function wordsOf({ prose, code }: Section): readonly string[] {
    // The line of the review is no content.
    const lines = [...prose.filter((line) => !REVIEW.test(line)), ...code];
    return (
        lines
            .join(" ")
            .toLowerCase()
            .match(/[\p{L}\d]+/gu) ?? []
    );
}

function alike(a: Section, b: Section): boolean {
    return wordsOf(a).join(" ") === wordsOf(b).join(" ");
}

/** More than half of its sentences have stood there before. */
function repeats({ prose }: Section): boolean {
    const sentences = prose
        .join("\n")
        .split(/[.:;!?]\s|\n\s*(?:[-*+]|\d+\.)\s/)
        .map((sentence) =>
            sentence
                .toLowerCase()
                .replaceAll(/[^\p{L}\d]+/gu, " ")
                .trim(),
        )
        .filter((sentence) => sentence.includes(" "));
    return new Set(sentences).size * 2 < sentences.length;
}

function isFiller({ prose }: Section): boolean {
    const words = wordsOf({ title: "", prose, code: [] });
    return words.filter((word) => COMMON.has(word)).length < words.length * FEWEST_COMMON;
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
