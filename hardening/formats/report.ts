import type { Selected } from "../../policies/engine/profiles";
import type { Failure, Finding } from "../findings";

/**
 * What a report is made from. Findings are made while the report is written, so that a large run need not hold them all:
 * they can be gone through once, and what the run says of failures, objects and time is complete only afterwards.
 */
export interface Run {
    /** What was judged, in a few words: `3 files`, `stack staging`, `cluster prod`. */
    readonly subject: string;
    readonly findings: Iterable<Finding>;
    readonly failures: readonly Failure[];
    /** Objects judged. */
    readonly resources: number;
    /** The controls that ran. */
    readonly selected: readonly Selected[];
    /** Name of the profile they were selected by. */
    readonly profile: string;
    /** When the run started. */
    readonly startedAt: Date;
    readonly elapsedMs: number;
    /** The content of a source, for reports that name lines; undefined where it has none. */
    readonly textOf?: (source: string) => string | undefined;
}

export interface RenderOptions {
    readonly colour: boolean;
}

/** A run whose findings are all there, for reports that count or group them before they can write a line. */
export interface WholeRun extends Run {
    readonly findings: readonly Finding[];
}

/** Goes through the findings of a run and keeps them. */
export function whole(run: Run): WholeRun {
    const findings = [...run.findings];
    return { ...run, findings };
}

/** A run with other findings in place of its own. All else is asked of the run itself, and as late as it is needed. */
export function withFindings(run: Run, findings: Iterable<Finding>): Run {
    const { selected, profile, startedAt, textOf } = run;
    return {
        get subject() {
            return run.subject;
        },
        findings,
        get failures() {
            return run.failures;
        },
        get resources() {
            return run.resources;
        },
        selected,
        profile,
        startedAt,
        get elapsedMs() {
            return run.elapsedMs;
        },
        ...(textOf && { textOf }),
    };
}

/** A way to show a run. */
export interface ReportFormat {
    readonly name: string;
    readonly description: string;
    /** The report in pieces, of which the last ends in a line break: a large one would not fit into one string. */
    readonly render: (run: Run, options: RenderOptions) => Iterable<string>;
}
