import type { Severity } from "../../policies/engine/control";
import type { Finding } from "../findings";
import { fails } from "../findings";
import { SEVERITIES } from "../severity";

/** What a finding is marked as: its severity where it fails the run, or why it doesn't. */
export type Label = Severity | "known" | "advisory" | "unknown" | "waived" | "excepted";

/** The labels in the order of reports, what matters most first. */
export const LABELS: readonly Label[] = [...SEVERITIES, "unknown", "advisory", "known", "waived", "excepted"];

export function labelOf(finding: Finding): Label {
    switch (finding.status) {
        case "waived":
        case "excepted":
            return finding.status;
        case "unverifiable":
            return "unknown";
        case "violation":
            return fails(finding) ? finding.severity : finding.known === true ? "known" : "advisory";
    }
}

/** What a person calls the object of a finding. */
export function objectOf({ kind, namespace, name }: Finding): string {
    if (kind === "") {
        return "the stack as a whole";
    }
    const named = name || "(unnamed)";
    return `${kind} ${namespace === "" ? named : `${namespace}/${named}`}`;
}

/** The message of a finding without the name of its object, for where that stands above it already. */
export function messageOf(finding: Finding): string {
    const prefix = `${objectOf(finding)}: `;
    return finding.message.startsWith(prefix) ? finding.message.slice(prefix.length) : finding.message;
}

/** The findings of one object of one source, what matters most first. */
export interface ObjectFindings {
    readonly source: string;
    readonly object: string;
    readonly findings: readonly Finding[];
}

/**
 * Findings by source and object: sources and objects with the gravest findings first, and among equals those with the most
 * of them. What is equal in that too keeps the order of the input.
 */
export function ordered(findings: Iterable<Finding>): readonly (readonly ObjectFindings[])[] {
    const bySource = [...Map.groupBy(findings, ({ source }) => source)].map(([source, ofSource]) =>
        [...Map.groupBy(ofSource, objectOf)]
            .map(([object, own]) => ({ source, object, findings: sorted(own), weight: weightOf(own) }))
            .sort((a, b) => compare(a.weight, b.weight)),
    );
    return bySource
        .map((objects) => ({ objects, weight: weightOf(objects.flatMap((object) => object.findings)) }))
        .sort((a, b) => compare(a.weight, b.weight))
        .map(({ objects }) => objects);
}

/** Findings with what matters most first, and of a label the graver first. */
export function sorted(findings: readonly Finding[]): readonly Finding[] {
    const rank = (finding: Finding): number =>
        LABELS.indexOf(labelOf(finding)) * SEVERITIES.length + SEVERITIES.indexOf(finding.severity);
    return findings
        .map((finding) => ({ finding, rank: rank(finding) }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ finding }) => finding);
}

/** How many findings there are of each label. */
function weightOf(findings: readonly Finding[]): readonly number[] {
    const counts = Map.groupBy(findings, labelOf);
    return LABELS.map((label) => counts.get(label)?.length ?? 0);
}

/** Whoever has more of the first label on which they differ comes first. */
function compare(a: readonly number[], b: readonly number[]): number {
    const at = a.findIndex((count, index) => count !== b[index]);
    return at === -1 ? 0 : (b[at] ?? 0) - (a[at] ?? 0);
}
