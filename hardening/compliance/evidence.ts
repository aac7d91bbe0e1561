import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { list, obj, str } from "../../policies/kube";
import type { Resource } from "../../policies/resource";
import type { Finding } from "../findings";
import { UsageError } from "../io";
import type { Known } from "./score";

/** What a report knows besides files of the repository. */
export interface EvidenceInput {
    /** Root of the repository. */
    readonly directory: string;
    readonly resources: readonly Resource[];
    readonly findings: readonly Finding[];
    readonly controls: readonly string[];
    /** Results of the test runs: lines of JSON `{"test": "<file>: <title>", "passed": true}`. */
    readonly testResults?: string;
    /** The JSON that `hardening verify --format json` writes. */
    readonly verifyResults?: string;
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
        verified: input.verifyResults === undefined ? undefined : readVerifyResults(input.verifyResults),
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

function readVerifyResults(file: string): ReadonlyMap<string, boolean> {
    const { checks } = parsedLine(readText(file, "--verified"), `--verified ${file}`);
    if (!Array.isArray(checks)) {
        throw new UsageError([
            `--verified ${file}: must hold a list named "checks"; hardening verify --format json writes it`,
        ]);
    }
    return new Map(checks.map((check) => [str(obj(check)["name"]), obj(check)["status"] === "proved"]));
}

function hasJob(directory: string, entry: string): boolean {
    const [file = "", job = ""] = entry.split("#");
    const path = join(directory, file);
    if (!existsSync(path)) {
        return false;
    }
    return job in obj(obj(load(readFileSync(path, "utf8")))["jobs"]);
}
