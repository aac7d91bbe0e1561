import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";

import type { ExitCode, Failure } from "../findings";
import { EXIT, exitCode } from "../findings";
import { unifiedDiff } from "../fix/diff";
import type { MendedFile } from "../fix/fix";
import { mend } from "../fix/fix";
import type { Io } from "../io";
import { UsageError } from "../io";
import type { Arguments } from "../options";
import { count, plain } from "../report/style";
import { announce, readSelection, SELECTION_OPTIONS } from "../selection";
import { reasonOf } from "../sources/files";
import { readManifests } from "../sources/manifests";
import type { Command } from "./command";

/** Applies the safe remedies to YAML and JSON files. */
export const command: Command = {
    operands: "PATH…",
    options: {
        profile: SELECTION_OPTIONS.profile,
        "pss-version": SELECTION_OPTIONS["pss-version"],
        config: SELECTION_OPTIONS.config,
        waivers: SELECTION_OPTIONS.waivers,
        "dry-run": { type: "boolean", description: "change nothing and print what would change as a diff" },
    },
    notes: [
        "Applies only remedies that take nothing away from a working program. Comments, order and formatting are kept; a",
        "file that can't be read is left alone, and so is a waived finding. With --dry-run the exit code is 1 where",
        "something would change. The default profile is all.",
    ],
    run: fix,
};

function fix({ options, positionals }: Arguments, io: Io): ExitCode {
    if (positionals.length === 0 || positionals.includes("-")) {
        throw new UsageError(["fix needs files or folders; it can't change standard input"]);
    }
    const selection = readSelection(options, "all");
    announce(selection, io);
    const failures: Failure[] = [];
    const files = [...readManifests([...new Set(positionals)])].flatMap(({ source, failures: found }) => {
        failures.push(...found);
        return found.length === 0 ? [{ source, text: readFileSync(source, "utf8") }] : [];
    });
    const mending = mend(files, { selected: selection.selected, waivers: selection.waivers, now: io.now() });
    failures.push(...mending.failures);
    const changed = mending.files.filter(({ before, after }) => before !== after);
    const dryRun = options.flag("dry-run");
    for (const file of changed) {
        if (dryRun) {
            io.out(unifiedDiff(file.source, file.before, file.after));
        } else {
            write(file, failures);
            io.out(`${plain(file.source)}\n${file.fixed.map(lineOf).join("")}`);
        }
    }
    for (const { source, refused } of mending.files) {
        refused.forEach(({ finding, reason }) =>
            io.log(`warning: ${plain(source)}: ${finding.control} at ${finding.path} is left: ${reason}`),
        );
    }
    failures.forEach(({ source, line, message }) =>
        io.log(`error: ${plain(line === undefined ? source : `${source}:${line}`)}: ${plain(message)}`),
    );
    const remedies = changed.reduce((sum, { fixed }) => sum + fixed.length, 0);
    io.log(
        `${count(files.length, "file")} read, ${count(changed.length, "file")} ${dryRun ? "to change" : "changed"}, ${count(remedies, "finding")} ${dryRun ? "to put right" : "put right"}`,
    );
    const code = exitCode([], failures);
    return code === EXIT.clean && dryRun && changed.length > 0 ? EXIT.violations : code;
}

function lineOf({ control, path }: MendedFile["fixed"][number]): string {
    return `  ${control}: ${plain(path)}\n`;
}

/** Replaces a file as a whole, so that a crash leaves the old one or the new one; its mode is kept. */
function write({ source, after }: MendedFile, failures: Failure[]): void {
    const target = realpathSync(source);
    const fresh = `${target}.hardening-${process.pid}`;
    try {
        writeFileSync(fresh, after, { mode: statSync(target).mode, flag: "wx" });
        renameSync(fresh, target);
    } catch (error) {
        failures.push({ source, message: reasonOf(error).replace("read", "written"), cause: "input" });
    }
}
