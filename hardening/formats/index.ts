import { json } from "./json";
import type { ReportFormat } from "./report";
import { tree } from "./tree";

export type { RenderOptions, ReportFormat, Run } from "./report";

/** Every format there is; a new one is a file and a line here. Formats are loaded only when they are asked for. */
const FORMATS: Readonly<Record<string, () => Promise<ReportFormat> | ReportFormat>> = {
    tree: () => tree,
    json: () => json,
    sarif: async () => (await import("./sarif.js")).sarif,
    junit: async () => (await import("./junit.js")).junit,
    markdown: async () => (await import("./markdown.js")).markdown,
    html: async () => (await import("./html.js")).html,
    gitlab: async () => (await import("./gitlab.js")).gitlab,
    "policy-report": async () => (await import("./policy-report.js")).policyReport,
};

/** The names that `--format` takes. */
export const FORMAT_NAMES: readonly string[] = Object.keys(FORMATS);

/** A format by its name. */
export async function formatNamed(name: string): Promise<ReportFormat> {
    const load = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
    if (load === undefined) {
        throw new Error(`no report format is named "${name}"`);
    }
    return load();
}
