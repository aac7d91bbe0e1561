import type { Finding, FindingException, FindingWaiver } from "../findings";
import { objectOf } from "./order";

/** Waived findings that one ticket answers for, folded. */
export interface WaivedGroup {
    readonly ticket: string;
    /** Objects they are about, each once. */
    readonly objects: readonly string[];
    /** Controls that found them, each once. */
    readonly controls: readonly string[];
    readonly findings: number;
    readonly owners: readonly string[];
    /** The first day on which one of the waivers ends. */
    readonly expires: string;
    /** Why they were accepted, each reason once. */
    readonly reasons: readonly string[];
}

type Waived = Finding & { readonly waiver: FindingWaiver };

function isWaived(finding: Finding): finding is Waived {
    return finding.waiver !== undefined;
}

/** Waived findings by ticket, or by object and ticket. Those that end first come first. */
export function waivedGroups(findings: readonly Finding[], by: "ticket" | "object"): readonly WaivedGroup[] {
    const keyOf = (finding: Waived): string =>
        JSON.stringify([finding.waiver.ticket, ...(by === "object" ? [objectOf(finding)] : [])]);
    return [...Map.groupBy(findings.filter(isWaived), keyOf).values()]
        .map(groupOf)
        .sort((a, b) => a.expires.localeCompare(b.expires, "en") || a.ticket.localeCompare(b.ticket, "en"));
}

function groupOf(findings: readonly Waived[]): WaivedGroup {
    const each = (of: (finding: Waived) => string): readonly string[] => distinct(findings.map(of));
    return {
        ticket: findings[0]?.waiver.ticket ?? "",
        objects: each(objectOf),
        controls: each(({ control }) => control),
        findings: findings.length,
        owners: each(({ waiver }) => waiver.owner),
        expires: each(({ waiver }) => waiver.expires)[0] ?? "",
        reasons: each(({ waiver }) => waiver.reason),
    };
}

/** Findings that one component needs excepted, folded. */
export interface ExceptedGroup {
    readonly component: string;
    /** Objects they are about, each once. */
    readonly objects: readonly string[];
    /** Controls that found them, each once. */
    readonly controls: readonly string[];
    readonly findings: number;
    /** Why the component needs them, each reason once. */
    readonly reasons: readonly string[];
}

type Excepted = Finding & { readonly exception: FindingException };

function isExcepted(finding: Finding): finding is Excepted {
    return finding.exception !== undefined;
}

/** Excepted findings by component, in alphabetical order. */
export function exceptedGroups(findings: readonly Finding[]): readonly ExceptedGroup[] {
    return [...Map.groupBy(findings.filter(isExcepted), ({ exception }) => exception.component)]
        .map(([component, own]) => ({
            component,
            objects: distinct(own.map(objectOf)),
            controls: distinct(own.map(({ control }) => control)),
            findings: own.length,
            reasons: distinct(own.map(({ exception }) => exception.reason)),
        }))
        .sort((a, b) => a.component.localeCompare(b.component, "en"));
}

function distinct(texts: readonly string[]): readonly string[] {
    return [...new Set(texts)].sort();
}
