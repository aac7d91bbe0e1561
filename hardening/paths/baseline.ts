import { jsonContent, readContent } from "../../policies/engine/input";
import { boolean, exactly, listOf, partOf, text } from "../../policies/engine/schema";
import { UsageError } from "../io";
import { readText } from "../sources/files";
import type { Baseline, PathsReport } from "./report";

const REPORT = partOf({ schema: exactly(1), from: text(), to: text(), lateral: boolean(), edges: listOf(text()) });

/**
 * Reads a former report of the same question, made by `--format json`.
 *
 * @throws InputError where the file can't be read or is no such report
 * @throws UsageError where it answers another question, so that everything would look new
 */
export function readPathsBaseline(file: string, asked: Pick<PathsReport, "from" | "to" | "lateral">): Baseline {
    const { edges, ...report } = readContent(REPORT, jsonContent(readText(file, "--baseline"), file), file);
    if (report.from !== asked.from || report.to !== asked.to || report.lateral !== asked.lateral) {
        throw new UsageError([
            `--baseline ${file}: it is a report on ${questionOf(report)}, and this one is on ${questionOf(asked)}`,
        ]);
    }
    return { file, edges: new Set(edges) };
}

function questionOf({ from, to, lateral }: Pick<PathsReport, "from" | "to" | "lateral">): string {
    return `paths from ${from} to ${to}${lateral ? " with --lateral" : ""}`;
}
