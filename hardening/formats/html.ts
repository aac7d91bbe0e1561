import type { Finding } from "../findings";
import { fails, placeOfFailure, summarise } from "../findings";
import { SEVERITIES } from "../severity";
import { SCRIPT, STYLES } from "./html-assets";
import { escapeHtml } from "./html-escape";
import { htmlPage } from "./html-page";
import type { Run, WholeRun } from "./report";
import { notJudgedLines, whole } from "./report";
import { linkTo, references } from "./rules";
import { count, duration, grouped } from "./style";
import type { ObjectFindings } from "./order";
import { labelOf, LABELS, messageOf, ordered } from "./order";

/** One file that works offline: summary, filters, and every finding with its reason, remedy and standards. */
export function html(run: Run): string {
    return page(whole(run));
}

/** A page with more findings than this is of no use to a browser; the rest is counted. */
const MAX_FINDINGS = 5_000;

function page(run: WholeRun): string {
    const shown = run.findings.slice(0, MAX_FINDINGS);
    return htmlPage({
        title: `Hardening: ${run.subject}`,
        styles: STYLES,
        script: SCRIPT,
        body: [
            header(run),
            failures(run),
            unseen(run),
            shown.length > 0 ? filters(shown) : '<p class="clean">No findings.</p>',
            "<main>",
            ...ordered(shown).map((objects) => sourceSection(objects, run)),
            "</main>",
            run.findings.length > shown.length
                ? `<p class="cut">${count(run.findings.length - shown.length, "finding")} more: see the JSON report.</p>`
                : "",
        ],
    });
}

function header(run: WholeRun): string {
    const summary = summarise(run.findings, run.resources);
    const failing = run.findings.filter(fails);
    const verdict = run.failures.length > 0 ? "incomplete" : failing.length > 0 ? "failed" : "passed";
    const tiles: readonly (readonly [label: string, value: number, style: string])[] = [
        ...SEVERITIES.map(
            (severity) =>
                [severity, failing.filter((finding) => finding.severity === severity).length, severity] as const,
        ),
        ["waived", summary.waived, "quiet"],
        ["excepted", summary.excepted, "quiet"],
        ["unverifiable", summary.unverifiable, "quiet"],
        ["not judged", run.notJudged.length, "medium"],
        ["errors", run.failures.length, run.failures.length > 0 ? "critical" : "quiet"],
    ];
    return [
        "<header>",
        `<h1>Hardening <span class="verdict ${verdict}">${verdict}</span></h1>`,
        `<p>${escapeHtml(run.subject)}: ${count(summary.resources, "object")} against ${count(run.selected.length, "control")} (profile ${run.profile}) in ${duration(run.elapsedMs)}, ${run.startedAt.toISOString().replace(/\.\d+Z$/, "Z")}</p>`,
        '<ul class="tiles">',
        ...tiles.map(
            ([label, value, style]) =>
                `<li class="tile ${value === 0 ? "quiet" : style}"><b>${grouped(value)}</b>${label}</li>`,
        ),
        "</ul>",
        "</header>",
    ].join("\n");
}

function failures(run: WholeRun): string {
    if (run.failures.length === 0) {
        return "";
    }
    const rows = run.failures.map(
        (failure) => `<li><code>${escapeHtml(placeOfFailure(failure))}</code> ${escapeHtml(failure.message)}</li>`,
    );
    return `<section class="errors"><h2>Errors</h2><ul>${rows.join("\n")}</ul></section>`;
}

/** What no control has looked at. */
function unseen(run: WholeRun): string {
    const rows = notJudgedLines(run).map((line) => `<li>${escapeHtml(line)}</li>`);
    return rows.length === 0 ? "" : `<section class="errors"><h2>Not judged</h2><ul>${rows.join("\n")}</ul></section>`;
}

function filters(findings: readonly Finding[]): string {
    const kinds = [...new Set(findings.map(labelOf))];
    const boxes = LABELS.filter((kind) => kinds.includes(kind)).map(
        (kind) => `<label><input type="checkbox" value="${kind}" checked> ${kind}</label>`,
    );
    return [
        '<form class="filters" role="search">',
        '<input type="search" placeholder="Object, control or text" aria-label="Search findings">',
        ...boxes,
        '<output aria-live="polite"></output>',
        "</form>",
    ].join("\n");
}

function sourceSection(objects: readonly ObjectFindings[], run: WholeRun): string {
    const sections = objects.map(
        ({ object, findings }) =>
            `<section class="object"><h3>${escapeHtml(object)}</h3>${findings.map((finding) => article(finding, run)).join("\n")}</section>`,
    );
    return `<section class="source"><h2>${escapeHtml(objects[0]?.source ?? "")}</h2>${sections.join("\n")}</section>`;
}

/** A control's name, and where it is explained. */
function named(control: string, run: WholeRun): string {
    const name = `<code>${escapeHtml(control)}</code>`;
    const link = linkTo(control, run);
    return link === undefined ? name : `<a href="${escapeHtml(link)}">${name}</a>`;
}

function article(finding: Finding, run: WholeRun): string {
    const label = labelOf(finding);
    const rows: readonly (readonly [string, string])[] = [
        ["Field", finding.path],
        ["Remedy", finding.remediation],
        ["Standards", references(finding).join(", ")],
        ["Managed by", finding.owner ?? ""],
        [
            "Waived",
            finding.waiver === undefined
                ? ""
                : `until ${finding.waiver.expires} by ${finding.waiver.owner} (${finding.waiver.ticket}): ${finding.waiver.reason}`,
        ],
        [
            "Excepted",
            finding.exception === undefined ? "" : `by ${finding.exception.component}: ${finding.exception.reason}`,
        ],
    ];
    const details = rows
        .filter(([, text]) => text !== "")
        .map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`);
    return `<details class="finding" data-label="${label}"><summary><span class="badge ${label}">${label}</span> ${named(finding.control, run)} <span>${escapeHtml(messageOf(finding))}</span></summary><dl>${details.join("")}</dl></details>`;
}
