import type { ControlMeta } from "../../policies/engine/control";
import { Attempts, readContent, yamlContent } from "../../policies/engine/input";
import type { Read, Schema } from "../../policies/engine/schema";
import {
    flag,
    listOf,
    mapOf,
    mapped,
    object,
    oneOf,
    optional,
    orEmpty,
    refined,
    text,
    withDefault,
} from "../../policies/engine/schema";
import { list, obj, str } from "../../policies/kubernetes/kube";
import { STATEMENT_KINDS } from "../evidence/kinds";
import type { Capability } from "./content/capabilities";
import type { AttestorSide } from "./content/attestors";
import { ATTESTOR_SIDES } from "./content/attestors";
import type { DockerfileAspect, DockerfileWaiver, DockerfileWaivers } from "./content/dockerfiles";
import { DOCKERFILE_ASPECTS, DOCKERFILE_WAIVER } from "./content/dockerfiles";
import type { DocumentRule } from "./content/documents";
import { SETTING_NAMES } from "./content/settings";
import type { JobRule } from "./content/workflows";

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
    /** What must have been built of the commit: Dockerfiles and packages. */
    readonly builds: readonly string[];
    /** `deployed`: every image that the stack deploys must have been scanned, by its digest. */
    readonly images: readonly ImageSet[];
    /** Runbooks and documents, by path: what each has to hold stands in {@link Definitions}. */
    readonly documents: readonly string[];
    /** Jobs of workflows, as `<file>#<job>`: what each has to do stands in {@link Definitions}. */
    readonly workflows: readonly string[];
    /** What of the images that are built here has to hold: of each Dockerfile. */
    readonly dockerfiles: readonly DockerfileAspect[];
    /** Settings by what the stack renders. */
    readonly settings: readonly string[];
    /** What people answer for, by name. */
    readonly attestations: readonly string[];
    /** What programs of the deployed versions can do, by name. */
    readonly capabilities: readonly string[];
    /** Sides of SPIRE's attestation: every attestor that the stack configures for one must have been tested. */
    readonly attestors: readonly AttestorSide[];
}

/** Images that a row may ask for. */
const IMAGE_SETS = ["deployed"] as const;
export type ImageSet = (typeof IMAGE_SETS)[number];

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
    /** Whom to ask. */
    readonly owner: string;
}

export interface ChecklistArea {
    readonly id: string;
    readonly title: string;
    readonly rows: readonly ChecklistRow[];
}

/** What has an age. */
const AGED = [...STATEMENT_KINDS, "documents"] as const;
type Aged = (typeof AGED)[number];

/** How old evidence may be, in milliseconds. */
export type MaxAge = Readonly<Record<Aged, number>>;

/** What evidence has to hold, by its name. */
export interface Definitions {
    /** By path. */
    readonly documents: Readonly<Record<string, DocumentRule>>;
    /** By `<file>#<job>`. */
    readonly jobs: Readonly<Record<string, JobRule>>;
    /** Tests that show of every alert that it fires when it should, and only then. */
    readonly alertTests: readonly string[];
    /** Dockerfiles of the images that are built here. */
    readonly dockerfiles: readonly string[];
    /** By file and aspect. */
    readonly dockerfileWaivers: DockerfileWaivers;
    readonly capabilities: Readonly<Record<string, Capability>>;
    /** Tests of SPIRE's attestors, by `<side>/<plugin>`. */
    readonly attestors: Readonly<Record<string, readonly string[]>>;
}

/** The checklist as it is written. */
export interface Checklist extends Definitions {
    readonly areas: readonly ChecklistArea[];
}

/** The kinds of evidence that the file names, which is what no control can say by itself. */
const FILE_KINDS = [
    ...(["resources", "settings", "alerts", "tests", "verify", "scans", "builds", "images"] as const),
    ...(["documents", "workflows", "dockerfiles", "attestations", "capabilities", "attestors"] as const),
] as const;
const KINDS = ["controls", ...FILE_KINDS] as const;

/** What an evidence entry is called. */
export type EvidenceKind = (typeof KINDS)[number];

/** Names of controls by the row they prove. */
type Provers = ReadonlyMap<string, readonly string[]>;

const entries = optional(listOf(text(), 1));

const DAY_MS = 86_400_000;
const age = mapped(text("a number of days, e.g. 30d", /^[1-9]\d{0,3}d$/), (days) => Number(days.slice(0, -1)) * DAY_MS);
const AGES = object(Object.fromEntries(AGED.map((kind) => [kind, age])) as Record<Aged, typeof age>);
const SOME_AGES = object(
    Object.fromEntries(AGED.map((kind) => [kind, optional(age)])) as Record<Aged, Schema<number | undefined>>,
);
const DEFINITIONS = {
    documents: orEmpty(mapOf(object({ sections: listOf(text(), 1), rehearsedBy: optional(text()) }))),
    jobs: orEmpty(mapOf(object({ on: text(), does: listOf(text(), 1) }))),
    alertTests: withDefault(listOf(text()), []),
    dockerfiles: withDefault(listOf(text()), []),
    dockerfileWaivers: orEmpty(
        mapOf(
            object(
                Object.fromEntries(DOCKERFILE_ASPECTS.map((aspect) => [aspect, optional(DOCKERFILE_WAIVER)])) as Record<
                    DockerfileAspect,
                    Schema<DockerfileWaiver | undefined>
                >,
            ),
        ),
    ),
    attestors: orEmpty(mapOf(listOf(text(), 1))),
    capabilities: orEmpty(
        mapOf(object({ image: text(), since: optional(text()), checkedUpTo: text(), source: text() })),
    ),
};
const ROW = object({
    id: text(),
    title: text(),
    notApplicable: optional(text()),
    owner: optional(text()),
    live: optional(flag),
    maxAge: optional(SOME_AGES),
    wholeList: optional(flag),
    resources: entries,
    alerts: entries,
    tests: entries,
    verify: entries,
    scans: entries,
    builds: entries,
    images: optional(listOf(oneOf(...IMAGE_SETS), 1)),
    documents: entries,
    workflows: entries,
    dockerfiles: optional(listOf(oneOf(...DOCKERFILE_ASPECTS), 1)),
    settings: optional(listOf(oneOf(...SETTING_NAMES), 1)),
    attestations: optional(listOf(text("a name of small letters, digits and dashes", /^[a-z0-9-]+$/), 1)),
    capabilities: entries,
    attestors: optional(listOf(oneOf(...ATTESTOR_SIDES), 1)),
});

function checklistOf(provers: Provers): Schema<Checklist> {
    const row = refined(
        mapped(ROW, (given) => ({ row: rowOf(given, provers), ages: given.maxAge ?? {}, owner: given.owner })),
        ({ row: read }) =>
            isUnproven(read) ? "has no evidence; name some, or say why it is not applicable" : undefined,
    );
    const areas = listOf(object({ id: text(), title: text(), owner: text(), rows: listOf(row) }));
    return mapped(object({ maxAge: AGES, ...DEFINITIONS, areas }), ({ maxAge, areas: read, ...definitions }) => ({
        ...definitions,
        areas: read.map(({ id, title, owner: ofArea, rows }) => ({
            ...{ id, title },
            rows: rows.map(({ row: rest, ages, owner = ofArea }) => ({
                ...rest,
                owner,
                maxAge: { ...maxAge, ...withoutAbsent(ages) },
            })),
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
): Checklist {
    const provers = proversOf(controls);
    const content = yamlContent(source, file);
    const attempts = new Attempts();
    const checklist = attempts.of(() => readContent(checklistOf(provers), content, file), NOTHING);
    attempts.note([...idFaults(content, provers), ...nameFaults(checklist)].map((fault) => `${file}: ${fault}`));
    attempts.finish();
    return checklist;
}

const NOTHING: Checklist = {
    ...{ areas: [], documents: {}, jobs: {}, alertTests: [], dockerfiles: [] },
    ...{ dockerfileWaivers: {}, capabilities: {}, attestors: {} },
};

/** Evidence that rows name, and that nothing is said of: what is held to nothing would hold. And waivers of what is not judged. */
function nameFaults(checklist: Checklist): readonly string[] {
    const { areas, documents, jobs, capabilities, dockerfiles, dockerfileWaivers, alertTests } = checklist;
    const known = { documents, workflows: jobs, capabilities };
    const kinds = ["documents", "workflows", "capabilities"] as const;
    const lists = [
        ["dockerfiles", "dockerfiles", dockerfiles],
        ["alerts", "alertTests", alertTests],
    ] as const;
    const idle = Object.keys(dockerfileWaivers).filter((file) => !dockerfiles.includes(file));
    const ofRows = areas
        .flatMap(({ rows }) => rows)
        .flatMap(({ id, evidence }) => [
            ...kinds.flatMap((kind) =>
                evidence[kind]
                    .filter((name) => !Object.hasOwn(known[kind], name))
                    .map(
                        (name) =>
                            `row ${id} names ${name}, and nothing says under ${kind === "workflows" ? "jobs" : kind} what it has to hold`,
                    ),
            ),
            ...lists
                .filter(([kind, , all]) => evidence[kind].length > 0 && all.length === 0)
                .map(([kind, field]) => `row ${id} has ${kind}, and none stand under ${field} of the whole list`),
        ]);
    return [
        ...idle.map((file) => `dockerfileWaivers names ${file}, which does not stand under dockerfiles`),
        ...ofRows,
    ];
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
    { id, title, notApplicable, live, wholeList, ...given }: Read<typeof ROW>,
    provers: Provers,
): Omit<ChecklistRow, "maxAge" | "owner"> {
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
            builds: of("builds"),
            images: given.images ?? [],
            documents: of("documents"),
            workflows: of("workflows"),
            dockerfiles: given.dockerfiles ?? [],
            settings: of("settings"),
            attestations: of("attestations"),
            capabilities: of("capabilities"),
            attestors: given.attestors ?? [],
        },
        ...(live && { live }),
        ...(wholeList && { wholeList }),
        ...(notApplicable !== undefined && { notApplicable }),
    };
}

function isUnproven({ evidence, notApplicable, wholeList }: Omit<ChecklistRow, "maxAge" | "owner">): boolean {
    const excused = notApplicable !== undefined || wholeList === true;
    return !excused && KINDS.every((kind) => evidence[kind].length === 0);
}

/** Every kind of evidence with its entries, in the file's order. */
export function evidenceEntries(evidence: Evidence): readonly (readonly [EvidenceKind, string])[] {
    return KINDS.flatMap((kind) => evidence[kind].map((entry) => [kind, entry] as const));
}
