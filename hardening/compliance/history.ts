import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { jsonContent, readContent } from "../../policies/engine/input";
import { listOf, number, partOf, text } from "../../policies/engine/schema";
import { UsageError } from "../io";
import { readText } from "../sources/files";
import type { ComplianceReport, HistoryPoint } from "./model";
import type { RowState } from "./score";

/**
 * Former reports of a stack in a folder, oldest first; the folder is made where there is none.
 *
 * @throws InputError naming what is no folder, or a file that is no report
 */
export function readHistory(directory: string, stack: string): readonly HistoryPoint[] {
    return filesOf(directory)
        .filter((file) => file.startsWith(`${stack}-`) && file.endsWith(".json"))
        .filter((file) => (NAMED.exec(file)?.[1] ?? stack) === stack)
        .sort()
        .map((file) => readPoint(join(directory, file)));
}

/** A name that {@link addToHistory} gives: another stack's may begin with this one's, as `prod-eu` does with `prod`. */
const NAMED = /^(.+)-\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z\.json$/;

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

const FULFILLED: readonly string[] = ["satisfied", "waived"] satisfies readonly RowState[];

function readPoint(file: string): HistoryPoint {
    const { at, score, areas } = readContent(REPORT, jsonContent(readText(file, "--history"), file), file);
    const fulfilled = areas.flatMap(({ rows }) => rows).filter(({ state }) => FULFILLED.includes(state));
    return { at, ...score, fulfilledRows: fulfilled.map(({ id }) => id) };
}

/** Adds a report to the folder, named by stack and time, so that names sort by age. */
export function addToHistory(directory: string, report: ComplianceReport): void {
    const file = `${report.stack}-${report.at.replaceAll(":", "")}.json`;
    writeFileSync(join(directory, file), `${JSON.stringify(report, null, 2)}\n`);
}
