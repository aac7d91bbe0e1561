import type { Selected } from "../../policies/profiles";
import type { Failure, Finding } from "../findings";

/** What a report is made from. */
export interface Run {
    /** What was judged, in a few words: `3 files`, `stack staging`, `cluster prod`. */
    readonly subject: string;
    readonly findings: readonly Finding[];
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

/** A way to show a run. */
export interface ReportFormat {
    readonly name: string;
    readonly description: string;
    /** The report in pieces, of which the last ends in a line break: a large one would not fit into one string. */
    readonly render: (run: Run, options: RenderOptions) => Iterable<string>;
}
