import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { Attempts, jsonContent, readContent } from "../../policies/engine/input";
import { boolean, listOf, oneOf, optional, partOf, refined, text } from "../../policies/engine/schema";
import { list, obj, str } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import type { Finding } from "../findings";
import { readText } from "../sources/files";
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

/** Gathers what a run can prove. @throws InputError where a results file can't be read. */
export function gatherEvidence(input: EvidenceInput): Known {
    const types = new Map<string, number>();
    for (const { type } of input.resources) {
        types.set(type, (types.get(type) ?? 0) + 1);
    }
    const path = (name: string): string => join(input.directory, name);
    const { testResults, verifyResults, scanResults } = input;
    const attempts = new Attempts();
    const known: Known = {
        findings: input.findings,
        controls: new Set(input.controls),
        types,
        alerts: new Set(input.resources.flatMap(alertsOf)),
        tests: testResults === undefined ? undefined : attempts.of(() => readTestResults(testResults), undefined),
        verified: verifyResults.length === 0 ? undefined : readVerifyResults(verifyResults, input.stack, attempts),
        scans: scanResults === undefined ? undefined : attempts.of(() => readScanResults(scanResults), undefined),
        exists: (name: string) => existsSync(path(name)),
        hasJob: (entry: string) => hasJob(input.directory, entry),
    };
    attempts.finish();
    return known;
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

const TEST_RESULT = partOf({ test: text(), passed: boolean() });

/** A test that ran several times counts as passed only if it passed each time. */
function readTestResults(file: string): ReadonlyMap<string, boolean> {
    const lines = readText(file, "--tests").split("\n");
    const attempts = new Attempts();
    const runs = lines.flatMap((line, index) => {
        const place = `${file}:${index + 1}`;
        return line === "" ? [] : attempts.of(() => [readContent(TEST_RESULT, jsonContent(line, place), place)], []);
    });
    attempts.finish();
    const results = new Map<string, boolean>();
    for (const { test, passed } of runs) {
        results.set(test, passed && (results.get(test) ?? true));
    }
    return results;
}

/**
 * A check counts as proved only if every file that holds it says so. What the stack's own cluster says goes before what a
 * rehearsal says.
 */
function readVerifyResults(files: readonly string[], stack: string, attempts: Attempts): ReadonlyMap<string, Verified> {
    const results = new Map<string, Verified>();
    for (const [name, result] of files.flatMap((file) => attempts.of(() => readVerified(file, stack), []))) {
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

/** What `hardening verify --format json` writes. */
const VERIFIED = partOf({
    stack: text(),
    cluster: text(),
    at: text(),
    rehearsal: boolean(),
    checks: listOf(partOf({ name: text(), status: oneOf("proved", "failed", "unknown") })),
});

function readVerified(file: string, stack: string): readonly (readonly [string, Verified])[] {
    const ofStack = refined(VERIFIED, (report) =>
        report.stack === stack ? undefined : `is about the stack "${report.stack}", not about "${stack}"`,
    );
    const content = jsonContent(readText(file, "--verified"), file);
    const { cluster, at, rehearsal, checks } = readContent(ofStack, content, file);
    const where = `cluster ${cluster} at ${at}`;
    return checks.map(({ name, status }) => [name, { proved: status === "proved", rehearsal, where }]);
}

/** What `npm run security` writes. */
const SCANS = partOf({
    tools: listOf(partOf({ name: text(), status: oneOf("ran", "skipped", "failed"), reason: optional(text()) })),
    results: listOf(partOf({ tool: text(), level: oneOf("critical", "high", "medium", "low") })),
});

function readScanResults(file: string): ReadonlyMap<string, Scanned> {
    const { tools, results } = readContent(SCANS, jsonContent(readText(file, "--scans"), file), file);
    const blocking = results.filter(({ level }) => level === "critical" || level === "high");
    return new Map(
        tools.map(({ name, status, reason = "no reason given" }) => [
            name,
            status === "ran" ? { blocking: blocking.filter(({ tool }) => tool === name).length } : { notRun: reason },
        ]),
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
