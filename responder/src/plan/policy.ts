import { parseDocument } from "yaml";
import { z } from "zod";

import { ACTION_TYPES, SEVERITIES, SOURCES } from "../model.js";

/** The policy can't be used; the message names every fault by its path. */
export class PolicyError extends Error {
    constructor(
        name: string,
        readonly faults: readonly string[],
    ) {
        super(`${name} is no response policy:\n  ${faults.join("\n  ")}`);
        this.name = "PolicyError";
    }
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `5m`, `1h` or `7d`, read as milliseconds. */
const duration = z
    .string()
    .regex(/^[1-9]\d{0,5}[smhd]$/, "must be a duration such as 90s, 5m, 1h or 7d")
    .transform((text) => Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? 0));

const label = z.string().regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, "must be a DNS label (RFC 1123)");
const name = z.string().regex(/^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/, "must be an object's name (RFC 1123)");

const workload = z.strictObject({
    namespace: label,
    kind: z.enum(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"]),
    name,
});

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 08:00");

const workingHours = z.strictObject({
    /** 1 is Monday, 7 is Sunday (ISO 8601). */
    days: z.array(z.int().min(1).max(7)).min(1),
    from: clockTime,
    to: clockTime,
    timeZone: z
        .string()
        .refine((zone) => Intl.supportedValuesOf("timeZone").includes(zone) || zone === "UTC", "is no IANA time zone"),
});

/** The guard rails' settings. Rules have none: nothing that stands in a rule can widen them. */
const guards = z.strictObject({
    /** Beside those that are always protected: kube-system, and the namespaces of SPIRE and of the responder itself. */
    protectedNamespaces: z.array(label).default([]),
    protectedWorkloads: z.array(workload).default([]),
    /** Workloads whose last ready replica may be taken: better down than abused. */
    mayLoseLastReplica: z.array(workload).default([]),
    /** Actions that change something, of all incidents together, in any 60 minutes. */
    actionsPerHour: z.int().min(0).max(1_000).default(10),
    /** How much of a workload may be taken out at a time. */
    workloadFraction: z.number().min(0).max(1).default(0.34),
    /** How many of the nodes may be cordoned or lose their agent at a time. */
    nodeFraction: z.number().min(0).max(1).default(0.2),
    /** How long one kind of action on one workload or node isn't repeated. */
    coolDown: duration.prefault("10m"),
    /** After this an action is undone unless somebody confirms it. */
    undoAfter: duration.prefault("4h"),
    /** What can't be undone, or hits more than a pod: after an approval, or without one in working hours. */
    destructive: z.enum(["approval", "working-hours"]).default("approval"),
    workingHours: workingHours.optional(),
});

const match = z.strictObject({
    sources: z.array(z.enum(SOURCES)).min(1).optional(),
    /** Names of Falco's rules, or of alerts. */
    rules: z.array(z.string().min(1)).min(1).optional(),
    /** One of these tags. */
    tags: z.array(z.string().min(1)).min(1).optional(),
    namespaces: z.array(label).min(1).optional(),
    minimumSeverity: z.enum(SEVERITIES).optional(),
    minimumConfidence: z.number().min(0).max(1).optional(),
    /** As often within the window. */
    minimumCount: z.int().min(1).optional(),
});

const action = z.strictObject({
    type: z.enum(ACTION_TYPES),
    /** Shorter than the guard rail's only. */
    undoAfter: duration.optional(),
    scope: z.enum(["pod", "identity"]).optional(),
    /** ExternalSecret in the pod's namespace. */
    secret: name.optional(),
    /** Asks even where the mode and the guard rails would not. */
    approval: z.literal("required").optional(),
});

const rule = z.strictObject({
    name: label,
    /** Why, for the person who is woken up. */
    explanation: z.string().min(10).max(500),
    match,
    actions: z.array(action).min(1),
});

const policy = z.strictObject({
    apiVersion: z.literal("responder.x0tta6bl4.io/v1alpha1"),
    kind: z.literal("ResponsePolicy"),
    /** `observe` writes down what it would do, `propose` asks, `act` acts. */
    mode: z.enum(["observe", "propose", "act"]).default("observe"),
    /** Nothing is changed any more; undoing goes on. */
    killSwitch: z.boolean().default(false),
    /** Events that come within this time of each other belong together. */
    window: duration.prefault("5m"),
    /** How long an incident that is over is kept. */
    retention: duration.prefault("30d"),
    guards: guards.prefault({}),
    rules: z.array(rule).default([]),
});

export type ResponsePolicy = z.output<typeof policy>;
export type PolicyRule = ResponsePolicy["rules"][number];
export type PolicyAction = PolicyRule["actions"][number];
export type Guards = ResponsePolicy["guards"];

/** Longest policy that is read, in characters. */
const MAX_LENGTH = 1_048_576;

/**
 * Reads a response policy from YAML 1.2.
 *
 * @param text the policy
 * @param file what to call it in messages, such as its path
 * @throws {PolicyError} with all faults at once
 */
export function parseResponsePolicy(text: string, file = "the policy"): ResponsePolicy {
    if (text.length > MAX_LENGTH) {
        throw new PolicyError(file, [`it is longer than ${MAX_LENGTH} characters`]);
    }
    const document = parseDocument(text, { uniqueKeys: true });
    if (document.errors.length > 0) {
        throw new PolicyError(
            file,
            document.errors.map(({ message }) => message.split("\n", 1)[0] ?? message),
        );
    }
    let value: unknown;
    try {
        value = document.toJS({ maxAliasCount: 0 });
    } catch (error) {
        // Aliases grow without bound, and a policy needs none.
        throw new PolicyError(file, [error instanceof Error ? error.message : "it can't be read"]);
    }
    return checkedPolicy(value, file);
}

/** As {@link parseResponsePolicy}, from a value. @throws {PolicyError} */
export function checkedPolicy(value: unknown, file = "the policy"): ResponsePolicy {
    const read = policy.safeParse(value);
    if (!read.success) {
        throw new PolicyError(file, read.error.issues.map(fault));
    }
    const contradictions = policyContradictions(read.data);
    if (contradictions.length > 0) {
        throw new PolicyError(file, contradictions);
    }
    return read.data;
}

function fault(issue: z.core.$ZodIssue): string {
    const path = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
    return `${path.replace(/^\./, "") || "the document"}: ${issue.message}`;
}

/** What each part allows, and all together contradicts. */
function policyContradictions({ guards: rails, rules }: ResponsePolicy): readonly string[] {
    const names = rules.map((one) => one.name);
    return [
        ...(rails.destructive === "working-hours" && rails.workingHours === undefined
            ? ["guards.workingHours: must be given, since guards.destructive is working-hours"]
            : []),
        ...(rails.workingHours !== undefined && rails.workingHours.from >= rails.workingHours.to
            ? ["guards.workingHours: from must be before to"]
            : []),
        ...rules.flatMap((one, index) => [
            ...(names.indexOf(one.name) === index ? [] : [`rules[${index}].name: "${one.name}" is there twice`]),
            ...(Object.keys(one.match).length > 0 ? [] : [`rules[${index}].match: must say what it matches`]),
            ...one.actions.flatMap((step, at) => actionFaults(step, rails, `rules[${index}].actions[${at}]`)),
        ]),
    ];
}

function actionFaults(step: PolicyAction, rails: Guards, path: string): readonly string[] {
    return [
        ...(step.undoAfter !== undefined && step.undoAfter > rails.undoAfter
            ? [`${path}.undoAfter: must not be longer than guards.undoAfter`]
            : []),
        ...(step.type === "rotate-secret" && step.secret === undefined
            ? [`${path}.secret: must name the ExternalSecret to synchronise`]
            : []),
        ...(step.type !== "rotate-secret" && step.secret !== undefined
            ? [`${path}.secret: only rotate-secret takes one`]
            : []),
        ...(step.type !== "revoke-identity" && step.scope !== undefined
            ? [`${path}.scope: only revoke-identity takes one`]
            : []),
    ];
}

/** The policy as JSON Schema (2020-12), for editors. */
export function policySchema(): unknown {
    return z.toJSONSchema(policy, { io: "input" });
}
