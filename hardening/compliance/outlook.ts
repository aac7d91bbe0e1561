import { NOT_AMONG, NOT_GIVEN } from "../evidence/observations";
import type { EvidenceKind } from "./checklist";
import type { ComplianceReport } from "./model";
import type { Proof, ScoredRow } from "./score";
import { UNKNOWN_VALUES } from "./score";

/** What a reader who has a minute has to know: what got worse, what ends soon, and what to do first. */
export interface Outlook {
    /** Rows that were fulfilled in the former report and are open now; undefined where no former report says which were. */
    readonly fallen: readonly ScoredRow[] | undefined;
    /** Waivers and attestations that end within SOON_DAYS, the first to end first. */
    readonly ending: readonly Ending[];
    /** Open rows, the most pressing first, without those that wait for runs alone. */
    readonly worst: readonly ScoredRow[];
    /** Open rows for which nothing is missing but runs that were not given. */
    readonly waiting: readonly ScoredRow[];
}

/** Something that holds until a day. */
export interface Ending {
    readonly kind: "waiver" | "attestation";
    /** YYYY-MM-DD, the last day on which it holds. */
    readonly until: string;
    readonly what: string;
    readonly owner: string;
}

/** Long enough to ask an auditor anew. */
export const SOON_DAYS = 90;
const DAY_MS = 86_400_000;

/** Looks through a report for what matters first. */
export function outlookOf(report: ComplianceReport): Outlook {
    const { areas, history, at } = report;
    const rows = areas.flatMap((area) => area.rows);
    const open = rows.filter(({ state }) => state === "open");
    const former = history.at(-1)?.fulfilledRows;
    const fallen = former === undefined ? undefined : open.filter(({ id }) => former.includes(id));
    const { lacking: lacks, waiting } = openByWait(open);
    const limit = new Date(Date.parse(at) + SOON_DAYS * DAY_MS).toISOString().slice(0, 10);
    const gravity = (row: ScoredRow): number =>
        (fallen?.includes(row) === true ? 1000 : 0) + row.proofs.filter(({ state }) => state === "missing").length;
    return {
        fallen,
        ending: endingsOf(report)
            .filter(({ until }) => until <= limit)
            .sort((a, b) => (a.until < b.until ? -1 : 1)),
        worst: lacks.toSorted((a, b) => gravity(b) - gravity(a)),
        waiting: [...waiting.values()].flat(),
    };
}

/** Every waiver in force, and every attestation that counts. */
export function endingsOf({ areas, waivers }: Pick<ComplianceReport, "areas" | "waivers">): readonly Ending[] {
    const rows = areas.flatMap((area) => area.rows);
    return [
        ...waivers.map(({ expires: until, control, object, owner }): Ending => ({
            ...{ kind: "waiver", until, owner, what: `waiver of ${control} for ${object}` },
        })),
        ...rows.flatMap(({ id, owner, proofs }) =>
            proofs.flatMap(({ until, entry, kind }): readonly Ending[] => {
                if (until === undefined) {
                    return [];
                }
                return kind === "attestations"
                    ? [{ kind: "attestation", until, owner, what: `attestation ${entry} (${id})` }]
                    : [{ kind: "waiver", until, owner, what: `waiver of the ${entry} of a Dockerfile (${id})` }];
            }),
        ),
    ];
}

/** Whether a row lacks nothing but runs that nobody has given. */
export function waitsForRuns({ proofs }: ScoredRow): boolean {
    const lacks = lacking(proofs);
    return lacks.length > 0 && lacks.every(({ detail }) => detail === NOT_GIVEN || detail === NOT_AMONG);
}

/** What gives the statements that a kind of evidence rests on. */
const GIVEN_BY: Readonly<Partial<Record<EvidenceKind, string>>> = {
    tests: "tests",
    alerts: "tests",
    attestors: "tests",
    documents: "tests",
    scans: "npm run security",
    builds: "npm run test:packages",
    images: "npm run evidence:images",
    verify: "hardening verify",
    controls: "hardening audit",
    workflows: "runs of workflows",
};

/** What runs a row waits for, in a few words: the same for rows that wait for the same ones. */
export function waitingFor({ proofs }: ScoredRow): string {
    const runs = new Set(lacking(proofs).flatMap(({ kind }) => GIVEN_BY[kind] ?? []));
    const [last = "", ...others] = [...runs].sort().reverse();
    return `waits for ${others.length === 0 ? last : `${others.reverse().join(", ")} and ${last}`}`;
}

/** Open rows that lack something of their own, and those that only wait for runs, by what those are. */
export function openByWait(open: readonly ScoredRow[]): {
    readonly lacking: readonly ScoredRow[];
    readonly waiting: ReadonlyMap<string, readonly ScoredRow[]>;
} {
    const { lacks = [], waits = [] } = Object.groupBy(open, (row) => (waitsForRuns(row) ? "waits" : "lacks"));
    return { lacking: lacks, waiting: Map.groupBy(waits, waitingFor) };
}

/** What would bring an open row further, in a sentence: about what failed before what nobody has looked at. */
export function nextStep({ proofs }: ScoredRow): string {
    const [first] = lacking(proofs);
    return first === undefined ? "Close the rows that it depends on." : STEPS[first.kind](first);
}

function lacking(proofs: readonly Proof[]): readonly Proof[] {
    const of = (wanted: Proof["state"]): readonly Proof[] => proofs.filter(({ state }) => state === wanted);
    return [...of("missing"), ...of("unproven")];
}

type Step = (lacking: Proof) => string;

/** A run that failed is mended, one that was not given is made. */
const ran =
    (what: string, how: string): Step =>
    ({ entry, state }) =>
        state === "missing" ? `Mend what ${what} ${entry} shows.` : `${how}, and give the statement (--evidence).`;

const STEPS: Readonly<Record<EvidenceKind, Step>> = {
    controls: ({ entry, state, detail }) => {
        if (state === "missing") {
            return `Mend what control ${entry} finds, or waive it.`;
        }
        return detail.endsWith(UNKNOWN_VALUES)
            ? `Tell the values that ${entry} can't see.`
            : "Run hardening audit, and give the statement (--evidence).";
    },
    resources: ({ entry }) => `Have the stack declare ${entry}.`,
    settings: ({ entry }) => `Set what ${entry} asks for.`,
    alerts: ({ entry, state }) =>
        state === "missing"
            ? `Mend alert ${entry}.`
            : "Run the tests of the alerts, and give the statement (--evidence).",
    tests: ran("test", "Run the tests"),
    verify: ran("check", "Run hardening verify"),
    scans: ran("scanner", "Run npm run security"),
    builds: ran("build", "Run npm run test:packages"),
    images: ({ detail, state }) =>
        state === "missing"
            ? `Mend it: ${detail}.`
            : "Scan the images, run npm run evidence:images, and give the statements (--evidence).",
    documents: ({ entry, state }) => (state === "missing" ? `Write or review ${entry}.` : `Rehearse ${entry}.`),
    workflows: ran("job", "Run npm run evidence:jobs in the audit"),
    dockerfiles: ({ entry }) => `Mend the ${entry} of the Dockerfile that the row names.`,
    attestors: ({ detail, state }) =>
        state === "missing"
            ? `Test it, or leave it out: ${detail}.`
            : "Run the tests, and give the statement (--evidence).",
    attestations: ({ entry }) => `Have whoever answers for it attest ${entry}.`,
    capabilities: ({ entry }) => `Deploy a version with the capability ${entry}, once there is one.`,
};
