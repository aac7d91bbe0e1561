import { ALL_FAMILIES } from "./edges";

const START = "<!-- edges -->";
const END = "<!-- /edges -->";

/** A document with the table of edges between its marks as the families say it now. */
export function withTable(text: string): string {
    const [before, rest] = text.split(START);
    const after = rest?.split(END)[1];
    if (before === undefined || after === undefined) {
        throw new Error(`the document lacks ${START} and ${END}`);
    }
    return `${before}${START}\n\n${table()}\n\n${END}${after}`;
}

function table(): string {
    const rows = ALL_FAMILIES.map(({ name, title, technique, needs, cut, flaw }) => [
        `\`${name}\`${flaw === true ? " (`--lateral`)" : ""}`,
        title,
        technique.id,
        needs,
        [cut.remedy || "how Kubernetes works", cut.control === undefined ? "" : `(\`${cut.control}\`)`]
            .join(" ")
            .trim(),
    ]);
    const all = [["Edge", "The attacker can", "ATT&CK", "Needs", "What ends it"], ...rows];
    const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
    const line = (row: readonly string[]): string =>
        `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
    const [head = [], ...body] = all.map(line);
    return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}
