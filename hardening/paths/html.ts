import { STYLES } from "../formats/html-assets";
import { escapeHtml } from "../formats/html-escape";
import { htmlPage } from "../formats/html-page";
import { count } from "../formats/style";
import { drawing, DRAWING_STYLES } from "./drawing";
import type { Change, Hop, PathsReport } from "./report";
import { costOf, placeOf } from "./report";

const PAGE_STYLES = `${STYLES}${DRAWING_STYLES}
.canvas { overflow: auto; border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; }
.canvas svg { display: block; }
.path { margin: .5rem 0; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.path > summary { cursor: pointer; overflow-wrap: anywhere; }
.path.on { border-color: var(--high); }
.path button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: .35rem; padding: .2rem .6rem; cursor: pointer; }
ol li { margin: .5rem 0; overflow-wrap: anywhere; }
`;

/** Search over paths and what is within reach, and one path highlighted at a time; without it the page shows all. */
const SCRIPT = `
"use strict";
const paths = [...document.querySelectorAll(".path")];
const rows = [...document.querySelectorAll(".reach li")];
const parts = [...document.querySelectorAll("[data-paths]")];
const search = document.querySelector("input[type=search]");
const output = document.querySelector("output");
let chosen;
const highlight = () => {
  for (const path of paths) {
    path.classList.toggle("on", path.dataset.number === chosen);
    path.querySelector("button").setAttribute("aria-pressed", String(path.dataset.number === chosen));
  }
  for (const part of parts) {
    const on = part.dataset.paths.split(" ").includes(chosen);
    part.classList.toggle("on", chosen !== undefined && on);
    part.classList.toggle("off", chosen !== undefined && !on);
  }
};
for (const path of paths) {
  path.querySelector("button").addEventListener("click", () => {
    chosen = chosen === path.dataset.number ? undefined : path.dataset.number;
    highlight();
  });
}
const filter = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const item of [...paths, ...rows]) {
    const text = item.textContent.toLowerCase();
    item.hidden = !words.every((word) => text.includes(word));
    shown += item.hidden ? 0 : 1;
  }
  output.textContent = shown + " of " + (paths.length + rows.length);
};
if (search) {
  search.addEventListener("input", filter);
  search.form.addEventListener("submit", (event) => event.preventDefault());
}
`;

/** One page that works offline: the drawing, each path hop by hop, the cut, and what can't be seen. */
export function htmlOf(report: PathsReport): string {
    const { subject, from, to, paths, more, reach } = report;
    const verdict = paths.length === 0 ? "passed" : "failed";
    const title = `Attack paths: ${subject}`;
    const found = `${paths.length === 0 ? "no path" : count(paths.length, "path")}${more ? " and more" : ""}`;
    return htmlPage({
        title,
        styles: PAGE_STYLES,
        script: SCRIPT,
        body: [
            `<header><h1>Attack paths <span class="verdict ${verdict}">${escapeHtml(found)}</span></h1>`,
            `<p>${escapeHtml(`${subject}: from ${from} to ${to}`)}</p></header>`,
            '<form class="filters" role="search"><input type="search" placeholder="Object, edge or text" aria-label="Search paths"><output aria-live="polite"></output></form>',
            `<div class="canvas" tabindex="0" aria-label="Drawing of the paths">${drawing(report, title)}</div>`,
            "<main>",
            ...paths.map(section),
            ...(paths.length === 0 ? [] : [cutSection(report.cut)]),
            ...(reach === undefined
                ? []
                : [
                      `<details class="reach" open><summary>Within reach: ${reach.length}</summary>${list(reach)}</details>`,
                  ]),
            "</main>",
            limitSection(report),
        ],
    });
}

function section(path: readonly Hop[], index: number): string {
    const ends = [path[0]?.from ?? "", path.at(-1)?.to ?? ""].join(" → ");
    return [
        `<details class="path" data-number="${index}"${index === 0 ? " open" : ""}>`,
        `<summary>Path ${index + 1}: ${escapeHtml(ends)}, ${count(path.length, "hop")}</summary>`,
        `<p><button type="button" aria-pressed="false">Highlight</button></p>`,
        `<ol>${path.map(item).join("\n")}</ol></details>`,
    ].join("\n");
}

function item(hop: Hop): string {
    const rows: readonly (readonly [string, string])[] = [
        ["Because", hop.reason],
        ["Object", hop.object],
        ["Field", hop.field],
        ["Source", hop.source],
        ["Technique", `${hop.technique.id} ${hop.technique.name}`],
        ["Needs", hop.needs],
        ["Ended by", hop.remedy],
    ];
    const details = rows
        .filter(([, text]) => text !== "")
        .map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`);
    return `<li><code>${escapeHtml(hop.from)}</code> → <code>${escapeHtml(hop.to)}</code>: can ${escapeHtml(hop.does)}<dl>${details.join("")}</dl></li>`;
}

function cutSection(cut: readonly Change[] | undefined): string {
    if (cut === undefined) {
        return "<section><h2>No change of a manifest ends every path</h2></section>";
    }
    const rows = cut.map(
        (change) =>
            `<li><code>${escapeHtml(placeOf(change))}</code> ${escapeHtml(`${change.remedy} (${costOf(change)})`)}</li>`,
    );
    return `<section><h2>What ends every path, at the least cost</h2><ul>${rows.join("\n")}</ul></section>`;
}

function limitSection({ limits, unseen, size }: PathsReport): string {
    const unknown = unseen.map(({ what, why }) => `${what}: ${why}`);
    return [
        `<section class="errors"><h2>Not seen by this graph of ${count(size.nodes, "node")} and ${count(size.edges, "edge")}</h2>`,
        list(limits),
        ...(unknown.length === 0 ? [] : ["<h2>Not known, so that paths may be missing</h2>", list(unknown)]),
        "</section>",
    ].join("\n");
}

function list(items: readonly string[]): string {
    return `<ul>${items.map((each) => `<li>${escapeHtml(each)}</li>`).join("\n")}</ul>`;
}
