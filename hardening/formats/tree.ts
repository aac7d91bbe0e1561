import { WAIVER_RULES } from "../../policies/engine/governance";
import type { Finding } from "../findings";
import { placeOfFailure } from "../findings";
import type { RenderOptions } from "./format";
import type { ObjectFindings } from "./order";
import { labelOf, messageOf, ordered } from "./order";
import type { Outcome, Run } from "./report";
import { notJudgedLines, written } from "./report";
import type { Painter } from "./style";
import { count, duration, LABEL_STYLE, painter, plain, plainLines, wrapped } from "./style";
import { Summary } from "./summary";
import type { View } from "./view";
import { isShown, WHOLE_VIEW } from "./view";
import type { FoldedFindings, WaivedGroup } from "./waivers";
import { exceptedGroups, waivedGroups } from "./waivers";

/** More findings than this are counted instead of shown, unless each is asked for. */
const MANY = 100;
/** More lines of waivers than this are folded by ticket alone. */
const MANY_WAIVERS = 10;

/**
 * A tree for people: sources, their objects and what was found in them, what matters most first; then waivers, folded, what
 * went wrong, and a summary. Where the findings are many they are counted instead, with the command that shows them.
 */
export function* tree(run: Run, { colour, columns }: RenderOptions): Iterable<string> {
    const paint = painter(colour);
    const view = run.view ?? WHOLE_VIEW;
    const seen = new Seen(view);
    const outcome = yield* written(run.findings, (finding) => seen.take(finding));
    // Lines that hold a command stay whole, so that it can be copied.
    const folded = (long: readonly string[]) =>
        columns === undefined ? long : long.flatMap((line) => wrapped(line, columns));
    const lines = [
        ...(seen.isCounted ? seen.lines(paint) : folded(seen.lines(paint))),
        ...(view.explain ? folded(explanations(run, seen.controls, paint)) : []),
        ...folded(waiverLines(seen.waived, view, paint)),
        ...folded(exceptionLines(seen.excepted, view, paint)),
        ...folded(failureLines(outcome, paint)),
        ...notJudged(outcome, paint),
        ...summaryLines(run, outcome, paint),
        ...(seen.hidden > 0 ? [paint("dim", `${count(seen.hidden, "finding")} left out of the view`)] : []),
    ];
    yield `${lines.join("\n")}\n`;
}

/** What is kept of the findings that have gone by. Of those that are counted none is. */
class Seen {
    public readonly waived: Finding[] = [];
    public readonly excepted: Finding[] = [];
    /** Names of the controls that found what is shown. */
    public readonly controls = new Set<string>();
    /** Findings that the view leaves out. */
    public hidden = 0;
    private findings: Finding[] = [];
    private summary: Summary | undefined;

    constructor(private readonly view: View) {
        this.summary = view.extent === "summary" ? new Summary() : undefined;
    }

    /** Keeps or counts a finding; nothing is written before all have been seen. */
    public take(finding: Finding): string {
        if (finding.waiver !== undefined) {
            this.waived.push(finding);
        } else if (finding.exception !== undefined) {
            this.excepted.push(finding);
        } else if (!isShown(finding, this.view)) {
            this.hidden++;
        } else {
            this.show(finding);
        }
        return "";
    }

    private show(finding: Finding): void {
        this.controls.add(finding.control);
        if (this.summary !== undefined) {
            this.summary.add(finding);
        } else {
            this.findings.push(finding);
            if (this.view.extent === "auto" && this.findings.length > MANY) {
                const summary = new Summary();
                this.findings.forEach((each) => summary.add(each));
                this.findings = [];
                this.summary = summary;
            }
        }
    }

    /** The findings are counted, not kept. */
    public get isCounted(): boolean {
        return this.summary !== undefined;
    }

    public lines(paint: Painter): readonly string[] {
        if (this.summary === undefined) {
            return ordered(this.findings).flatMap((objects) => [...sourceLines(objects, paint), ""]);
        }
        const { command } = this.view;
        return this.summary.isEmpty
            ? []
            : [
                  ...this.summary.lines(paint),
                  `Each of them:      ${paint("bold", `${command} --full`)}`,
                  `The gravest alone: ${paint("bold", `${command} --full --no-advisory --min-severity high`)}`,
                  "",
              ];
    }
}

/** What controls want, why, and how to put it right, in the order of the registry. */
function explanations({ selected }: Run, names: ReadonlySet<string>, paint: Painter): readonly string[] {
    return [...selected.map(({ control }) => control), ...Object.values(WAIVER_RULES)]
        .filter(({ name }) => names.has(name))
        .flatMap(({ name, description, why, remediation }) => [
            `${paint("bold", name)}: ${description}`,
            `   Why:    ${why}`,
            `   Remedy: ${remediation}`,
            "",
        ]);
}

function sourceLines(objects: readonly ObjectFindings[], paint: Painter): readonly string[] {
    const source = objects[0]?.source ?? "";
    return [
        paint("cyan", plain(source) || "(no source)"),
        ...objects.flatMap((object, index) => objectLines(object, index === objects.length - 1, paint)),
    ];
}

function objectLines({ object, findings }: ObjectFindings, last: boolean, paint: Painter): readonly string[] {
    const folded = [...Map.groupBy(findings, (finding) => `${labelOf(finding)} ${finding.control}`).values()];
    const indent = last ? "   " : "│  ";
    return [
        `${last ? "└─" : "├─"} ${paint("bold", plain(object))}`,
        ...folded.flatMap((alike, index) => findingLines(alike, indent, index === folded.length - 1, paint)),
    ];
}

/** The findings of one control in one object: the first in words, of the others where they are. */
function findingLines(alike: readonly Finding[], indent: string, last: boolean, paint: Painter): readonly string[] {
    const [finding, ...others] = alike;
    if (finding === undefined) {
        return [];
    }
    const label = labelOf(finding);
    const below = `${indent}${last ? "   " : "│  "}   `;
    const [first = "", ...rest] = plainLines(messageOf(finding));
    const notes = [
        ...(others.length > 0 ? [`and ${others.length} more: ${placesOf(others)}`] : []),
        ...(finding.owner === undefined ? [] : [`managed by ${finding.owner}: change it there`]),
    ];
    return [
        `${indent}${last ? "└─" : "├─"} ${paint(LABEL_STYLE[label], label.padEnd(8))} ${finding.control}: ${first}`,
        ...rest.map((line) => below + line),
        ...notes.map((note) => below + paint("dim", plain(note))),
    ];
}

/** Where findings are, as briefly as tells them apart: by container, or by path. */
function placesOf(findings: readonly Finding[]): string {
    const containers = new Set(findings.map(({ container }) => container));
    const byContainer = containers.size === findings.length && !containers.has(undefined);
    const shown = findings
        .slice(0, 5)
        .map(({ path, container = "" }) => (byContainer || path === "" ? `container "${container}"` : path));
    const more = findings.length - shown.length;
    return [...shown, ...(more > 0 ? [`${more} elsewhere`] : [])].join(", ");
}

/** Waived findings: by object and ticket, or by ticket alone where those are many. With `full`, each with its reasons. */
function waiverLines(waived: readonly Finding[], { extent }: View, paint: Painter): readonly string[] {
    if (waived.length === 0) {
        return [];
    }
    const byObject = waivedGroups(waived, "object");
    const full = extent === "full";
    const groups = full || byObject.length <= MANY_WAIVERS ? byObject : waivedGroups(waived, "ticket");
    const width = Math.max(...groups.map(({ ticket }) => plain(ticket).length));
    return [
        paint("bold", "Waived"),
        ...groups.flatMap((group) => [
            `  ${plain(group.ticket).padEnd(width)}  ${waivedText(group)}`,
            ...(full ? group.reasons.map((reason) => `  ${" ".repeat(width)}  ${paint("dim", plain(reason))}`) : []),
        ]),
        "",
    ];
}

/** Excepted findings by component. With `full`, each with its reasons. */
function exceptionLines(excepted: readonly Finding[], { extent }: View, paint: Painter): readonly string[] {
    const groups = exceptedGroups(excepted);
    return groups.length === 0
        ? []
        : [
              paint("bold", "Excepted"),
              ...groups.flatMap((group) => [
                  `  ${plain(group.component)}: ${foldedText(group)}`,
                  ...(extent === "full" ? group.reasons.map((reason) => `    ${paint("dim", plain(reason))}`) : []),
              ]),
              "",
          ];
}

function waivedText(group: WaivedGroup): string {
    return `${foldedText(group)}, until ${group.expires} by ${plain(group.owners.join(", "))}`;
}

/** How much was found in what. */
function foldedText({ objects, controls, findings }: FoldedFindings): string {
    const [object = ""] = objects;
    const [control = ""] = controls;
    const what =
        controls.length === 1 ? control : `${count(findings, "finding")} of ${count(controls.length, "control")}`;
    const where = objects.length === 1 ? plain(object) : count(objects.length, "object");
    return `${what} in ${where}`;
}

/** What could not be read or judged. */
function failureLines({ failures }: Outcome, paint: Painter): readonly string[] {
    if (failures.length === 0) {
        return [];
    }
    return [
        paint("red", paint("bold", "Errors")),
        ...failures.flatMap((failure) => {
            const place = placeOfFailure(failure);
            const [first = "", ...rest] = plainLines(failure.message);
            return [`  ${plain(place)}${place === "" ? "" : ": "}${first}`, ...rest.map((text) => `    ${text}`)];
        }),
        "",
    ];
}

/** What no control has looked at. */
function notJudged(outcome: Outcome, paint: Painter): readonly string[] {
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
            ...(summary.excepted > 0 ? [`${summary.excepted} excepted`] : []),
            `${summary.unverifiable} unverifiable`,
            ...(summary.notJudged > 0 ? [paint("yellow", `${summary.notJudged} not judged`)] : []),
            ...(failures.length > 0 ? [paint("red", count(failures.length, "error"))] : []),
        ].join(", "),
    ];
}
