/** How bad an event is; ordered. Falco's eight priorities and Alertmanager's labels are mapped onto these. */
export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** @returns a number that is below zero where `a` is less severe than `b`, as `Array.sort` wants it */
export function compareSeverity(a: Severity, b: Severity): number {
    return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}

/** Who told of an event; each has a path of its own at the webhook, and senders of its own. */
export const SOURCES = ["falco", "alertmanager", "canary"] as const;

export type Source = (typeof SOURCES)[number];

/** What an event says about where it happened: claims of its sender, not looked up yet. */
export interface Claim {
    readonly namespace?: string;
    readonly pod?: string;
    readonly node?: string;
    readonly container?: string;
    readonly image?: string;
    /** SPIFFE ID, where an identity is concerned. */
    readonly spiffeId?: string;
    /** The person or account whose request to the API server it was. */
    readonly user?: string;
    /** The process and its parents, nearest first: all that is left of a process that has ended. */
    readonly processes?: readonly string[];
}

/** One event, whoever sent it. */
export interface SecurityEvent {
    /** Hash of source and content: the same event sent again has the same one. */
    readonly id: string;
    readonly source: Source;
    readonly rule: string;
    readonly severity: Severity;
    /** Milliseconds since 1970 at which it happened, by its sender's clock. */
    readonly at: number;
    readonly tags: readonly string[];
    /** For people; cut to a bounded length. */
    readonly summary: string;
    readonly claim: Claim;
}

/** A controller of pods: the top of the chain of owners. */
export interface WorkloadRef {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
}

/** How far a pod can be reached from: `external` through a load balancer, node port or ingress, `cluster` through any other Service. */
export type Exposure = "none" | "cluster" | "external";

/** Where something happened, as far as the API server confirms it. */
export interface Subject {
    readonly namespace?: string;
    readonly pod?: string;
    /** Of the pod: a later pod of the same name is another one. */
    readonly uid?: string;
    readonly node?: string;
    readonly workload?: WorkloadRef;
    readonly serviceAccount?: string;
    readonly spiffeId?: string;
    readonly exposure?: Exposure;
    /** What could not be looked up, and why; one sentence each. */
    readonly unresolved: readonly string[];
    /** How many events are about it, by {@link signalKey}; absent in what was recorded before they were counted: any may be. */
    readonly seen?: Readonly<Record<string, number>>;
}

/** What tells one signal of an incident from another. */
export function signalKey({ source, rule }: Pick<Signal, "source" | "rule">): string {
    return `${source} ${rule}`;
}

/** Events of one rule within an incident. */
export interface Signal {
    readonly source: Source;
    readonly rule: string;
    readonly severity: Severity;
    readonly tags: readonly string[];
    readonly count: number;
    /** Milliseconds since 1970. */
    readonly firstSeen: number;
    readonly lastSeen: number;
    /** Of the latest event. */
    readonly summary: string;
}

/** What the responder can do; each is one file of `execute/actions/`. */
export const ACTION_TYPES = [
    "capture-evidence",
    "notify",
    "isolate",
    "terminate",
    "restart",
    "rollback",
    "cordon",
    "rotate-secret",
    "revoke-identity",
    "ban-agent",
    "rotate-authority",
] as const;

export type ActionType = (typeof ACTION_TYPES)[number];

/** What an action is done to. */
export interface Target {
    readonly namespace?: string;
    readonly pod?: string;
    readonly uid?: string;
    readonly node?: string;
    readonly workload?: WorkloadRef;
    readonly spiffeId?: string;
    /** ExternalSecret, for `rotate-secret`. */
    readonly secret?: string;
    /** `identity` widens `revoke-identity` from the pod's registration to everybody of that SPIFFE ID. */
    readonly scope?: "pod" | "identity";
}

/**
 * Where an action stands:
 *
 * - `observed`: the mode is observe, so it is written down only
 * - `blocked`: a guard rail stopped it
 * - `proposed`: waits for an approval
 * - `planned`: about to be done, `running`: begun, its undo record is saved, `done`, `failed`
 * - `undoing`, `undone`, `undo-failed`
 */
export const ACTION_STATES = [
    "observed",
    "blocked",
    "proposed",
    "planned",
    "running",
    "done",
    "failed",
    "undoing",
    "undone",
    "undo-failed",
] as const;

export type ActionState = (typeof ACTION_STATES)[number];

/** JSON, as an undo record is kept in the incident. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One action of an incident, from decision to undo. Times are milliseconds since 1970. */
export interface ActionRecord {
    /** Unique within the incident, and the same each time the incident is planned. */
    readonly id: string;
    readonly type: ActionType;
    readonly target: Target;
    /** The rule of the policy that asked for it. */
    readonly rule: string;
    readonly state: ActionState;
    /** One sentence: why it is in this state. */
    readonly reason: string;
    /** The guard rail that stopped it, or wants an approval. */
    readonly guard?: string;
    readonly decidedAt: number;
    readonly startedAt?: number;
    readonly finishedAt?: number;
    /** When it is undone unless somebody confirms it. */
    readonly undoAt?: number;
    readonly approvedBy?: string;
    readonly confirmedBy?: string;
    /** How often it was tried in vain. */
    readonly attempts: number;
    /** What `undo` needs; saved before anything is changed. */
    readonly undo?: Json;
}

/** What a person decided; the API server's admission sees to it that `by` is who asked. */
export interface Decision {
    /** Counted from 0 within the incident. */
    readonly id: number;
    readonly verdict: "approve" | "undo" | "confirm" | "acknowledge";
    /** ID of the action; absent for the incident as a whole. */
    readonly action?: string;
    readonly by: string;
}

export interface TimelineEntry {
    readonly at: number;
    readonly what: string;
}

/** Events of one cause, and what is done about it. */
export interface Incident {
    /** Name of the SecurityIncident. */
    readonly name: string;
    /** What its events have in common, see `analyze/correlate.ts`. */
    readonly key: string;
    readonly severity: Severity;
    /** How sure it is that something is wrong, from 0 to 1. */
    readonly confidence: number;
    readonly firstSeen: number;
    readonly lastSeen: number;
    /** When it was first recorded here. */
    readonly detectedAt: number;
    readonly signals: readonly Signal[];
    /** The latest events, by ID, so that one sent again isn't counted again. */
    readonly eventIds: readonly string[];
    readonly subjects: readonly Subject[];
    readonly actions: readonly ActionRecord[];
    readonly timeline: readonly TimelineEntry[];
    readonly decisions: readonly Decision[];
    /** How many of the decisions have been carried out: the number of the next one. */
    readonly obeyed: number;
    /** Something has come in that the plan doesn't know yet. */
    readonly unplanned: boolean;
    readonly acknowledgedBy?: string;
}

/** What an incident holds at most, so that it stays far below the API server's limit on an object. */
export const LIMITS = { signals: 50, eventIds: 256, subjects: 20, actions: 100, timeline: 200, summary: 512 } as const;

/** Appends to the timeline, which keeps its beginning and its end. */
export function withTimeline(incident: Incident, at: number, what: string): Incident {
    const entries = [...incident.timeline, { at, what }];
    return {
        ...incident,
        timeline: entries.length > LIMITS.timeline ? [...entries.slice(0, 20), ...entries.slice(21)] : entries,
    };
}

/** Replaces the action of the same ID. */
export function withAction(incident: Incident, action: ActionRecord): Incident {
    return { ...incident, actions: incident.actions.map((one) => (one.id === action.id ? action : one)) };
}
