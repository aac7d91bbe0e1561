import type { Finding } from "../findings";
import { fails } from "../findings";
import type { RenderOptions } from "./format";
import type { Outcome, Run } from "./report";
import { notJudgedLines, written } from "./report";
import type { Painter } from "./style";
import { count, duration, painter, plain, SEVERITY_STYLE } from "./style";

/** A tree for people: source, object, findings; then what went wrong and a summary. */
export function* tree(run: Run, { colour }: RenderOptions): Iterable<string> {
    const paint = painter(colour);
    const branches = new Branches(paint);
    const outcome = yield* written(run.findings, (finding) => branches.take(finding));
    yield branches.rest();
    yield `${[...failureLines(outcome, paint), ...unseenLines(outcome, paint), ...summaryLines(run, outcome, paint)].join("\n")}\n`;
}

/** Findings come object by object, so that no more than those of one are held. */
class Branches {
    private ofObject: Finding[] = [];

    constructor(private readonly paint: Painter) {}

    /** Takes a finding, and returns the lines of those before it where it is about another object. */
    public take(finding: Finding): string {
        const previous = this.ofObject[0];
        const sameSource = previous?.source === finding.source;
        if (previous !== undefined && sameSource && isSameObject(previous, finding)) {
            this.ofObject.push(finding);
            return "";
        }
        const before = [...branch(this.ofObject, !sameSource, this.paint)].join("");
        this.ofObject = [finding];
        return sameSource ? before : `${before}${this.paint("cyan", plain(finding.source) || "(no source)")}\n`;
    }

    /** The lines of what is still held. */
    public rest(): string {
        return [...branch(this.ofObject, true, this.paint)].join("");
    }
}

function isSameObject(one: Finding, other: Finding): boolean {
    return one.kind === other.kind && one.namespace === other.namespace && one.name === other.name;
}

/** The findings of one object, which may be the last of its source. */
function* branch(findings: readonly Finding[], last: boolean, paint: Painter): Iterable<string> {
    const [first] = findings;
    if (first !== undefined) {
        const object = objectOf(first);
        yield `${last ? "└─" : "├─"} ${paint("bold", plain(object))}\n`;
        for (const line of findingLines(findings, `${object}: `, last ? "   " : "│  ", paint)) {
            yield `${line}\n`;
        }
        yield last ? "\n" : "";
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

function* findingLines(findings: readonly Finding[], prefix: string, indent: string, paint: Painter): Iterable<string> {
    for (const [index, finding] of findings.entries()) {
        const last = index === findings.length - 1;
        // The line above names the object already.
        const { control, message } = finding;
        const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
        yield `${indent}${last ? "└─" : "├─"} ${badge(finding, paint)} ${control}: ${plain(text)}`;
        const note = noteOf(finding);
        if (note !== "") {
            yield `${indent}${last ? "   " : "│  "}   ${paint("dim", plain(note))}`;
        }
    }
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

/** What could not be read or judged, one line each. */
function failureLines({ failures }: Outcome, paint: Painter): readonly string[] {
    if (failures.length === 0) {
        return [];
    }
    return [
        paint("red", paint("bold", "Errors")),
        ...failures.map(({ source, line, message }) => {
            const place = line === undefined ? source : `${source}:${line}`;
            return `  ${plain(place)}${place === "" ? "" : ": "}${plain(message)}`;
        }),
        "",
    ];
}

/** What no control has looked at, one line for each kind. */
function unseenLines(outcome: Outcome, paint: Painter): readonly string[] {
    const lines = notJudgedLines(outcome);
    return lines.length === 0 ? [] : [paint("bold", "Not judged"), ...lines.map((line) => `  ${plain(line)}`), ""];
}

/** The last lines of a run: what was done, what was found, and how long it took. */
export function summaryLines(
    { selected, profile }: Pick<Run, "selected" | "profile">,
    { subject, failures, resources, elapsedMs, tally }: Outcome,
    paint: Painter,
): readonly string[] {
    const summary = tally.summary(resources);
    const details = [
        ...(tally.advisory > 0 ? [`${tally.advisory} advisory`] : []),
        ...(tally.known > 0 ? [`${tally.known} in the baseline`] : []),
    ];
    const violations = `${count(summary.violations, "violation")}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
    return [
        `${subject}: ${count(resources, "object")}, ${count(selected.length, "control")} (profile ${profile}), ${duration(elapsedMs)}`,
        [
            paint(summary.violations > 0 ? "red" : "green", violations),
            `${summary.waived} waived`,
            `${summary.unverifiable} unverifiable`,
            ...(summary.notJudged > 0 ? [paint("yellow", `${summary.notJudged} not judged`)] : []),
            ...(failures.length > 0 ? [paint("red", count(failures.length, "error"))] : []),
        ].join(", "),
    ];
}
