import type { FormatTable } from "../formats/format";
import { jsonText } from "../formats/format";
import type { Painter, Style } from "../formats/style";
import { count, painter, plain } from "../formats/style";
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

/** What was found out about a stack on a cluster. */
interface VerifyReport {
    readonly stack: string;
    readonly cluster: string;
    readonly at: Date;
    /** The cluster is not the stack's own, but one to try it on. */
    readonly rehearsal: boolean;
    readonly results: readonly CheckResult[];
}

/** How many checks came to which verdict. */
export function countsOf(results: readonly CheckResult[]): Readonly<Record<VerdictStatus, number>> {
    const of = (status: VerdictStatus): number => results.filter((result) => result.status === status).length;
    return { proved: of("proved"), failed: of("failed"), unknown: of("unknown") };
}

/** The report as JSON; fields are only ever added. */
function reportText({ stack, cluster, at, rehearsal, results }: VerifyReport): string {
    return jsonText({
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
        summary: countsOf(results),
    });
}

/** The forms of the report. */
export const VERIFY_FORMATS = {
    text:
        () =>
        ({ results }, { colour }) =>
            results.map((result) => textOf(result, painter(colour))),
    json: () => reportText,
} as const satisfies FormatTable<VerifyReport>;
