import { groupBy } from "../collections";
import type { Finding } from "../findings";
import { fails, summarise } from "../findings";
import type { ReportFormat, Run } from "./report";
import type { Painter } from "./style";
import { count, duration, painter, plain, SEVERITY_STYLE } from "./style";

/** A tree for people: source, object, findings; then what went wrong and a summary. */
export const tree: ReportFormat = {
    name: "tree",
    description: "a tree for people, with a summary",
    *render(run, { colour }) {
        const paint = painter(colour);
        for (const [source, findings] of groupBy(run.findings, (finding) => finding.source)) {
            yield `${section(source, findings, paint).join("\n")}\n\n`;
        }
        yield `${[...failureLines(run, paint), ...summaryLines(run, paint)].join("\n")}\n`;
    },
};

function section(source: string, findings: readonly Finding[], paint: Painter): readonly string[] {
    const objects = [...groupBy(findings, objectOf)];
    const lines = objects.flatMap(([object, ofObject], index) => {
        const last = index === objects.length - 1;
        return [
            `${last ? "└─" : "├─"} ${paint("bold", plain(object))}`,
            ...findingLines(ofObject, last ? "   " : "│  ", paint),
        ];
    });
    return [paint("cyan", plain(source) || "(no source)"), ...lines];
}

/** What a person calls the object of a finding. */
export function objectOf({ kind, namespace, name }: Finding): string {
    if (kind === "") {
        return "the stack as a whole";
    }
    const named = name || "(unnamed)";
    return `${kind} ${namespace === "" ? named : `${namespace}/${named}`}`;
}

function findingLines(findings: readonly Finding[], indent: string, paint: Painter): readonly string[] {
    return findings.flatMap((finding, index) => {
        const last = index === findings.length - 1;
        const head = `${indent}${last ? "└─" : "├─"} ${badge(finding, paint)} ${finding.control}`;
        const note = noteOf(finding);
        const below = `${indent}${last ? "   " : "│  "}   `;
        return [
            `${head}: ${plain(withoutObject(finding))}`,
            ...(note === "" ? [] : [`${below}${paint("dim", plain(note))}`]),
        ];
    });
}

function badge(finding: Finding, paint: Painter): string {
    switch (finding.status) {
        case "waived":
            return paint("grey", "waived  ");
        case "unverifiable":
            return paint("cyan", "unknown ");
        case "violation":
            return fails(finding)
                ? paint(SEVERITY_STYLE[finding.severity], finding.severity.padEnd(8))
                : paint("grey", finding.known === true ? "known   " : "advisory");
    }
}

function noteOf({ waiver, owner }: Finding): string {
    const notes = [
        ...(waiver === undefined
            ? []
            : [`waived until ${waiver.expires} by ${waiver.owner} (${waiver.ticket}): ${waiver.reason}`]),
        ...(owner === undefined ? [] : [`managed by ${owner}: change it there`]),
    ];
    return notes.join("; ");
}

/** The tree names the object already. */
function withoutObject(finding: Finding): string {
    const prefix = `${objectOf(finding)}: `;
    return finding.message.startsWith(prefix) ? finding.message.slice(prefix.length) : finding.message;
}

/** What could not be read or judged, one line each. */
export function failureLines(run: Run, paint: Painter): readonly string[] {
    if (run.failures.length === 0) {
        return [];
    }
    return [
        paint("red", paint("bold", "Errors")),
        ...run.failures.map(({ source, line, message }) => {
            const place = line === undefined ? source : `${source}:${line}`;
            return `  ${plain(place)}${place === "" ? "" : ": "}${plain(message)}`;
        }),
        "",
    ];
}

/** The last lines of a run: what was done, what was found, and how long it took. */
export function summaryLines(run: Run, paint: Painter): readonly string[] {
    const summary = summarise(run.findings, run.resources);
    const known = run.findings.filter((finding) => finding.known === true).length;
    const advisory = run.findings.filter((finding) => finding.status === "violation" && !fails(finding)).length - known;
    const details = [
        ...(advisory > 0 ? [`${advisory} advisory`] : []),
        ...(known > 0 ? [`${known} in the baseline`] : []),
    ];
    const violations = `${count(summary.violations, "violation")}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
    return [
        `${run.subject}: ${count(summary.resources, "object")}, ${count(run.selected.length, "control")} (profile ${run.profile}), ${duration(run.elapsedMs)}`,
        [
            paint(summary.violations > 0 ? "red" : "green", violations),
            `${summary.waived} waived`,
            `${summary.unverifiable} unverifiable`,
            ...(run.failures.length > 0 ? [paint("red", count(run.failures.length, "error"))] : []),
        ].join(", "),
    ];
}
