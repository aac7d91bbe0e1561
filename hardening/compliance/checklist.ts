import type { ControlMeta } from "../../policies/engine/control";
import { Attempts, readContent, yamlContent } from "../../policies/engine/input";
import type { Read, Schema } from "../../policies/engine/schema";
import { flag, listOf, mapped, object, optional, refined, text } from "../../policies/engine/schema";
import { list, obj, str } from "../../policies/kubernetes/kube";
import type { StatementKind } from "../evidence/kinds";
import { STATEMENT_KINDS } from "../evidence/kinds";

/** What proves a row of the checklist. Every entry named must exist; a test holds the file to that. */
export interface Evidence {
    /** Controls that must find nothing in the stack, unless waived: those that name the row among their frameworks. */
    readonly controls: readonly string[];
    /** Pulumi type tokens of which the stack must hold at least one resource. */
    readonly resources: readonly string[];
    /** Alerts that a PrometheusRule of the stack must define. */
    readonly alerts: readonly string[];
    /** Tests that must have passed, as `<file>: <full title>`. */
    readonly tests: readonly string[];
    /** Checks of `hardening verify` that must have passed on a cluster; on the stack's own one where the row is `live`. */
    readonly verify: readonly string[];
    /** Scanners of `npm run security` that must have run, and found nothing critical or high. */
    readonly scans: readonly string[];
    /** Runbooks and documents, by path. */
    readonly documents: readonly string[];
    /** Jobs of workflows, as `<file>#<job>`. */
    readonly workflows: readonly string[];
}

/** One row of the checklist. */
export interface ChecklistRow {
    /** Id in the mission, e.g. `NET-1`. */
    readonly id: string;
    readonly title: string;
    readonly evidence: Evidence;
    /** How old each kind of statement may be, in milliseconds. */
    readonly maxAge: MaxAge;
    /** It speaks of the deployed stack itself: what a rehearsal on another cluster proved is not enough. */
    readonly live?: boolean;
    /** It speaks of the checklist as a whole: it holds where every other row that applies does. */
    readonly wholeList?: boolean;
    /** Set where the row does not concern this platform: why. */
    readonly notApplicable?: string;
    /** Set where nothing in this repository can prove the row: what is to be done, and by whom. */
    readonly open?: string;
}

export interface ChecklistArea {
    readonly id: string;
    readonly title: string;
    readonly rows: readonly ChecklistRow[];
}

/** How old evidence may be, in milliseconds. */
export type MaxAge = Readonly<Record<StatementKind, number>>;

/** The kinds of evidence that the file names, which is what no control can say by itself. */
const FILE_KINDS = ["resources", "alerts", "tests", "verify", "scans", "documents", "workflows"] as const;
const KINDS = ["controls", ...FILE_KINDS] as const;

/** What an evidence entry is called. */
export type EvidenceKind = (typeof KINDS)[number];

/** Names of controls by the row they prove. */
type Provers = ReadonlyMap<string, readonly string[]>;

const entries = optional(listOf(text(), 1));

const DAY_MS = 86_400_000;
const age = mapped(text("a number of days, e.g. 30d", /^[1-9]\d{0,3}d$/), (days) => Number(days.slice(0, -1)) * DAY_MS);
const AGES = object(
    Object.fromEntries(STATEMENT_KINDS.map((kind) => [kind, age])) as Record<StatementKind, typeof age>,
);
const SOME_AGES = object(
    Object.fromEntries(STATEMENT_KINDS.map((kind) => [kind, optional(age)])) as Record<
        StatementKind,
        Schema<number | undefined>
    >,
);
const ROW = object({
    id: text(),
    title: text(),
    notApplicable: optional(text()),
    open: optional(text()),
    live: optional(flag),
    maxAge: optional(SOME_AGES),
    wholeList: optional(flag),
    resources: entries,
    alerts: entries,
    tests: entries,
    verify: entries,
    scans: entries,
    documents: entries,
    workflows: entries,
});

function checklistOf(provers: Provers): Schema<{ readonly areas: readonly ChecklistArea[] }> {
    const row = refined(
        mapped(ROW, (given) => ({ ...rowOf(given, provers), ages: given.maxAge ?? {} })),
        (read) =>
            isUnproven(read) ? "has no evidence; name some, or say why it is open or not applicable" : undefined,
    );
    const areas = listOf(object({ id: text(), title: text(), rows: listOf(row) }));
    return mapped(object({ maxAge: AGES, areas }), ({ maxAge, areas: read }) => ({
        areas: read.map((area) => ({
            ...area,
            rows: area.rows.map(({ ages, ...rest }) => ({ ...rest, maxAge: { ...maxAge, ...withoutAbsent(ages) } })),
        })),
    }));
}

/** The ages that a row says itself. */
function withoutAbsent(ages: Readonly<Record<string, number | undefined>>): Partial<MaxAge> {
    return Object.fromEntries(Object.entries(ages).filter(([, milliseconds]) => milliseconds !== undefined));
}

/**
 * Reads a checklist file, and puts to each row the controls that say they prove it.
 *
 * @throws InputError with every mistake at once: syntax, unknown fields, repeated ids, rows without any evidence,
 *     controls that name a row which is not there.
 */
export function parseChecklist(
    source: string,
    file: string,
    controls: readonly Pick<ControlMeta, "name" | "frameworks">[],
): readonly ChecklistArea[] {
    const provers = proversOf(controls);
    const content = yamlContent(source, file);
    const attempts = new Attempts();
    const { areas } = attempts.of(() => readContent(checklistOf(provers), content, file), { areas: [] });
    attempts.note(idFaults(content, provers).map((fault) => `${file}: ${fault}`));
    attempts.finish();
    return areas;
}

/** What is wrong with the ids of all rows together, also where some rows have other faults. */
function idFaults(content: unknown, provers: Provers): readonly string[] {
    const rows = list(obj(content)["areas"]).flatMap((area) => list(obj(area)["rows"]));
    const ids = rows.flatMap((row) => str(obj(row)["id"]) || []);
    return [
        ...[...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map(
            (id) => `row ${id} stands there twice`,
        ),
        ...[...provers]
            .filter(([id]) => !ids.includes(id))
            .map(([id, names]) => `there is no row ${id}, which ${names.join(", ")} should prove`),
    ];
}

function proversOf(controls: readonly Pick<ControlMeta, "name" | "frameworks">[]): Provers {
    const pairs = controls.flatMap(({ name, frameworks }) =>
        frameworks.filter(({ framework }) => framework === "checklist").map(({ id }) => ({ id, name })),
    );
    const provers = new Map<string, readonly string[]>();
    for (const [id, ofRow] of Map.groupBy(pairs, (pair) => pair.id)) {
        provers.set(
            id,
            ofRow.map(({ name }) => name),
        );
    }
    return provers;
}

function rowOf(
    { id, title, notApplicable, open, live, wholeList, ...given }: Read<typeof ROW>,
    provers: Provers,
): Omit<ChecklistRow, "maxAge"> {
    const of = (kind: (typeof FILE_KINDS)[number]): readonly string[] => given[kind] ?? [];
    return {
        id,
        title,
        evidence: {
            controls: provers.get(id) ?? [],
            resources: of("resources"),
            alerts: of("alerts"),
            tests: of("tests"),
            verify: of("verify"),
            scans: of("scans"),
            documents: of("documents"),
            workflows: of("workflows"),
        },
        ...(live && { live }),
        ...(wholeList && { wholeList }),
        ...(notApplicable !== undefined && { notApplicable }),
        ...(open !== undefined && { open }),
    };
}

function isUnproven({ evidence, notApplicable, open, wholeList }: Omit<ChecklistRow, "maxAge">): boolean {
    const excused = notApplicable !== undefined || open !== undefined || wholeList === true;
    return !excused && KINDS.every((kind) => evidence[kind].length === 0);
}

/** Every kind of evidence with its entries, in the file's order. */
export function evidenceEntries(evidence: Evidence): readonly (readonly [EvidenceKind, string])[] {
    return KINDS.flatMap((kind) => evidence[kind].map((entry) => [kind, entry] as const));
}
