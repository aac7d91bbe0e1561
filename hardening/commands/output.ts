import { closeSync, openSync, writeFileSync } from "node:fs";

import { applyBaseline } from "../baseline";
import type { ExitCode } from "../findings";
import { exitCode } from "../findings";
import type { Io } from "../io";
import { UsageError } from "../io";
import type { OptionTable, OptionValues } from "../options";
import type { Run } from "../report";
import { FORMAT_NAMES, formatNamed } from "../report";
import { painter } from "../report/style";
import { summaryLines } from "../report/tree";
import type { Selection } from "../selection";
import { reasonOf } from "../sources/files";

/** Options of every command that ends in a report. */
export const OUTPUT_OPTIONS = {
    format: {
        type: "string",
        short: "f",
        value: "NAME",
        description: "form of the report",
        choices: FORMAT_NAMES,
    },
    out: {
        type: "string",
        short: "o",
        value: "FILE",
        description: "write the report to a file instead of standard output",
    },
} as const satisfies OptionTable;

/** Applies the baseline, writes the report where the options say, and returns the exit code of the run. */
export async function finish(run: Run, selection: Selection, options: OptionValues, io: Io): Promise<ExitCode> {
    const findings = selection.baseline === undefined ? run.findings : applyBaseline(run.findings, selection.baseline);
    const judged = { ...run, findings };
    const format = await formatNamed(options.text("format") ?? "tree");
    const out = options.text("out");
    if (out === undefined) {
        pieces(format.render(judged, { colour: io.colour }), io.out);
    } else {
        writeReport(out, format.render(judged, { colour: false }));
    }
    if (out !== undefined || format.name !== "tree") {
        summaryLines(judged, painter(false)).forEach((line) => io.log(line));
    }
    return exitCode(findings, run.failures);
}

/** Passes text on in pieces that are neither many nor large. */
function pieces(text: Iterable<string>, write: (piece: string) => void): void {
    let waiting = "";
    for (const piece of text) {
        waiting += piece;
        if (waiting.length >= 1 << 16) {
            write(waiting);
            waiting = "";
        }
    }
    write(waiting);
}

function writeReport(file: string, text: Iterable<string>): void {
    let open: number | undefined;
    try {
        const descriptor = openSync(file, "w");
        open = descriptor;
        pieces(text, (piece) => writeFileSync(descriptor, piece));
    } catch (error) {
        if (!(error instanceof Error && "code" in error)) {
            throw error;
        }
        throw new UsageError([`--out ${file}: ${reasonOf(error).replace("read", "written")}`]);
    } finally {
        if (open !== undefined) {
            closeSync(open);
        }
    }
}
