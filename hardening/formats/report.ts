import type { Selected } from "../../policies/engine/profiles";
import type { Failure, Finding, NotJudged, Tally } from "../findings";
import type { View } from "./view";

/** What a run came to, which is known only when all of its findings have gone by. */
export interface Outcome {
    /** What was judged, in a few words: `3 files`, `stack staging`, `cluster prod`. */
    readonly subject: string;
    /** What could not be read or judged. */
    readonly failures: readonly Failure[];
    /** Objects that controls were run over. */
    readonly resources: number;
    /** What no control has looked at. */
    readonly notJudged: readonly NotJudged[];
    /** How many files and folders were left out because somebody said so. */
    readonly excluded: number;
    readonly elapsedMs: number;
    /** Counts of the findings. */
    readonly tally: Tally;
}

/**
 * Findings that are made while the report is written, so that a large run need not hold them all. They go by once, and
 * what they came to is what the generator returns: nobody can read it too early.
 */
export type Findings<Came = Outcome> = Generator<Finding, Came, undefined>;

/** What a report is made from. */
export interface Run {
    readonly findings: Findings;
    /** The controls that ran. */
    readonly selected: readonly Selected[];
    /** Name of the profile they were selected by. */
    readonly profile: string;
    /** When the run started. */
    readonly startedAt: Date;
    /** Where each control has an anchor of its name, for reports that can link to it. */
    readonly controlsUrl?: string;
    /** What of it is shown, by a form for people that can leave something out. */
    readonly view?: View;
    /** The content of a source, for reports that name lines; undefined where it has none. */
    readonly textOf?: (source: string) => string | undefined;
}

/** Yields what is written of each finding as it goes by, and returns what they came to. */
export function* written<Came>(
    findings: Findings<Came>,
    write: (finding: Finding) => string,
): Generator<string, Came, undefined> {
    for (;;) {
        const next = findings.next();
        if (next.done === true) {
            return next.value;
        }
        yield write(next.value);
    }
}

/** A run that has come to its end, for reports that count or group the findings before they can write a line. */
export interface WholeRun extends Omit<Run, "findings">, Outcome {
    readonly findings: readonly Finding[];
}

/** Goes through the findings of a run and keeps them. */
export function whole(run: Run): WholeRun {
    const findings: Finding[] = [];
    for (;;) {
        const next = run.findings.next();
        if (next.done === true) {
            return { ...run, ...next.value, findings };
        }
        findings.push(next.value);
    }
}

/** What was not judged, by kind and reason, each as a sentence: `2 Workflow.argoproj.io: no control knows this kind`. */
export function notJudgedLines({ notJudged }: Pick<Outcome, "notJudged">): readonly string[] {
    const byKind = Map.groupBy(notJudged, ({ kind, reason }) =>
        [kind, reason].filter((part) => part !== "").join(": "),
    );
    return [...byKind]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([what, objects]) => `${objects.length} ${what} (${shortened(objects)})`);
}

/** Names enough to find the rest. */
function shortened(objects: readonly NotJudged[]): string {
    const shown = objects.slice(0, 3).map(({ name }) => name || "unnamed");
    return [...shown, ...(objects.length > shown.length ? ["…"] : [])].join(", ");
}
