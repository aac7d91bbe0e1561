import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { jsonContent, readContent } from "../../policies/engine/input";
import { listOf, number, partOf, text } from "../../policies/engine/schema";
import { UsageError } from "../io";
import { readText } from "../sources/files";
import type { ComplianceReport, HistoryPoint } from "./model";

/**
 * Former reports of a stack in a folder, oldest first; the folder is made where there is none.
 *
 * @throws InputError naming what is no folder, or a file that is no report
 */
export function readHistory(directory: string, stack: string): readonly HistoryPoint[] {
    return filesOf(directory)
        .filter((file) => file.startsWith(`${stack}-`) && file.endsWith(".json"))
        .sort()
        .map((file) => readPoint(join(directory, file)));
}

function filesOf(directory: string): readonly string[] {
    try {
        mkdirSync(directory, { recursive: true });
        return readdirSync(directory);
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new UsageError([`--history ${directory} is not a folder that can be written to (${code})`]);
    }
}

const ROWS = listOf(partOf({ id: text(), state: text() }));
const REPORT = partOf({
    at: text(),
    score: partOf({ percent: number, open: number }),
    areas: listOf(partOf({ rows: ROWS })),
});

function readPoint(file: string): HistoryPoint {
    const { at, score, areas } = readContent(REPORT, jsonContent(readText(file, "--history"), file), file);
    const open = areas.flatMap(({ rows }) => rows).filter(({ state }) => state === "open");
    return { at, ...score, openRows: open.map(({ id }) => id) };
}

/** Adds a report to the folder, named by stack and time, so that names sort by age. */
export function addToHistory(directory: string, report: ComplianceReport): void {
    const file = `${report.stack}-${report.at.replaceAll(":", "")}.json`;
    writeFileSync(join(directory, file), `${JSON.stringify(report, null, 2)}\n`);
}
