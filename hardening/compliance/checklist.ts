import { load, YAMLException } from "js-yaml";

import type { ControlMeta } from "../../policies/engine/control";

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

/** The checklist file is malformed; one line for each mistake. */
export class ChecklistError extends Error {
    constructor(public readonly faults: readonly string[]) {
        super(faults.join("\n"));
        this.name = "ChecklistError";
    }
}

/** The kinds of evidence that the file names, which is what no control can say by itself. */
const FILE_KINDS = ["resources", "alerts", "tests", "verify", "scans", "documents", "workflows"] as const;
const KINDS = ["controls", ...FILE_KINDS] as const;

/** What an evidence entry is called. */
export type EvidenceKind = (typeof KINDS)[number];

/** Names of controls by the row they prove. */
type Provers = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a checklist file, and puts to each row the controls that say they prove it.
 *
 * @throws ChecklistError with every mistake at once: syntax, unknown fields, repeated ids, rows without any evidence,
 * controls that name a row which is not there.
 */
export function parseChecklist(
    text: string,
    file: string,
    controls: readonly Pick<ControlMeta, "name" | "frameworks">[],
): readonly ChecklistArea[] {
    const provers = proversOf(controls);
    const faults: string[] = [];
    let content: unknown;
    try {
        content = load(text);
    } catch (error) {
        const at = error instanceof YAMLException && error.mark ? `:${error.mark.line + 1}` : "";
        throw new ChecklistError([`${file}${at}: ${error instanceof YAMLException ? error.reason : String(error)}`]);
    }
    const areas = listIn(content, "areas", file, faults).map((area, index) =>
        readArea(area, `${file}: areas[${index}]`, provers, faults),
    );
    const ids = areas.flatMap(({ rows }) => rows.map(({ id }) => id));
    for (const id of new Set(ids.filter((candidate, index) => ids.indexOf(candidate) !== index))) {
        faults.push(`${file}: row ${id} stands there twice`);
    }
    for (const [id, names] of provers) {
        if (!ids.includes(id)) {
            faults.push(`${file}: there is no row ${id}, which ${names.join(", ")} should prove`);
        }
    }
    if (faults.length > 0) {
        throw new ChecklistError(faults);
    }
    return areas;
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

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function listIn(value: unknown, field: string, path: string, faults: string[]): readonly unknown[] {
    const found = fieldsOf(value)[field];
    if (Array.isArray(found)) {
        return found;
    }
    faults.push(`${path} must have a list named "${field}"`);
    return [];
}

function textIn(value: unknown, field: string, path: string, faults: string[]): string {
    const found = fieldsOf(value)[field];
    if (typeof found === "string" && found.trim() !== "") {
        return found.trim();
    }
    faults.push(`${path}.${field} must be a text that is not empty`);
    return "";
}

function readArea(value: unknown, path: string, provers: Provers, faults: string[]): ChecklistArea {
    return {
        id: textIn(value, "id", path, faults),
        title: textIn(value, "title", path, faults),
        rows: listIn(value, "rows", path, faults).map((row, index) =>
            readRow(row, `${path}.rows[${index}]`, provers, faults),
        ),
    };
}

const FLAGS = ["live", "wholeList"] as const;
const ROW_FIELDS: ReadonlySet<string> = new Set(["id", "title", "notApplicable", "open", ...FLAGS, ...FILE_KINDS]);

function readRow(value: unknown, path: string, provers: Provers, faults: string[]): ChecklistRow {
    const fields = fieldsOf(value);
    for (const field of Object.keys(fields).filter((name) => !ROW_FIELDS.has(name))) {
        faults.push(`${path}.${field} is not known; known are ${[...ROW_FIELDS].join(", ")}`);
    }
    const id = textIn(value, "id", path, faults);
    const texts = (kind: (typeof FILE_KINDS)[number]): readonly string[] =>
        readTexts(fields[kind], `${path}.${kind}`, faults);
    const evidence: Evidence = {
        controls: provers.get(id) ?? [],
        resources: texts("resources"),
        alerts: texts("alerts"),
        tests: texts("tests"),
        verify: texts("verify"),
        scans: texts("scans"),
        documents: texts("documents"),
        workflows: texts("workflows"),
    };
    const row = {
        id,
        title: textIn(value, "title", path, faults),
        evidence,
        ...readFlags(fields, path, faults),
        ...("notApplicable" in fields && { notApplicable: textIn(value, "notApplicable", path, faults) }),
        ...("open" in fields && { open: textIn(value, "open", path, faults) }),
    };
    const excused = "notApplicable" in row || "open" in row || "wholeList" in row;
    if (KINDS.every((kind) => evidence[kind].length === 0) && !excused) {
        faults.push(`${path}: row ${row.id} has no evidence; name some, or say why it is open or not applicable`);
    }
    return row;
}

/** A flag is there and true, or left out: false would only be another way to say nothing. */
function readFlags(fields: Fields, path: string, faults: string[]): Pick<ChecklistRow, (typeof FLAGS)[number]> {
    const given = FLAGS.filter((flag) => flag in fields);
    for (const flag of given.filter((name) => fields[name] !== true)) {
        faults.push(`${path}.${flag} must be true or be left out, found ${JSON.stringify(fields[flag])}`);
    }
    return Object.fromEntries(given.map((flag) => [flag, true]));
}

function readTexts(value: unknown, path: string, faults: string[]): readonly string[] {
    if (value === undefined) {
        return [];
    }
    if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string" && item !== "")) {
        return value as readonly string[];
    }
    faults.push(`${path} must be a list of texts that is not empty`);
    return [];
}

/** Every kind of evidence with its entries, in the file's order. */
export function evidenceEntries(evidence: Evidence): readonly (readonly [EvidenceKind, string])[] {
    return KINDS.flatMap((kind) => evidence[kind].map((entry) => [kind, entry] as const));
}
