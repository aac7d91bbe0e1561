import type { Finding, FindingException, FindingWaiver } from "../findings";
import { objectOf } from "./order";

/** Findings that one answer is given to, folded. */
export interface FoldedFindings {
    /** Objects they are about, each once. */
    readonly objects: readonly string[];
    /** Controls that found them, each once. */
    readonly controls: readonly string[];
    readonly findings: number;
    /** Why they were accepted, each reason once. */
    readonly reasons: readonly string[];
}

/** Waived findings that one ticket answers for. */
export interface WaivedGroup extends FoldedFindings {
    readonly ticket: string;
    readonly owners: readonly string[];
    /** The first day on which one of the waivers ends. */
    readonly expires: string;
}

/** Findings that one component needs excepted. */
export interface ExceptedGroup extends FoldedFindings {
    readonly component: string;
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
    const [expires = ""] = distinct(findings.map(({ waiver }) => waiver.expires));
    return {
        ticket: findings[0]?.waiver.ticket ?? "",
        ...folded(findings, ({ waiver }) => waiver.reason),
        owners: distinct(findings.map(({ waiver }) => waiver.owner)),
        expires,
    };
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
            ...folded(own, ({ exception }) => exception.reason),
        }))
        .sort((a, b) => a.component.localeCompare(b.component, "en"));
}

function folded<F extends Finding>(findings: readonly F[], reasonOf: (finding: F) => string): FoldedFindings {
    return {
        objects: distinct(findings.map(objectOf)),
        controls: distinct(findings.map(({ control }) => control)),
        findings: findings.length,
        reasons: distinct(findings.map(reasonOf)),
    };
}

function distinct(texts: readonly string[]): readonly string[] {
    return [...new Set(texts)].sort();
}
