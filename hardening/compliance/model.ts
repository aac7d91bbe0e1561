import { append } from "../../policies/kubernetes/selectors";
import type { Control } from "../../policies/engine/control";
import type { FrameworkName } from "../../policies/engine/frameworks";
import { FRAMEWORKS } from "../../policies/engine/frameworks";
import type { Submission } from "../evidence/admission";
import type { Finding } from "../findings";
import { UNCOVERED } from "./frameworks";
import type { Score, ScoredArea } from "./score";
import { totalScore } from "./score";

/** A waiver in force, with what it covers. */
export interface WaiverLine {
    readonly control: string;
    readonly object: string;
    readonly reason: string;
    readonly owner: string;
    readonly ticket: string;
    readonly expires: string;
    readonly findings: number;
}

/** What a requirement comes to, from the best to the worst. */
export const REQUIREMENT_STATES = ["met", "waived", "unknown", "failed"] as const;

/** One requirement of a standard, and what this run says of the controls that answer to it. */
export interface Requirement {
    readonly id: string;
    readonly controls: readonly string[];
    /**
     * `failed`: a control found a violation; `unknown`: one could not tell, since a value is not known before deployment;
     * `waived`: all that was found is waived; `met`: every control found nothing, or what components need excepted.
     */
    readonly state: (typeof REQUIREMENT_STATES)[number];
}

export interface FrameworkView {
    readonly name: FrameworkName;
    readonly title: string;
    readonly version: string;
    readonly requirements: readonly Requirement[];
    /** What of the standard these controls can't show, in plain words. */
    readonly notCovered: string;
}

/** A former report, for the trend. */
export interface HistoryPoint {
    readonly at: string;
    readonly percent: number;
    readonly open: number;
    /** Ids of the rows that were satisfied or waived. */
    readonly fulfilledRows?: readonly string[];
}

/** A file of evidence, without what it says. */
export type StatementLine = Omit<Submission, "results">;

/** The compliance report of one stack; its JSON form is stable. */
export interface ComplianceReport {
    readonly schema: 1;
    readonly stack: string;
    readonly at: string;
    readonly score: Score;
    readonly areas: readonly ScoredArea[];
    /** The files of evidence, each with why it proves nothing where it does not. */
    readonly statements: readonly StatementLine[];
    readonly waivers: readonly WaiverLine[];
    readonly frameworks: readonly FrameworkView[];
    /** Oldest first; without this report. */
    readonly history: readonly HistoryPoint[];
}

/** Puts a report together from what was judged. */
export function complianceReport(input: {
    readonly stack: string;
    readonly at: Date;
    readonly areas: readonly ScoredArea[];
    readonly submissions: readonly Submission[];
    readonly findings: readonly Finding[];
    readonly controls: readonly Control[];
    readonly history: readonly HistoryPoint[];
}): ComplianceReport {
    return {
        schema: 1,
        stack: input.stack,
        at: input.at.toISOString(),
        score: totalScore(input.areas),
        areas: input.areas,
        statements: input.submissions.map((submission) => ({ ...submission, results: undefined })),
        waivers: waiverLines(input.findings),
        frameworks: frameworkViews(input.controls, input.findings),
        history: input.history,
    };
}

function waiverLines(findings: readonly Finding[]): readonly WaiverLine[] {
    const lines = new Map<string, WaiverLine>();
    for (const { waiver, control, kind, namespace, name } of findings) {
        if (waiver !== undefined) {
            const { reason, owner, ticket, expires, from } = waiver;
            const object = `${kind} ${namespace === "" ? name : `${namespace}/${name}`}`;
            const count = lines.get(from)?.findings ?? 0;
            lines.set(from, { control, object, reason, owner, ticket, expires, findings: count + 1 });
        }
    }
    return [...lines.values()].sort(
        (a, b) => a.expires.localeCompare(b.expires, "en") || a.object.localeCompare(b.object, "en"),
    );
}

function frameworkViews(controls: readonly Control[], findings: readonly Finding[]): readonly FrameworkView[] {
    const ofStatus = (wanted: Finding["status"]): ReadonlySet<string> =>
        new Set(findings.filter(({ status }) => status === wanted).map(({ control }) => control));
    const [violated, unverifiable, waived] = [ofStatus("violation"), ofStatus("unverifiable"), ofStatus("waived")];
    const stateOf = (names: readonly string[]): Requirement["state"] => {
        const some = (among: ReadonlySet<string>): boolean => names.some((control) => among.has(control));
        return some(violated) ? "failed" : some(unverifiable) ? "unknown" : some(waived) ? "waived" : "met";
    };
    return (Object.keys(FRAMEWORKS) as FrameworkName[]).flatMap((name) => {
        const requirements = new Map<string, string[]>();
        for (const control of controls) {
            for (const { id } of control.frameworks.filter(({ framework }) => framework === name)) {
                append(requirements, id, control.name);
            }
        }
        if (requirements.size === 0) {
            return [];
        }
        const { title, version } = FRAMEWORKS[name];
        const ids = [...requirements].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
        return [
            {
                name,
                title,
                version,
                requirements: ids.map(([id, names]) => ({ id, controls: names, state: stateOf(names) })),
                notCovered: UNCOVERED[name],
            },
        ];
    });
}
