import { readFileSync } from "node:fs";

import { controls } from "../policies/controls";
import { namesOf } from "../policies/engine/names";
import { isObj } from "../policies/kubernetes/kube";
import type { Finding } from "./findings";
import { fingerprint } from "./fingerprint";
import { UsageError } from "./io";
import { reasonOf } from "./sources/files";

/** How often each finding occurs in a former report, by fingerprint. */
export type Baseline = ReadonlyMap<string, number>;

/** Fields a finding is identified by; a report that lacks one is not ours. */
const IDENTITY = ["source", "kind", "namespace", "name", "control", "path", "status"] as const;

/**
 * Reads a report made by `--format json`.
 *
 * @throws UsageError where the file can't be read or is no such report.
 */
export function readBaseline(file: string): Baseline {
    let report: unknown;
    try {
        report = JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
        const reason = error instanceof SyntaxError ? `is no JSON: ${error.message}` : reasonOf(error);
        throw new UsageError([`--baseline ${file}: ${reason}`]);
    }
    if (!isObj(report) || report["schema"] !== 1 || !Array.isArray(report["results"])) {
        throw new UsageError([`--baseline ${file}: is no report of "--format json" (schema 1)`]);
    }
    // A report of an older release may call a control by a name that it had then.
    const nameOf = namesOf(controls);
    const known = new Map<string, number>();
    for (const [index, result] of report["results"].entries()) {
        if (!isObj(result) || IDENTITY.some((field) => typeof result[field] !== "string")) {
            throw new UsageError([`--baseline ${file}: results[${index}] lacks one of ${IDENTITY.join(", ")}`]);
        }
        if (result["status"] === "violation") {
            const finding = result as unknown as Finding;
            const key = fingerprint({ ...finding, control: nameOf(finding.control) ?? finding.control });
            known.set(key, (known.get(key) ?? 0) + 1);
        }
    }
    return known;
}

/** Marks the violations that the baseline holds as known; each entry of the baseline excuses one. */
export function* applyBaseline<Came>(
    findings: Generator<Finding, Came, undefined>,
    baseline: Baseline,
): Generator<Finding, Came, undefined> {
    const left = new Map(baseline);
    const marked = (finding: Finding): Finding => {
        if (finding.status !== "violation") {
            return finding;
        }
        const key = fingerprint(finding);
        const remaining = left.get(key) ?? 0;
        left.set(key, remaining - 1);
        return remaining > 0 ? { ...finding, known: true } : finding;
    };
    for (;;) {
        const next = findings.next();
        if (next.done === true) {
            return next.value;
        }
        yield marked(next.value);
    }
}
