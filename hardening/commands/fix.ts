import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";

import type { Selected } from "../../policies/engine/profiles";
import { suggestion } from "../../policies/text";
import { defineCommand } from "../cli/command";
import type { OptionTable, ValuesOf } from "../cli/options";
import { whyUnwritten } from "../cli/out";
import type { ExitCode, Failure, Finding } from "../findings";
import { EXIT, exitCode, placeOfFailure, Tally } from "../findings";
import { printedDiff } from "../fix/diff";
import type { MendedFile } from "../fix/fix";
import { mend } from "../fix/fix";
import type { Io } from "../io";
import { UsageError } from "../io";
import { notJudgedLines } from "../formats/report";
import { count, plain } from "../formats/style";
import type { Project } from "../project";
import { Excluded } from "../project";
import { announce, EXCLUDE_OPTION, PROFILE_OPTION, readSelection, SELECTION_OPTIONS } from "../selection";
import type { IsExcluded } from "../sources/files";
import { readManifests } from "../sources/manifests";

const NO_PATH = "fix needs files or folders; it can't change standard input";

const FIX_OPTIONS = {
    profile: { ...PROFILE_OPTION, default: "all" },
    "pss-version": SELECTION_OPTIONS["pss-version"],
    "kubernetes-version": SELECTION_OPTIONS["kubernetes-version"],
    config: SELECTION_OPTIONS.config,
    waivers: SELECTION_OPTIONS.waivers,
    project: SELECTION_OPTIONS.project,
    exclude: EXCLUDE_OPTION,
    also: {
        type: "text",
        value: "CONTROL",
        description: "apply this control's remedies too where they are not safe",
        multiple: true,
    },
    unsafe: { type: "flag", description: "apply every remedy there is, safe or not" },
    "dry-run": { type: "flag", description: "change nothing and print what would change as a diff" },
} as const satisfies OptionTable;

type FixOptions = ValuesOf<typeof FIX_OPTIONS>;

/** Applies remedies to YAML and JSON files: the safe ones, and others by name. */
export const command = defineCommand({
    operands: { usage: "PATH…", missing: NO_PATH },
    stacks: "none",
    options: FIX_OPTIONS,
    notes: [
        "Applies the safe remedies: those that, by what Kubernetes documents, take nothing away from a working program.",
        "Others, such as --also read-only-root-filesystem, need a look at the program first. Comments, order and",
        "formatting are kept; a file that can't be read is left alone, and so is a waived finding. With --dry-run the exit",
        "code is 1 where something would change.",
    ],
    run: ({ options, operands, project, io }) => {
        if (operands.includes("-")) {
            throw new UsageError([NO_PATH]);
        }
        return fix({ options, operands, project, io });
    },
});

interface Fixing {
    readonly options: FixOptions;
    readonly operands: readonly string[];
    readonly project: Project;
    readonly io: Io;
}

function fix({ options, operands, project, io }: Fixing): ExitCode {
    const selection = readSelection(options, project);
    announce(selection, io);
    const failures: Failure[] = [];
    const left = new Excluded(options.exclude, project);
    const excluded: IsExcluded = (...asked) => left.has(...asked);
    const files = [...readManifests([...new Set(operands)], { linksOut: false, excluded })].flatMap(
        ({ source, failures: found, notJudged }) => {
            failures.push(...found);
            return found.length === 0 && notJudged === undefined
                ? [{ source, text: readFileSync(source, "utf8") }]
                : [];
        },
    );
    const { selected, waivers } = selection;
    const mending = mend(files, { selected, waivers, now: io.now(), also: also(options, selected) });
    failures.push(...mending.failures);
    const dryRun = options["dry-run"];
    const changed = mending.files.filter((file) => file.before !== file.after && (dryRun || isWritten(file, failures)));
    for (const { source, before, after, fixed } of changed) {
        io.out(dryRun ? printedDiff(source, before, after) : `${plain(source)}\n${fixed.map(lineOf).join("")}`);
    }
    for (const { source, refused } of mending.files) {
        refused.forEach(({ finding, reason }) =>
            io.log(`warning: ${plain(source)}: ${finding.control} at ${finding.path} is left: ${reason}`),
        );
    }
    printLeft(mending.left, io);
    notJudgedLines(mending).forEach((line) => io.log(`not judged: ${plain(line)}`));
    failures.forEach((failure) => io.log(`error: ${plain(placeOfFailure(failure))}: ${plain(failure.message)}`));
    const remedies = changed.reduce((sum, { fixed }) => sum + fixed.length, 0);
    io.log(
        `${count(files.length, "file")} read${left.note}, ${count(changed.length, "file")} ${dryRun ? "to change" : "changed"}, ${count(remedies, "finding")} ${dryRun ? "to put right" : "put right"}`,
    );
    const code = exitCode(new Tally(), failures);
    return code === EXIT.clean && dryRun && changed.length > 0 ? EXIT.violations : code;
}

/** The controls whose remedies the reader asks for although they are not safe. */
function also(options: FixOptions, selected: readonly Selected[]): ReadonlySet<string> {
    const names = selected.map(({ control }) => control.name);
    const wanted = options.also;
    const unknown = wanted.filter((name) => !names.includes(name));
    if (unknown.length > 0) {
        throw new UsageError(
            unknown.map((name) => `--also ${name}: no such control is selected${suggestion(name, names)}`),
        );
    }
    return new Set(options.unsafe ? names : wanted);
}

/** Names the controls that could put more right, for the reader to choose from. */
function printLeft(left: readonly Finding[], io: Io): void {
    if (left.length > 0) {
        const counts = [...Map.groupBy(left, ({ control }) => control)].map(
            ([name, { length }]) => `${name} (${length})`,
        );
        io.log(
            `${count(left.length, "finding")} with a remedy that can change what works; --also CONTROL applies it: ${counts.sort().join(", ")}`,
        );
    }
}

function lineOf({ control, path }: MendedFile["fixed"][number]): string {
    return `  ${control}: ${plain(path)}\n`;
}

/**
 * Replaces a file as a whole, so that a crash leaves the old one or the new one; its mode is kept. Says whether that could
 * be done, and adds to the failures where not.
 */
function isWritten({ source, after }: MendedFile, failures: Failure[]): boolean {
    try {
        const target = realpathSync(source);
        const fresh = `${target}.hardening-${process.pid}`;
        writeFileSync(fresh, after, { mode: statSync(target).mode, flag: "wx" });
        renameSync(fresh, target);
        return true;
    } catch (error) {
        failures.push({ source, message: whyUnwritten(error), cause: "input" });
        return false;
    }
}
