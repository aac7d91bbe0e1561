import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { list, obj, str } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import type { Finding } from "../findings";
import { UsageError } from "../io";
import type { Known, Scanned, Verified } from "./score";

/** What a report knows besides files of the repository. */
export interface EvidenceInput {
    /** Root of the repository. */
    readonly directory: string;
    readonly stack: string;
    readonly resources: readonly Resource[];
    readonly findings: readonly Finding[];
    readonly controls: readonly string[];
    /** Results of the test runs: lines of JSON `{"test": "<file>: <title>", "passed": true}`. */
    readonly testResults?: string;
    /** Files that `hardening verify --format json` wrote of this stack. */
    readonly verifyResults: readonly string[];
    /** The report of `npm run security`. */
    readonly scanResults?: string;
}

/** Gathers what a run can prove. @throws UsageError where a results file can't be read. */
export function gatherEvidence(input: EvidenceInput): Known {
    const types = new Map<string, number>();
    for (const { type } of input.resources) {
        types.set(type, (types.get(type) ?? 0) + 1);
    }
    const path = (name: string): string => join(input.directory, name);
    return {
        findings: input.findings,
        controls: new Set(input.controls),
        types,
        alerts: new Set(input.resources.flatMap(alertsOf)),
        tests: input.testResults === undefined ? undefined : readTestResults(input.testResults),
        verified: input.verifyResults.length === 0 ? undefined : readVerifyResults(input.verifyResults, input.stack),
        scans: input.scanResults === undefined ? undefined : readScanResults(input.scanResults),
        exists: (name) => existsSync(path(name)),
        hasJob: (entry) => hasJob(input.directory, entry),
    };
}

/** Names of the alerts that a PrometheusRule defines. */
export function alertsOf({ type, props }: Resource): readonly string[] {
    if (!type.endsWith(":PrometheusRule")) {
        return [];
    }
    return list(obj(props["spec"])["groups"])
        .flatMap((group) => list(obj(group)["rules"]))
        .flatMap((rule) => str(obj(rule)["alert"]) || []);
}

function readText(file: string, option: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        throw new UsageError([`${option} ${file}: can't be read`]);
    }
}

/** A test that ran several times counts as passed only if it passed each time. */
function readTestResults(file: string): ReadonlyMap<string, boolean> {
    const results = new Map<string, boolean>();
    readText(file, "--tests")
        .split("\n")
        .forEach((line, index) => {
            if (line === "") {
                return;
            }
            const { test, passed } = parsedLine(line, `--tests ${file}:${index + 1}`);
            if (typeof test !== "string" || typeof passed !== "boolean") {
                throw new UsageError([`--tests ${file}:${index + 1}: must hold "test" and "passed"`]);
            }
            results.set(test, passed && (results.get(test) ?? true));
        });
    return results;
}

function parsedLine(line: string, place: string): Readonly<Record<string, unknown>> {
    try {
        return obj(JSON.parse(line));
    } catch {
        throw new UsageError([`${place}: is not JSON`]);
    }
}

/**
 * A check counts as proved only if every file that holds it says so. What the stack's own cluster says goes before what a
 * rehearsal says.
 */
function readVerifyResults(files: readonly string[], stack: string): ReadonlyMap<string, Verified> {
    const results = new Map<string, Verified>();
    for (const [name, result] of files.flatMap((file) => readVerified(file, stack))) {
        const known = results.get(name);
        if (
            known === undefined ||
            (known.rehearsal && !result.rehearsal) ||
            (known.rehearsal === result.rehearsal && !result.proved)
        ) {
            results.set(name, result);
        }
    }
    return results;
}

function readVerified(file: string, stack: string): readonly (readonly [string, Verified])[] {
    const report = parsedLine(readText(file, "--verified"), `--verified ${file}`);
    const { checks } = report;
    if (!Array.isArray(checks)) {
        throw new UsageError([
            `--verified ${file}: must hold a list named "checks"; hardening verify --format json writes it`,
        ]);
    }
    if (report["stack"] !== stack) {
        throw new UsageError([
            `--verified ${file}: is about the stack ${JSON.stringify(report["stack"])}, not about "${stack}"`,
        ]);
    }
    const rehearsal = report["rehearsal"] === true;
    const where = `cluster ${str(report["cluster"])} at ${str(report["at"])}`;
    return checks.map((check) => [
        str(obj(check)["name"]),
        { proved: obj(check)["status"] === "proved", rehearsal, where },
    ]);
}

function readScanResults(file: string): ReadonlyMap<string, Scanned> {
    const { tools, results } = parsedLine(readText(file, "--scans"), `--scans ${file}`);
    if (!Array.isArray(tools) || !Array.isArray(results)) {
        throw new UsageError([
            `--scans ${file}: must hold lists named "tools" and "results"; npm run security writes it`,
        ]);
    }
    const blocking = results.map(obj).filter(({ level }) => level === "critical" || level === "high");
    return new Map(
        tools.map(obj).map((tool) => {
            const name = str(tool["name"]);
            return [
                name,
                tool["status"] === "ran"
                    ? { blocking: blocking.filter((finding) => finding["tool"] === name).length }
                    : { notRun: str(tool["reason"]) || "no reason given" },
            ];
        }),
    );
}

function hasJob(directory: string, entry: string): boolean {
    const [file = "", job = ""] = entry.split("#");
    const path = join(directory, file);
    if (!existsSync(path)) {
        return false;
    }
    return job in obj(obj(load(readFileSync(path, "utf8")))["jobs"]);
}
