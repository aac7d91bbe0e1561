import type { Finding } from "../findings";
import type { Observations } from "../evidence/observations";
import { count } from "../formats/style";
import type { ChecklistArea, ChecklistRow, EvidenceKind } from "./checklist";
import { evidenceEntries } from "./checklist";
import { judgeRun } from "./content/runs";
import type { Judgement } from "./judgement";
import { missing, proven, unproven } from "./judgement";

/** One piece of evidence, as this run found it. */
export interface Proof extends Judgement {
    readonly kind: EvidenceKind;
    readonly entry: string;
}

export type RowState = "satisfied" | "waived" | "not-applicable" | "open";

export interface ScoredRow {
    readonly id: string;
    readonly title: string;
    readonly state: RowState;
    /** Why it is open or not applicable; empty otherwise. */
    readonly reason: string;
    /** The same in fewer words, for whoever sees all open rows beside it; left out where there are none. */
    readonly brief?: string;
    /** Whom to ask. */
    readonly owner: string;
    readonly proofs: readonly Proof[];
}

export interface ScoredArea {
    readonly id: string;
    readonly title: string;
    readonly rows: readonly ScoredRow[];
}

export interface Score {
    readonly satisfied: number;
    readonly waived: number;
    readonly notApplicable: number;
    readonly open: number;
    /** Satisfied and waived rows among all that apply, in percent, to one decimal, rounded down: 100 means all of them. */
    readonly percent: number;
}

/** What this run knows. */
export interface Known {
    /** Findings of the stack, by every control that ran. */
    readonly findings: readonly Finding[];
    /** Names of the controls that ran. */
    readonly controls: ReadonlySet<string>;
    /** What the statements say that were given. */
    readonly observations: Observations;
    /** Judges evidence by what it holds. */
    readonly content: (kind: ContentKind, entry: string, row: ChecklistRow) => Judgement;
}

/** Evidence that is judged by what it holds, not by what ran. */
export type ContentKind = Exclude<EvidenceKind, "controls" | "tests" | "verify" | "scans" | "builds">;

/** Judges every row by its evidence, and those about the whole list by what all others came to. */
export function scoreChecklist(areas: readonly ChecklistArea[], known: Known): readonly ScoredArea[] {
    const whole = new Set(areas.flatMap(({ rows }) => rows.filter(({ wholeList }) => wholeList)).map(({ id }) => id));
    const scored = areas.map(({ id, title, rows }) => ({ id, title, rows: rows.map((row) => scoreRow(row, known)) }));
    const open = scored.flatMap(({ rows }) => rows).filter(({ id, state }) => state === "open" && !whole.has(id));
    if (open.length === 0) {
        return scored;
    }
    const lacking = `${count(open.length, "other row")} ${open.length === 1 ? "is" : "are"} open`;
    const named = `${lacking}: ${open.map(({ id }) => id).join(", ")}`;
    const judged = (row: ScoredRow): ScoredRow => {
        const with_ = (more: string): string => [row.reason, more].filter((reason) => reason !== "").join("; ");
        return whole.has(row.id) && row.state !== "not-applicable"
            ? { ...row, state: "open", reason: with_(named), brief: with_(lacking) }
            : row;
    };
    return scored.map((area) => ({ ...area, rows: area.rows.map(judged) }));
}

/** Counts rows by state and computes the compliance score. */
export function totalScore(areas: readonly ScoredArea[]): Score {
    const rows = areas.flatMap((area) => area.rows);
    const of = (state: RowState): number => rows.filter((row) => row.state === state).length;
    const [satisfied, waived, notApplicable, open] = [of("satisfied"), of("waived"), of("not-applicable"), of("open")];
    const applicable = satisfied + waived + open;
    const percent = applicable === 0 ? 0 : Math.floor(((satisfied + waived) / applicable) * 1000) / 10;
    return { satisfied, waived, notApplicable, open, percent };
}

function scoreRow(row: ChecklistRow, known: Known): ScoredRow {
    const { id, title, owner, evidence } = row;
    const proofs = evidenceEntries(evidence).map(([kind, entry]) => ({
        kind,
        entry,
        ...prove(kind, entry, known, row),
    }));
    if (row.notApplicable !== undefined) {
        return { id, title, owner, state: "not-applicable", reason: row.notApplicable, proofs };
    }
    const reasons = lackingReasons(proofs);
    if (reasons.length > 0) {
        return { id, title, owner, state: "open", reason: reasons.join("; "), proofs };
    }
    const state = proofs.some((proof) => proof.state === "waived") ? "waived" : "satisfied";
    return { id, title, owner, state, reason: "", proofs };
}

/** Each missing piece by itself; unproven ones together, by what would prove them. */
function lackingReasons(proofs: readonly Proof[]): readonly string[] {
    const missingOnes = proofs
        .filter(({ state }) => state === "missing")
        .map(({ kind, entry, detail }) => `${LABEL[kind]} ${entry}: ${detail}`);
    const unproven = Map.groupBy(
        proofs.filter(({ state }) => state === "unproven"),
        ({ kind }) => kind,
    );
    const unprovenOnes = [...unproven].flatMap(([kind, ofKind]) =>
        [...Map.groupBy(ofKind, ({ detail }) => detail)].map(
            ([detail, alike]) => `${count(alike.length, LABEL[kind])}: ${detail}`,
        ),
    );
    return [...missingOnes, ...unprovenOnes];
}

/** What a kind of evidence is called in a report. */
export const LABEL: Readonly<Record<EvidenceKind, string>> = {
    controls: "control",
    resources: "resource",
    alerts: "alert",
    tests: "test",
    verify: "check",
    scans: "scanner",
    builds: "build",
    images: "image scan",
    documents: "document",
    workflows: "workflow",
    dockerfiles: "Dockerfiles'",
    settings: "setting",
    attestations: "attestation",
    capabilities: "capability",
    attestors: "attestor",
};

function prove(kind: EvidenceKind, entry: string, known: Known, row: ChecklistRow): Judgement {
    switch (kind) {
        case "controls":
            return proveControl(entry, known, row);
        case "tests":
        case "verify":
        case "scans":
        case "builds":
            return judgeRun(kind, entry, known.observations, row);
        default:
            return known.content(kind, entry, row);
    }
}

/**
 * A control has to find nothing in what the program makes. Nor may it have found something in the stack's own cluster; that it
 * has looked there is asked for by rows that speak of the deployed stack.
 */
function proveControl(name: string, known: Known, { live, maxAge }: ChecklistRow): Judgement {
    const made = proveRendering(name, known);
    if (made.state === "missing" || made.state === "unproven") {
        return made;
    }
    const audited = judgeRun("audit", name, known.observations, { maxAge, live: true });
    if (audited.state === "missing" || (live === true && audited.state !== "proven")) {
        return audited;
    }
    return made;
}

/** What a control that could not tell lacks, behind how many. */
export const UNKNOWN_VALUES = "unknown before deployment";

function proveRendering(name: string, { controls, findings }: Known): Judgement {
    if (!controls.has(name)) {
        return missing("did not run");
    }
    const own = findings.filter(({ control }) => control === name);
    const of = (status: Finding["status"]): number => own.filter((finding) => finding.status === status).length;
    const [violations, unverifiable, waived] = [of("violation"), of("unverifiable"), of("waived")];
    const excepted = of("excepted");
    if (violations > 0) {
        return missing(count(violations, "violation"));
    }
    if (unverifiable > 0) {
        return unproven(`${count(unverifiable, "value")} ${UNKNOWN_VALUES}`);
    }
    if (waived > 0) {
        return { state: "waived", detail: count(waived, "waived finding") };
    }
    return proven(excepted > 0 ? `no violation, ${excepted} excepted by the components themselves` : "no violation");
}
