import type { Finding } from "../findings";
import { fails, placeOfFailure, summarise } from "../findings";
import { SEVERITIES } from "../severity";
import type { Run, WholeRun } from "./report";
import { notJudgedLines, whole } from "./report";
import { linkTo } from "./rules";
import { count, duration, grouped } from "./style";
import { messageOf, objectOf, sorted } from "./order";
import type { FoldedFindings } from "./waivers";
import { exceptedGroups, waivedGroups } from "./waivers";
import { escapeMarkdown } from "./markdown-escape";

/** What GitHub takes as the body of a comment, in characters; counted here in bytes, which are never fewer. */
const LIMIT = 65_536;
/** Room for the sentence that says how much was left out. */
const RESERVE = 300;

/** Markdown for a pull-request comment: the summary first, then the findings, gravest first, as many as fit. */
export function markdown(underWay: Run): string {
    const run = whole(underWay);
    const failing = sorted(run.findings.filter(fails));
    const others = run.findings.filter((finding) => finding.status === "violation" && !fails(finding));
    const unverifiable = run.findings.filter(({ status }) => status === "unverifiable");
    const body = new Body();
    head(run).forEach((line) => body.add(line));
    errorRows(run).forEach((line) => body.add(line));
    section(body, "Violations", failing, run);
    section(body, "Advisory or in the baseline", sorted(others), run, true);
    waivedSection(body, run);
    exceptedSection(body, run);
    section(body, "Unverifiable before deployment", unverifiable, run, true);
    unseen(body, run);
    return body.text();
}

/** Lines up to the limit; what no longer fits is counted. */
class Body {
    private readonly lines: string[] = [];
    private size = 0;
    private dropped = 0;

    /** Adds a line, and says whether it fitted. `closing` takes room that `reserve` has kept for it. */
    public add(line: string, closing = ""): boolean {
        const bytes = Buffer.byteLength(line) + 1;
        if (this.size + bytes + Buffer.byteLength(closing) + 1 > LIMIT - RESERVE) {
            this.dropped++;
            return false;
        }
        this.lines.push(line);
        this.size += bytes;
        return true;
    }

    public text(): string {
        const note = `_${count(this.dropped, "line")} left out: GitHub takes ${grouped(LIMIT)} characters. The full report is in the job's output._`;
        return [...this.lines, ...(this.dropped > 0 ? ["", note] : []), ""].join("\n");
    }
}

function head(run: WholeRun): readonly string[] {
    const summary = summarise(run.findings, run.resources);
    const failing = run.findings.filter(fails);
    const verdict = run.failures.length > 0 ? "could not be completed" : failing.length > 0 ? "failed" : "passed";
    return [
        "<!-- hardening -->",
        `## Hardening ${verdict}`,
        "",
        `${escapeMarkdown(run.subject)}: ${count(summary.resources, "object")} against ${count(run.selected.length, "control")} (profile \`${run.profile}\`) in ${duration(run.elapsedMs)}.`,
        "",
        "| Critical | High | Medium | Low | Waived | Excepted | Unverifiable | Not judged | Errors |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        `| ${SEVERITIES.map((severity) => failing.filter((finding) => finding.severity === severity).length).join(" | ")} | ${summary.waived} | ${summary.excepted} | ${summary.unverifiable} | ${run.notJudged.length} | ${run.failures.length} |`,
        "",
    ];
}

function errorRows(run: WholeRun): readonly string[] {
    if (run.failures.length === 0) {
        return [];
    }
    return [
        "### Errors",
        "",
        ...run.failures.map(
            (failure) => `- **${escapeMarkdown(placeOfFailure(failure))}** ${escapeMarkdown(failure.message)}`,
        ),
        "",
    ];
}

function section(body: Body, title: string, findings: readonly Finding[], run: WholeRun, folded = false): void {
    if (findings.length === 0) {
        return;
    }
    const closing = folded ? "\n</details>\n" : "";
    const opening = folded ? [`<details><summary>${title}: ${findings.length}</summary>`, ""] : [`### ${title}`, ""];
    const table = ["| Severity | Object | Control | Finding |", "| --- | --- | --- | --- |"];
    // A table without its head would not render, so the head goes in as one piece or not at all.
    if (body.add([...opening, ...table].join("\n"), closing)) {
        findings.forEach((finding) => body.add(rowOf(finding, run), closing));
        body.add(closing);
    }
}

/** What no control has looked at, a line for each kind. */
function unseen(body: Body, run: WholeRun): void {
    const lines = notJudgedLines(run);
    if (lines.length > 0) {
        ["### Not judged", "", ...lines.map((line) => `- ${escapeMarkdown(line)}`), ""].forEach((line) =>
            body.add(line),
        );
    }
}

/** A control's name, and where it is explained. */
function named(control: string, run: WholeRun): string {
    const link = linkTo(control, run);
    return link === undefined ? `\`${control}\`` : `[\`${control}\`](${link})`;
}

function rowOf(finding: Finding, run: WholeRun): string {
    const object = objectOf(finding);
    const cells = [
        finding.severity,
        `${escapeMarkdown(object)}<br>${escapeMarkdown(finding.source)}`,
        named(finding.control, run),
    ];
    return `| ${[...cells, escapeMarkdown(messageOf(finding))].join(" | ")} |`;
}

/** Waivers folded by object and ticket: a clean stack may have dozens of them. */
function waivedSection(body: Body, run: WholeRun): void {
    foldedSection(body, "Waived", ["Until", "Ticket"], run, waivedGroups(run.findings, "object"), (group) => [
        group.expires,
        `${escapeMarkdown(group.ticket)}<br>${escapeMarkdown(group.owners.join(", "))}`,
    ]);
}

/** Exceptions folded by component. */
function exceptedSection(body: Body, run: WholeRun): void {
    const groups = exceptedGroups(run.findings);
    foldedSection(body, "Excepted by components", ["Component"], run, groups, ({ component }) => [
        escapeMarkdown(component),
    ]);
}

/** A table of groups that opens on demand: what is their own, and what each was found in. */
function foldedSection<G extends FoldedFindings>(
    body: Body,
    title: string,
    head: readonly string[],
    run: WholeRun,
    groups: readonly G[],
    own: (group: G) => readonly string[],
): void {
    const columns = [...head, "Object", "Controls", "Reasons"];
    const closing = "\n</details>\n";
    const total = groups.reduce((sum, { findings }) => sum + findings, 0);
    const opening = [`<details><summary>${title}: ${total}</summary>`, ""];
    const table = [columns, columns.map(() => "---")].map((cells) => `| ${cells.join(" | ")} |`);
    if (groups.length > 0 && body.add([...opening, ...table].join("\n"), closing)) {
        for (const group of groups) {
            const names = group.controls.map((control) => named(control, run)).join("<br>");
            const why = group.reasons.map(escapeMarkdown).join("<br>");
            body.add(
                `| ${[...own(group), escapeMarkdown(group.objects.join(", ")), names, why].join(" | ")} |`,
                closing,
            );
        }
        body.add(closing);
    }
}
