import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { obj, str } from "../../policies/kubernetes/kube";
import { UsageError } from "../io";
import type { ComplianceReport, HistoryPoint } from "./model";

/**
 * Former reports of a stack in a folder, oldest first; the folder is made where there is none.
 *
 * @throws UsageError naming what is no folder, or a file that is no report
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

function readPoint(file: string): HistoryPoint {
    let report;
    try {
        report = obj(JSON.parse(readFileSync(file, "utf8")));
    } catch {
        throw new UsageError([`--history ${file}: is not JSON; only reports belong into this folder`]);
    }
    const { percent, open } = obj(report["score"]);
    if (typeof percent !== "number" || typeof open !== "number" || str(report["at"]) === "") {
        throw new UsageError([`--history ${file}: is not a compliance report`]);
    }
    return { at: str(report["at"]), percent, open };
}

/** Adds a report to the folder, named by stack and time, so that names sort by age. */
export function addToHistory(directory: string, report: ComplianceReport): void {
    const file = `${report.stack}-${report.at.replaceAll(":", "")}.json`;
    writeFileSync(join(directory, file), `${JSON.stringify(report, null, 2)}\n`);
}
