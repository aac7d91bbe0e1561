/** Styles of the HTML report, light and dark after the reader's setting. */
export const STYLES = `
:root { --page: #f7f7f8; --card: #fff; --text: #1b1d22; --soft: #5c6270; --line: #dcdfe5;
  --critical: #a3146f; --high: #b3261e; --medium: #8a5a00; --low: #1f5fae; --good: #1b6e3c; --quiet: #5c6270; }
@media (prefers-color-scheme: dark) { :root { --page: #14161a; --card: #1d2026; --text: #e8eaee; --soft: #a2a9b6;
  --line: #343943; --critical: #ff8fd0; --high: #ff8a80; --medium: #ffc766; --low: #8cbcff; --good: #7ddc9f; --quiet: #a2a9b6; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 75rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
h3 { margin: 0 0 .25rem; font-size: .95rem; overflow-wrap: anywhere; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
header p, dt { color: var(--soft); }
.verdict.passed { color: var(--good); }
.verdict.failed, .verdict.incomplete { color: var(--high); }
.tiles { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; padding: 0; list-style: none; }
.tile { min-width: 6.5rem; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.tile b { display: block; font-size: 1.4rem; line-height: 1.2; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); }
.low { color: var(--low); } .quiet, .waived, .advisory, .known, .unverifiable { color: var(--quiet); }
.errors { border: 1px solid var(--high); border-radius: .5rem; padding: 0 1rem; background: var(--card); }
.filters { position: sticky; top: 0; display: flex; flex-wrap: wrap; align-items: center; gap: .35rem 1rem; padding: .75rem 0;
  background: var(--page); border-bottom: 1px solid var(--line); }
.filters input[type=search] { flex: 1 1 14rem; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--card); color: inherit; font: inherit; }
.filters output { color: var(--soft); }
.object { margin: .5rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.finding summary { padding: .15rem 0; cursor: pointer; overflow-wrap: anywhere; }
.badge { display: inline-block; min-width: 6.2rem; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .25rem 0 .75rem 1.1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.clean { color: var(--good); font-weight: 600; }
[hidden] { display: none !important; }
`;

/** Filters the findings; without it the page shows them all. */
export const SCRIPT = `
"use strict";
const form = document.querySelector(".filters");
if (form) {
  const search = form.querySelector("input[type=search]");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const findings = [...document.querySelectorAll(".finding")];
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const labels = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    for (const finding of findings) {
      const place = finding.closest(".object").querySelector("h3").textContent;
      const text = (place + " " + finding.textContent).toLowerCase();
      finding.hidden = !labels.has(finding.dataset.label) || !words.every((word) => text.includes(word));
      shown += finding.hidden ? 0 : 1;
    }
    for (const group of [...document.querySelectorAll(".object"), ...document.querySelectorAll(".source")]) {
      group.hidden = !group.querySelector(".finding:not([hidden])");
    }
    form.querySelector("output").textContent = shown + " of " + findings.length;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
`;
