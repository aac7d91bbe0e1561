import { escapeHtml } from "../formats/html-escape";
import { count } from "../formats/style";
import type { ComplianceReport } from "./model";
import type { Outlook } from "./outlook";
import { nextStep, outlookOf, SOON_DAYS } from "./outlook";
import type { ScoredRow } from "./score";

/** How many of the open rows stand on the first page. */
const FIRST = 5;

/** What an executive reads, on the first page in print: what fell, what ends soon, and the worst open rows. */
export function summary(report: ComplianceReport): string {
    const outlook = outlookOf(report);
    return [
        '<section class="first">',
        `<p>${change(report)}</p>`,
        "<h2>What fell</h2>",
        fell(outlook),
        `<h2>What ends within ${SOON_DAYS} days</h2>`,
        ends(outlook),
        "<h2>What to do first</h2>",
        first(outlook),
        "</section>",
    ].join("\n");
}

function change({ score, history }: ComplianceReport): string {
    const former = history.at(-1);
    if (former === undefined) {
        return "No former report was given (--history), so there is no trend yet.";
    }
    const points = Math.round((score.percent - former.percent) * 10) / 10;
    const moved = points === 0 ? "Unchanged" : `${points > 0 ? "Up" : "Down"} by ${Math.abs(points)} points`;
    return `${moved} since ${former.at.slice(0, 10)}, when ${count(former.open, "row")} ${former.open === 1 ? "was" : "were"} open.`;
}

function fell({ fallen }: Outlook): string {
    if (fallen === undefined) {
        return "<p>Can't be told: no former report says which rows were open.</p>";
    }
    return fallen.length === 0 ? "<p>Nothing.</p>" : items(fallen.map(({ id, title }) => `${id} ${title}`));
}

function ends({ ending }: Outlook): string {
    return ending.length === 0
        ? "<p>No waiver and no attestation.</p>"
        : items(ending.map(({ until, what, owner }) => `${until}: ${what}, ${owner}`));
}

function items(texts: readonly string[]): string {
    return `<ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>`;
}

function first({ worst, waiting }: Outlook): string {
    const shown = worst.slice(0, FIRST);
    const more = worst.length - shown.length;
    return [
        shown.length === 0 ? "" : table(shown),
        more === 0 ? "" : `<p>${count(more, "other open row")} stand${more === 1 ? "s" : ""} below.</p>`,
        waiting.length === 0
            ? ""
            : `<p>${count(waiting.length, "open row")} lack${waiting.length === 1 ? "s" : ""} nothing but runs that were not given (--evidence).</p>`,
        worst.length + waiting.length === 0 ? "<p>No row is open.</p>" : "",
    ].join("");
}

function table(rows: readonly ScoredRow[]): string {
    const cells = rows.map((row) =>
        [`${row.id} ${row.title}`, row.owner, nextStep(row)].map((cell) => `<td>${escapeHtml(cell)}</td>`).join(""),
    );
    return `<table><thead><tr><th>Row</th><th>Owner</th><th>Next step</th></tr></thead><tbody>${cells.map((row) => `<tr>${row}</tr>`).join("")}</tbody></table>`;
}
