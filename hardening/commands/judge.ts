import type { Resource } from "../../policies/kubernetes/resource";
import type { Output } from "../cli/output";
import type { EvaluateOptions } from "../evaluate";
import { evaluation } from "../evaluate";
import type { ExitCode, Failure, Finding, NotJudged } from "../findings";
import { counted, exitCode } from "../findings";
import { reported } from "../fold";
import type { Findings, Outcome, Run } from "../formats/report";
import { painter } from "../formats/style";
import { summaryLines } from "../formats/tree";
import type { View } from "../formats/view";
import type { Io } from "../io";
import { Progress } from "../io";
import type { Selection } from "../selection";

/** What is known when everything has been read. */
export interface Read {
    /** What was judged, in a few words. */
    readonly subject: string;
    /** What could not be read. */
    readonly failures: readonly Failure[];
    /** What stands for objects that could not be made. */
    readonly notJudged?: readonly NotJudged[];
    /** How many paths were left out, where some may be. */
    readonly excluded?: number;
}

/** When something began. */
export interface Start {
    readonly at: Date;
    /** What the clock said then, in milliseconds. */
    readonly clock: number;
}

export function startOf(io: Io): Start {
    return { at: io.now(), clock: io.clock() };
}

interface Judging {
    /** What is judged, stack by stack, each read when it is asked for. */
    readonly stacks: Iterator<readonly Resource[], Read>;
    readonly selection: Selection;
    readonly start: Start;
    readonly view: View;
    readonly output: Output<Run>;
    readonly io: Io;
    readonly ownerOf?: EvaluateOptions["ownerOf"];
    readonly exceptions?: EvaluateOptions["exceptions"] | undefined;
    readonly textOf?: Run["textOf"];
    readonly witness?: Witness | undefined;
}

/** Hears of what is judged, beside the report. */
export interface Witness {
    /** Called for every finding, each by itself, whatever the report makes one of. */
    readonly sees: (finding: Finding) => void;
    /** Called once, when all was judged. */
    readonly ends: (outcome: Outcome) => void;
}

/** Judges stacks while the report on them is written, and returns the exit code. */
export async function judge(judging: Judging): Promise<ExitCode> {
    const { selection, start, view, output, io, textOf, witness } = judging;
    return report(findingsOf(judging), { selection, at: start.at, view, output, io, textOf, witness });
}

/** What came of a run before its findings were counted. */
type Uncounted = Omit<Outcome, "tally">;

function* findingsOf({ stacks, selection, exceptions, start, io, ownerOf }: Judging): Findings<Uncounted> {
    const progress = new Progress(io, "objects judged");
    const came = yield* evaluation(stacks, {
        selected: selection.selected,
        waivers: selection.waivers,
        definitions: selection.definitions,
        now: start.at,
        ...(exceptions && { exceptions }),
        ...(ownerOf && { ownerOf }),
        progress: (objects: number) => progress.report(objects),
    });
    progress.done();
    return {
        subject: came.read.subject,
        failures: [...came.read.failures, ...came.failures],
        resources: came.resources,
        notJudged: [...(came.read.notJudged ?? []), ...came.notJudged],
        excluded: came.read.excluded ?? 0,
        elapsedMs: io.clock() - start.clock,
    };
}

interface Reporting {
    readonly selection: Selection;
    /** When the run started. */
    readonly at: Date;
    readonly view: View;
    readonly output: Output<Run>;
    readonly io: Io;
    readonly textOf?: Run["textOf"];
    readonly witness?: Witness | undefined;
}

/**
 * Applies the baseline, writes the report where the options say, with the summary on standard error where the report
 * doesn't show it there and then, and returns the exit code of the run.
 */
export async function report(findings: Findings<Uncounted>, to: Reporting): Promise<ExitCode> {
    const { selection, at, view, output, io, textOf, witness } = to;
    const { selected, profile, controlsUrl } = selection;
    const judged = counted(reported(seenBy(witness, findings), selection));
    const ends: Outcome[] = [];
    const findingsOfRun = (function* (): Findings {
        const end = yield* judged;
        ends.push(end);
        return end;
    })();
    const run: Run = {
        findings: findingsOfRun,
        // One that is run in several ways is one control.
        selected: [...new Map(selected.map((choice) => [choice.control, choice])).values()],
        profile,
        startedAt: at,
        view,
        ...(controlsUrl !== undefined && { controlsUrl }),
        ...(textOf && { textOf }),
    };
    await output.write(run);
    const [outcome] = ends;
    if (outcome === undefined) {
        throw new Error(`the report format "${output.format}" did not go through all findings`);
    }
    witness?.ends(outcome);
    if (output.file !== undefined || output.format !== "tree") {
        summaryLines(run, outcome, painter(false)).forEach((line) => io.log(line));
    }
    return exitCode(outcome.tally, outcome.failures, selection.strict);
}

/** Findings as they are, each shown to a witness on its way. */
function* seenBy<Came>(witness: Witness | undefined, findings: Findings<Came>): Findings<Came> {
    for (;;) {
        const next = findings.next();
        if (next.done === true) {
            return next.value;
        }
        witness?.sees(next.value);
        yield next.value;
    }
}
