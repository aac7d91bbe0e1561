import type { OptionTable, ValuesOf } from "../cli/options";
import { shellWord } from "../formats/style";
import type { View } from "../formats/view";
import { UsageError } from "../io";
import { SEVERITIES } from "../severity";

/** Options by which the tree is told what to show. They change neither what is judged nor the exit code. */
export const VIEW_OPTIONS = {
    "min-severity": {
        type: "text",
        value: "SEVERITY",
        description: "of the tree, show only findings as grave as this or graver",
        choices: SEVERITIES,
    },
    "no-advisory": { type: "flag", description: "of the tree, leave out what does not fail the run" },
    summary: { type: "flag", description: "count the findings instead of showing them, which is the default for many" },
    full: { type: "flag", description: "show each finding and each waiver, however many there are" },
    explain: { type: "flag", description: "say below the tree why each control that found something is there" },
} as const satisfies OptionTable;

const NAMES = Object.keys(VIEW_OPTIONS) as readonly (keyof typeof VIEW_OPTIONS)[];

/**
 * The view that a command line asks for.
 *
 * @param words the command line: the command's name and its arguments
 * @throws UsageError where another form than the tree is to show it, or where it asks for two things at once
 */
export function viewOf(options: ValuesOf<typeof VIEW_OPTIONS>, format: string, words: readonly string[]): View {
    const given = NAMES.filter((name) => options[name] !== undefined && options[name] !== false);
    const faults = [
        ...(format === "tree" ? [] : given.map((name) => `--${name} is for --format tree; ${format} shows everything`)),
        ...(options.summary && options.full ? ["--summary and --full can't both be"] : []),
    ];
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
    return {
        minSeverity: options["min-severity"] ?? "low",
        advisory: !options["no-advisory"],
        extent: options.summary ? "summary" : options.full ? "full" : "auto",
        explain: options.explain,
        command: ["hardening", ...withoutView(words)].map(shellWord).join(" "),
    };
}

function withoutView(words: readonly string[]): readonly string[] {
    const flags = new Set(NAMES.map((name) => `--${name}`));
    return words.filter(
        (word, index) =>
            !flags.has(word) && !word.startsWith("--min-severity=") && words[index - 1] !== "--min-severity",
    );
}
