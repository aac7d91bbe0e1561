import { json } from "./json";
import type { ReportFormat } from "./report";
import { tree } from "./tree";

export type { RenderOptions, ReportFormat, Run } from "./report";

/** Every format there is; a new one is a file and a line here. */
export const FORMATS: readonly ReportFormat[] = [tree, json];

/** A format by its name. */
export function formatNamed(name: string): ReportFormat {
    const format = FORMATS.find((candidate) => candidate.name === name);
    if (format === undefined) {
        throw new Error(`no report format is named "${name}"`);
    }
    return format;
}
