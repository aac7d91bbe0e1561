import { z } from "zod";

import { omit } from "../omit.js";
import type { KubernetesObject } from "../kubernetes/objects.js";
import type { ActionRecord, Decision, Incident, Json } from "../model.js";
import { ACTION_STATES, ACTION_TYPES, SEVERITIES, SOURCES } from "../model.js";
import { TRAITS } from "../plan/traits.js";

/** RFC 3339 in the resource, milliseconds since 1970 in here. */
const time = z.iso.datetime().transform((text) => Date.parse(text));

const text = z.string();

const workload = z.object({ kind: text, namespace: text, name: text });

const signal = z.object({
    source: z.enum(SOURCES),
    rule: text,
    severity: z.enum(SEVERITIES),
    tags: z.array(text),
    count: z.int(),
    firstSeen: time,
    lastSeen: time,
    summary: text,
});

const subject = z.object({
    namespace: text.optional(),
    pod: text.optional(),
    uid: text.optional(),
    node: text.optional(),
    workload: workload.optional(),
    serviceAccount: text.optional(),
    spiffeId: text.optional(),
    exposure: z.enum(["none", "cluster", "external"]).optional(),
    unresolved: z.array(text),
    seen: z
        .array(z.object({ signal: text, count: z.int() }))
        .transform((entries) => Object.fromEntries(entries.map(({ signal: key, count }) => [key, count])))
        .optional(),
});

const target = z.object({
    namespace: text.optional(),
    pod: text.optional(),
    uid: text.optional(),
    node: text.optional(),
    workload: workload.optional(),
    spiffeId: text.optional(),
    secret: text.optional(),
    scope: z.enum(["pod", "identity"]).optional(),
});

const action = z.object({
    id: text,
    type: z.enum(ACTION_TYPES),
    target,
    rule: text,
    state: z.enum(ACTION_STATES),
    reason: text,
    guard: text.optional(),
    decidedAt: time,
    startedAt: time.optional(),
    finishedAt: time.optional(),
    undoAt: time.optional(),
    approvedBy: text.optional(),
    confirmedBy: text.optional(),
    attempts: z.int(),
    /** JSON as text, so that the API server keeps every byte of it. */
    undo: text.optional(),
});

const condition = z.object({
    type: z.enum(["Contained", "Recovered", "Acknowledged"]),
    status: z.enum(["True", "False"]),
    reason: text,
    message: text,
});

const status = z.object({
    /** Grows with each save: tells a second writer. */
    revision: z.int(),
    phase: z.enum(["Observed", "Proposed", "Containing", "Contained", "Failed", "Recovered"]),
    key: text,
    severity: z.enum(SEVERITIES),
    confidence: z.number(),
    firstSeen: time,
    lastSeen: time,
    detectedAt: time,
    signals: z.array(signal),
    eventIds: z.array(text),
    subjects: z.array(subject),
    actions: z.array(action),
    timeline: z.array(z.object({ at: time, what: text })),
    conditions: z.array(condition),
    obeyed: z.int(),
    unplanned: z.boolean(),
    acknowledgedBy: text.optional(),
});

const decision = z.object({
    id: z.int().min(0),
    verdict: z.enum(["approve", "undo", "confirm", "acknowledge"]),
    action: text.optional(),
    by: text,
});

const spec = z.object({ decisions: z.array(decision).optional() });

type Status = z.input<typeof status>;

const iso = (at: number): string => new Date(at).toISOString();
const isoIf = (at: number | undefined): string | undefined => (at === undefined ? undefined : iso(at));

/** The actions that count for what an incident has come to: those that change something. */
function changing(incident: Incident): readonly ActionRecord[] {
    return incident.actions.filter(({ type }) => TRAITS[type].changes);
}

/** Where an incident stands, in one word. */
export function phaseOf(incident: Incident): Status["phase"] {
    const states = new Set(changing(incident).map(({ state }) => state));
    if (states.has("failed") || states.has("undo-failed")) {
        return "Failed";
    }
    if (states.has("planned") || states.has("running") || states.has("undoing")) {
        return "Containing";
    }
    if (states.has("done")) {
        return "Contained";
    }
    if (states.has("proposed")) {
        return "Proposed";
    }
    return states.has("undone") ? "Recovered" : "Observed";
}

function conditionsOf(incident: Incident): Status["conditions"] {
    const phase = phaseOf(incident);
    const by = incident.acknowledgedBy;
    const state = (holds: boolean): "True" | "False" => (holds ? "True" : "False");
    return [
        {
            type: "Contained",
            status: state(phase === "Contained"),
            reason: phase,
            message: `${changing(incident).length} actions`,
        },
        { type: "Recovered", status: state(phase === "Recovered"), reason: phase, message: "every action is undone" },
        {
            type: "Acknowledged",
            status: state(by !== undefined),
            reason: by === undefined ? "Waiting" : "Acknowledged",
            message: by === undefined ? "nobody has looked at it yet" : `by ${by}`,
        },
    ];
}

/** The status of the SecurityIncident. */
export function toStatus(incident: Incident, revision: number): Status {
    const rest = omit(incident, "name", "decisions");
    return {
        ...rest,
        revision,
        phase: phaseOf(incident),
        firstSeen: iso(incident.firstSeen),
        lastSeen: iso(incident.lastSeen),
        detectedAt: iso(incident.detectedAt),
        signals: incident.signals.map((one) => ({
            ...one,
            tags: [...one.tags],
            firstSeen: iso(one.firstSeen),
            lastSeen: iso(one.lastSeen),
        })),
        eventIds: [...incident.eventIds],
        subjects: incident.subjects.map(({ seen, ...one }) => ({
            ...one,
            unresolved: [...one.unresolved],
            ...(seen !== undefined && {
                seen: Object.entries(seen).map(([key, count]) => ({ signal: key, count })),
            }),
        })),
        actions: incident.actions.map(({ undo, ...one }) => ({
            ...one,
            decidedAt: iso(one.decidedAt),
            startedAt: isoIf(one.startedAt),
            finishedAt: isoIf(one.finishedAt),
            undoAt: isoIf(one.undoAt),
            undo: undo === undefined ? undefined : JSON.stringify(undo),
        })),
        timeline: incident.timeline.map(({ at, what }) => ({ at: iso(at), what })),
        conditions: conditionsOf(incident),
    };
}

/** A SecurityIncident holds something that the responder hasn't written. */
export class DamagedIncidentError extends Error {
    constructor(name: string, faults: readonly string[]) {
        super(`SecurityIncident ${name} is damaged:\n  ${faults.join("\n  ")}`);
        this.name = "DamagedIncidentError";
    }
}

/**
 * Reads a SecurityIncident.
 *
 * @returns undefined for one whose status was never written: its creator crashed before it acknowledged the event
 * @throws {DamagedIncidentError}
 */
export function fromResource(
    object: KubernetesObject,
): { readonly incident: Incident; readonly revision: number } | undefined {
    if (object.status === undefined || Object.keys(object.status).length === 0) {
        return undefined;
    }
    const read = status.safeParse(object.status);
    if (!read.success) {
        throw new DamagedIncidentError(
            object.metadata.name,
            read.error.issues.map(({ path, message }) => `status.${path.map(String).join(".")}: ${message}`),
        );
    }
    const { revision, actions, ...rest } = omit(read.data, "phase", "conditions");
    return {
        revision,
        incident: {
            ...rest,
            name: object.metadata.name,
            actions: actions.map(({ undo, ...one }) => ({
                ...one,
                ...(undo !== undefined && { undo: JSON.parse(undo) as Json }),
            })),
            decisions: decisionsOf(object),
        },
    };
}

/** What people have decided, in their order. Nothing readable is nothing decided. */
export function decisionsOf(object: KubernetesObject): readonly Decision[] {
    const read = spec.safeParse(object.spec ?? {});
    return read.success ? (read.data.decisions ?? []) : [];
}

/** The CustomResourceDefinition of SecurityIncident, with its schema in the API server's dialect of OpenAPI 3.0. */
export function incidentDefinition(): Readonly<Record<string, unknown>> {
    const column = (name: string, jsonPath: string, type = "string"): object => ({ name, jsonPath, type });
    const schema = (type: z.ZodType): object =>
        structural(z.toJSONSchema(type, { io: "input", target: "openapi-3.0" })) as object;
    const { properties, ...rest } = schema(spec) as { properties: { decisions: object } };
    const decisions = {
        ...properties.decisions,
        maxItems: 100,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["id"],
    };
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "securityincidents.responder.x0tta6bl4.io" },
        spec: {
            group: "responder.x0tta6bl4.io",
            scope: "Namespaced",
            names: {
                kind: "SecurityIncident",
                listKind: "SecurityIncidentList",
                plural: "securityincidents",
                singular: "securityincident",
                shortNames: ["incident"],
            },
            versions: [
                {
                    name: "v1alpha1",
                    served: true,
                    storage: true,
                    subresources: { status: {} },
                    additionalPrinterColumns: [
                        column("Severity", ".status.severity"),
                        column("Phase", ".status.phase"),
                        column("Key", ".status.key"),
                        column("Detected", ".status.detectedAt", "date"),
                        column("Acknowledged", ".status.acknowledgedBy"),
                    ],
                    schema: {
                        openAPIV3Schema: {
                            type: "object",
                            description: "Events of one cause, and what was done about it.",
                            properties: { spec: { ...rest, properties: { decisions } }, status: schema(status) },
                        },
                    },
                },
            ],
        },
    };
}

/** Keywords that structural schemas don't have, or that only repeat the format. */
const LEFT_OUT: ReadonlySet<string> = new Set(["$schema", "additionalProperties", "pattern"]);

function structural(schema: unknown): unknown {
    if (Array.isArray(schema)) {
        return schema.map(structural);
    }
    return typeof schema === "object" && schema !== null
        ? Object.fromEntries(
              Object.entries(schema)
                  .filter(([key, value]) => !LEFT_OUT.has(key) || (key === "pattern" && typeof value === "object"))
                  .map(([key, value]) => [key, structural(value)]),
          )
        : schema;
}
