import type { FormatTable } from "../formats/format";
import { jsonText } from "../formats/format";
import { painter } from "../formats/style";
import { mermaidOf } from "./mermaid";
import type { PathsReport } from "./report";
import { textOf } from "./text";

/** The forms of the report on paths. */
export const PATHS_FORMATS = {
    text:
        () =>
        (report, { colour }) =>
            textOf(report, painter(colour)),
    json:
        () =>
        ({ cut, reach, baseline, ...report }) =>
            jsonText({
                schema: 1,
                ...report,
                cut: cut ?? null,
                ...(reach !== undefined && { reach }),
                ...(baseline !== undefined && { baseline }),
            }),
    sarif: async () => (await import("./sarif.js")).sarifOf,
    mermaid: () => mermaidOf,
    svg: async () => (await import("./svg.js")).svgOf,
    html: async () => (await import("./html.js")).htmlOf,
} as const satisfies FormatTable<PathsReport>;
