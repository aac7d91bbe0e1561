import type { Resource } from "../../policies/kubernetes/resource";
import { applyBaseline } from "../baseline";
import type { EvaluateOptions } from "../evaluate";
import { Evaluation } from "../evaluate";
import type { ExitCode, Failure, Finding } from "../findings";
import { exitCode, Tally } from "../findings";
import type { Io } from "../io";
import { Progress } from "../io";
import type { OptionTable, OptionValues } from "../options";
import type { Run } from "../formats";
import { FORMAT_NAMES, formatNamed } from "../formats";
import { withFindings } from "../formats/report";
import { painter } from "../formats/style";
import { summaryLines } from "../formats/tree";
import type { Selection } from "../selection";
import { inPieces, writeOut } from "./out";

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

/** What a command has read and how, for a run over it. */
export interface Subject {
    /** What is judged, in a few words; asked when all of it has been read. */
    readonly name: () => string;
    readonly stacks: Iterable<readonly Resource[]>;
    /** What could not be read; complete when the stacks have gone by. */
    readonly unread: readonly Failure[];
    readonly startedAt: Date;
    /** What the clock said then. */
    readonly start: number;
    readonly ownerOf?: EvaluateOptions["ownerOf"];
    readonly textOf?: Run["textOf"];
}

/** A run over stacks that are judged while its report is written. */
export function runOver(
    subject: Subject,
    { selected, profile, waivers }: Selection,
    options: OptionValues,
    io: Io,
): Run {
    const { name, stacks, unread, startedAt, start, ownerOf, textOf } = subject;
    const progress = new Progress(io, "objects judged");
    const evaluation = new Evaluation(stacks, {
        selected,
        waivers,
        now: startedAt,
        ...(ownerOf && { ownerOf }),
        ...(!(io.shown && options.text("out") === undefined) && { progress: (objects) => progress.report(objects) }),
    });
    return {
        get subject() {
            return name();
        },
        findings: followedBy(evaluation.findings(), () => progress.done()),
        get failures() {
            return [...unread, ...evaluation.failures];
        },
        get resources() {
            return evaluation.resources;
        },
        selected,
        profile,
        startedAt,
        get elapsedMs() {
            return io.clock() - start;
        },
        ...(textOf && { textOf }),
    };
}

function* followedBy(findings: Iterable<Finding>, end: () => void): Iterable<Finding> {
    yield* findings;
    end();
}

/** Applies the baseline, writes the report where the options say, and returns the exit code of the run. */
export async function finish(run: Run, selection: Selection, options: OptionValues, io: Io): Promise<ExitCode> {
    const tally = new Tally();
    const findings = selection.baseline === undefined ? run.findings : applyBaseline(run.findings, selection.baseline);
    const judged = withFindings(run, tally.counting(findings));
    const format = await formatNamed(options.text("format") ?? "tree");
    const out = options.text("out");
    if (out === undefined) {
        inPieces(format.render(judged, { colour: io.colour }), io.out);
    } else {
        writeOut(out, format.render(judged, { colour: false }));
    }
    if (out !== undefined || format.name !== "tree") {
        summaryLines(judged, tally, painter(false)).forEach((line) => io.log(line));
    }
    return exitCode(tally, run.failures);
}
