import type { Hop, PathsReport } from "./report";
import { hopsOf } from "./report";

/** The paths as one Mermaid flow chart: a place that several of them pass is drawn once. */
export function mermaidOf(report: PathsReport): string {
    const { from, to, limits, unseen } = report;
    const hops = hopsOf(report);
    const titles = [...new Set(hops.flatMap((hop) => [hop.from, hop.to]))];
    const ids = new Map(titles.map((title, index) => [title, `n${index}`]));
    const notes = [...limits, ...unseen.map(({ what, why }) => `not known: ${what}: ${why}`)];
    return [
        "flowchart LR",
        ...notes.map((note) => `    %% ${note.replace(/\s+/g, " ")}`),
        ...(titles.length === 0 ? [`    n0[${quoted(`no path from ${from} to ${to}`)}]`] : []),
        ...titles.map((title) => `    ${ids.get(title)}[${quoted(title)}]`),
        ...hops.map((hop) => arrow(hop, ids)),
        "",
    ].join("\n");
}

function arrow({ from, to, edge, technique }: Hop, ids: ReadonlyMap<string, string>): string {
    return `    ${ids.get(from)} -->|${quoted(`${edge} ${technique.id}`)}| ${ids.get(to)}`;
}

/** A label in Mermaid's quotes, which know entities by `#name;`. */
function quoted(text: string): string {
    const entities: Readonly<Record<string, string>> = { '"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;" };
    return `"${text.replace(/["#<>]/g, (character) => entities[character] ?? character).replace(/\s+/g, " ")}"`;
}
