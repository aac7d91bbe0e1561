import { controls } from "../policies/controls";
import { jsonContent, readContent } from "../policies/engine/input";
import { namesOf } from "../policies/engine/names";
import { anyText, exactly, listOf, optional, partOf, text } from "../policies/engine/schema";
import type { Finding } from "./findings";
import { fingerprint } from "./fingerprint";
import { readText } from "./sources/files";

/** How often each finding occurs in a former report, by fingerprint. */
export type Baseline = ReadonlyMap<string, number>;

/** What a finding is identified by, as {@link fingerprint} reads it. */
const RESULT = partOf({
    source: anyText,
    kind: anyText,
    namespace: anyText,
    name: anyText,
    control: text(),
    path: anyText,
    status: text(),
    container: optional(text()),
    also: optional(listOf(partOf({ control: text(), path: anyText, container: optional(text()) }))),
});
const REPORT = partOf({ schema: exactly(1), results: listOf(RESULT) });

/**
 * Reads a report made by `--format json`.
 *
 * @throws InputError where the file can't be read or is no such report
 */
export function readBaseline(file: string): Baseline {
    const { results } = readContent(REPORT, jsonContent(readText(file, "--baseline"), file), file);
    // A report of an older release may call a control by a name that it had then.
    const nameOf = namesOf(controls);
    const known = new Map<string, number>();
    const violations = results.filter(({ status }) => status === "violation");
    // What one finding stands for is known too, each by itself.
    const each = violations.flatMap((one) => [
        one,
        ...(one.also ?? []).map(({ control, path, container }) => ({ ...one, control, path, container })),
    ]);
    for (const result of each) {
        const key = fingerprint({ ...result, control: nameOf(result.control) ?? result.control });
        known.set(key, (known.get(key) ?? 0) + 1);
    }
    return known;
}

/** Marks the violations that the baseline holds as known; each entry of the baseline excuses one. */
export function* applyBaseline<Came>(
    findings: Iterator<Finding, Came, undefined>,
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
