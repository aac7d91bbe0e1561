import type { Painter, Style } from "../formats/style";
import { count, plain } from "../formats/style";
import type { VerdictStatus } from "./check";
import type { CheckResult } from "./index";

const MARKS: Readonly<Record<VerdictStatus, readonly [mark: string, style: Style]>> = {
    proved: ["✔", "green"],
    failed: ["✘", "red"],
    unknown: ["?", "yellow"],
};

/** A check's lines: its title, everything that is not proved, what was, and what to do. */
export function textOf({ check, status, verdicts }: CheckResult, paint: Painter): string {
    const [mark, style] = MARKS[status];
    const open = verdicts.filter((verdict) => verdict.status !== "proved");
    const done = verdicts.filter((verdict) => verdict.status === "proved");
    const lines = [`${paint(style, mark)} ${paint("bold", check.title)} ${paint("grey", check.covers.join(" "))}`];
    for (const verdict of open) {
        const [openMark, openStyle] = MARKS[verdict.status];
        lines.push(`  ${paint(openStyle, openMark)} ${plain(verdict.subject)}: ${plain(verdict.message)}`);
    }
    const [first] = done;
    if (first !== undefined) {
        const more = done.length > 1 ? `, and ${count(done.length - 1, "more proof")}` : "";
        lines.push(`  ${paint("grey", `${plain(first.subject)}: ${plain(first.message)}${more}`)}`);
    }
    if (status === "failed") {
        lines.push(`  ${paint("cyan", "→")} ${check.remedy}`);
    }
    return `${lines.join("\n")}\n`;
}

/** Of what a report is. */
export interface ReportHead {
    readonly stack: string;
    readonly cluster: string;
    readonly at: Date;
    /** The cluster is not the stack's own, but one to try it on. */
    readonly rehearsal: boolean;
}

/** The results as JSON for the compliance report; fields are only ever added. */
export function jsonOf({ stack, cluster, at, rehearsal }: ReportHead, results: readonly CheckResult[]): string {
    const of = (status: VerdictStatus): number => results.filter((result) => result.status === status).length;
    return `${JSON.stringify(
        {
            schema: 1,
            stack,
            cluster,
            at: at.toISOString(),
            rehearsal,
            checks: results.map(({ check, status, verdicts }) => ({
                name: check.name,
                title: check.title,
                covers: check.covers,
                status,
                verdicts,
                ...(status === "failed" && { remedy: check.remedy }),
            })),
            summary: { proved: of("proved"), failed: of("failed"), unknown: of("unknown") },
        },
        null,
        2,
    )}\n`;
}
