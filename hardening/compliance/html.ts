import { escapeHtml } from "../formats/html-escape";
import { htmlPage } from "../formats/html-page";
import { STYLES } from "./html-assets";
import { summary } from "./html-summary";
import type { ComplianceReport, FrameworkView } from "./model";
import { waitingFor, waitsForRuns } from "./outlook";
import type { RowState, ScoredArea, ScoredRow } from "./score";
import { LABEL } from "./score";
import { STATEMENT_HEADS, statementCells } from "./statements";

const STATES: readonly RowState[] = ["satisfied", "waived", "open", "not-applicable"];

/** The report as one page for an auditor: works offline, in light and dark, and in print. Loads and runs nothing. */
export function complianceHtml(report: ComplianceReport): string {
    return htmlPage({
        title: `Compliance of ${report.stack}`,
        styles: STYLES,
        body: [
            header(report),
            summary(report),
            "<h2>By area</h2>",
            `<div class="areas">${report.areas.map(bar).join("\n")}</div>`,
            "<h2>Rows and their evidence</h2>",
            ...report.areas.map(areaSection),
            "<h2>Statements</h2>",
            statements(report),
            "<h2>Waivers</h2>",
            waivers(report),
            "<h2>Standards</h2>",
            ...report.frameworks.map(framework),
        ],
    });
}

function header(report: ComplianceReport): string {
    const { percent, satisfied, waived, notApplicable, open } = report.score;
    return [
        "<header>",
        `<h1>Compliance of stack ${escapeHtml(report.stack)}</h1>`,
        `<p class="soft">Computed from evidence on ${report.at.replace(/\.\d+Z$/, "Z")}. Waived rows count as fulfilled and are named below.</p>`,
        `<div class="score"><b>${percent} %</b><p>${satisfied} satisfied · ${waived} waived · ${open} open · ${notApplicable} not applicable</p>${trend(report)}</div>`,
        "</header>",
    ].join("\n");
}

/** A line through the scores of former reports and this one; nothing where there is only this one. */
function trend({ history, score, at }: ComplianceReport): string {
    const points = [...history, { at, percent: score.percent, open: score.open }];
    if (points.length < 2) {
        return "";
    }
    const x = (index: number): number => (index / (points.length - 1)) * 200;
    const line = points
        .map(({ percent }, index) => `${x(index).toFixed(1)},${(40 - percent * 0.38).toFixed(1)}`)
        .join(" ");
    const label = `${points.length} reports, from ${points[0]?.percent ?? 0} % to ${score.percent} %`;
    return `<svg viewBox="0 0 200 42" role="img" aria-label="${label}"><title>${label}</title><polyline class="trend" points="${line}"/></svg>`;
}

function countOf(area: ScoredArea, state: RowState): number {
    return area.rows.filter((row) => row.state === state).length;
}

function bar(area: ScoredArea): string {
    // Rectangles instead of boxes: their widths are attributes, and the page allows no inline style.
    let offset = 0;
    const parts = STATES.flatMap((state) => {
        const width = (countOf(area, state) / Math.max(1, area.rows.length)) * 100;
        const part = `<rect class="${state}" x="${offset.toFixed(2)}" width="${width.toFixed(2)}" height="10"/>`;
        offset += width;
        return width > 0 ? [part] : [];
    });
    const fulfilled = countOf(area, "satisfied") + countOf(area, "waived");
    const applicable = area.rows.length - countOf(area, "not-applicable");
    return [
        `<span>${escapeHtml(area.id)} ${escapeHtml(area.title)}</span>`,
        `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${fulfilled} of ${applicable}">${parts.join("")}</svg>`,
        `<span>${fulfilled} of ${applicable}</span>`,
    ].join("\n");
}

function areaSection(area: ScoredArea): string {
    return [`<h3>${escapeHtml(area.id)} ${escapeHtml(area.title)}</h3>`, ...area.rows.map(rowDetails)].join("\n");
}

function rowDetails(row: ScoredRow): string {
    const waits = waitsForRuns(row);
    const proofs = row.proofs.map(({ kind, entry, state, detail }) => {
        // What it waits for is said once.
        const said = waits && state === "unproven" ? "" : `: ${escapeHtml(detail)}`;
        return `<li class="${state}">${LABEL[kind]} <code>${escapeHtml(entry)}</code>${said}</li>`;
    });
    return [
        // Open rows are what a reader is here for, and what print must show.
        `<details${row.state === "open" ? " open" : ""}>`,
        `<summary><span class="state ${row.state}">${row.state}</span> ${escapeHtml(row.id)} ${escapeHtml(row.title)}</summary>`,
        row.reason === "" ? "" : `<p>${escapeHtml(waits ? waitingFor(row) : row.reason)}</p>`,
        proofs.length === 0 ? "" : `<ul>${proofs.join("")}</ul>`,
        "</details>",
    ].join("");
}

function waivers({ waivers: lines }: ComplianceReport): string {
    if (lines.length === 0) {
        return "<p>None.</p>";
    }
    const rows = lines.map(({ control, object, expires, owner, ticket, reason, findings }) => {
        return row([expires, object, control, String(findings), owner, ticket, reason]);
    });
    const heads = ["Expires", "Object", "Control", "Findings", "Owner", "Ticket", "Reason"];
    return table(heads, rows);
}

function statements({ statements: lines }: ComplianceReport): string {
    return lines.length === 0
        ? "<p>None were given.</p>"
        : table(
              STATEMENT_HEADS,
              lines.map((line) => row(statementCells(line), line.refused === undefined ? "" : "missing")),
          );
}

function row(cells: readonly string[], style = ""): string {
    const shown = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("");
    return style === "" ? `<tr>${shown}</tr>` : `<tr class="${style}">${shown}</tr>`;
}

function table(heads: readonly string[], rows: readonly string[]): string {
    return `<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function framework({ title, version, requirements, notCovered }: FrameworkView): string {
    const rows = requirements.map(
        ({ id, state, controls }) =>
            `<tr><td>${escapeHtml(id)}</td><td class="${state}">${state}</td><td>${controls.map((name) => `<code>${escapeHtml(name)}</code>`).join(", ")}</td></tr>`,
    );
    const met = requirements.filter(({ state }) => state === "met" || state === "waived").length;
    return [
        `<details><summary>${escapeHtml(title)} ${escapeHtml(version)}: ${met} of ${requirements.length} answered requirements hold</summary>`,
        table(["Requirement", "State", "Controls"], rows),
        `</details><p class="soft">Not covered: ${escapeHtml(notCovered)}</p>`,
    ].join("");
}
