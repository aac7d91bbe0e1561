import { createHash } from "node:crypto";

import type { Incident, SecurityEvent, Severity, Signal, Subject } from "../model.js";
import { compareSeverity, LIMITS, signalKey, withTimeline } from "../model.js";
import { confidenceOf } from "./confidence.js";

/**
 * What the events of one cause have in common: the workload, or else the pod, the identity, the node; failing all of these, the rule.
 * So a shell in one replica and a connection out of another are one incident.
 */
export function correlationKey(event: SecurityEvent, subject: Subject): string {
    const { workload, namespace, pod, spiffeId, node } = subject;
    if (workload !== undefined) {
        return `workload ${workload.kind} ${workload.namespace}/${workload.name}`;
    }
    if (namespace !== undefined && pod !== undefined) {
        return `pod ${namespace}/${pod}`;
    }
    if (spiffeId !== undefined) {
        return `identity ${spiffeId}`;
    }
    return node === undefined ? `rule ${event.source} ${event.rule}` : `node ${node}`;
}

/** The incidents that may still take events. */
export interface OpenIncidents {
    withEvent(id: string): Incident | undefined;
    /** The latest of the key. */
    withKey(key: string): Incident | undefined;
    /** The latest of the pod: an isolated pod has no controller any more, and still belongs to its incident. */
    withPod(uid: string | undefined): Incident | undefined;
}

/** What came of an event. */
export interface Correlated {
    readonly incident: Incident;
    /** `known`: this very event was in the incident already; `counted`: one more of a signal; `new`: more is known than before. */
    readonly effect: "known" | "counted" | "new";
}

/**
 * Puts an event into the incident it belongs to, or opens one. Pure: the same events make the same incidents, whatever their
 * order within the window.
 *
 * @param windowMs how far apart events of one incident may be
 * @param now milliseconds since 1970, by our own clock: a sender's clock may be wrong
 */
export function correlate(
    open: OpenIncidents,
    event: SecurityEvent,
    subject: Subject,
    windowMs: number,
    now: number,
): Correlated {
    const known = open.withEvent(event.id);
    if (known !== undefined) {
        return { incident: known, effect: "known" };
    }
    const key = correlationKey(event, subject);
    const home = [open.withPod(subject.uid), open.withKey(key)].find(
        (incident) => incident !== undefined && incident.lastSeen >= now - windowMs,
    );
    return home === undefined
        ? { incident: opened(key, event, subject, now), effect: "new" }
        : extended(home, event, subject, now);
}

function opened(key: string, event: SecurityEvent, subject: Subject, now: number): Incident {
    const signals = [signalOf(event, now)];
    return withTimeline(
        {
            name: `incident-${createHash("sha256").update(`${key}\n${event.id}`).digest("hex").slice(0, 16)}`,
            key,
            severity: event.severity,
            confidence: confidenceOf(signals),
            firstSeen: event.at,
            lastSeen: now,
            detectedAt: now,
            signals,
            eventIds: [event.id],
            subjects: [firstOf(subject, event)],
            actions: [],
            timeline: [],
            decisions: [],
            obeyed: 0,
            unplanned: true,
        },
        now,
        `opened by ${event.source}: ${event.rule}`,
    );
}

function extended(home: Incident, event: SecurityEvent, subject: Subject, now: number): Correlated {
    const index = home.signals.findIndex(({ source, rule }) => source === event.source && rule === event.rule);
    const before = home.signals[index];
    if (before === undefined && home.signals.length >= LIMITS.signals) {
        return { incident: counted(home, event, home.signals, now), effect: "counted" };
    }
    const signals =
        before === undefined
            ? [...home.signals, signalOf(event, now)]
            : home.signals.with(index, {
                  ...before,
                  count: before.count + 1,
                  lastSeen: now,
                  summary: event.summary,
                  severity: worse(before.severity, event.severity),
              });
    const at = home.subjects.findIndex(({ uid, pod, namespace, node }) =>
        uid === undefined
            ? pod === subject.pod && namespace === subject.namespace && node === subject.node
            : uid === subject.uid,
    );
    const known = home.subjects[at];
    const subjects =
        known !== undefined
            ? home.subjects.with(at, anotherOf(known, event))
            : home.subjects.length >= LIMITS.subjects
              ? home.subjects
              : [...home.subjects, firstOf(subject, event)];
    const incident = { ...counted(home, event, signals, now), subjects };
    if (before !== undefined && subjects.length === home.subjects.length) {
        return { incident, effect: "counted" };
    }
    return {
        incident: withTimeline(incident, now, before === undefined ? `also ${event.rule}` : `also ${where(subject)}`),
        effect: "new",
    };
}

/** A subject of which nothing was known, with the event that is about it. */
function firstOf(subject: Subject, event: SecurityEvent): Subject {
    return { ...subject, seen: { [signalKey(event)]: 1 } };
}

/** A subject with one more event that is about it. */
function anotherOf(subject: Subject, event: SecurityEvent): Subject {
    const { seen } = subject;
    const key = signalKey(event);
    return seen === undefined ? subject : { ...subject, seen: { ...seen, [key]: (seen[key] ?? 0) + 1 } };
}

function counted(home: Incident, event: SecurityEvent, signals: readonly Signal[], now: number): Incident {
    return {
        ...home,
        signals,
        severity: worse(home.severity, event.severity),
        confidence: confidenceOf(signals),
        firstSeen: Math.min(home.firstSeen, event.at),
        lastSeen: now,
        eventIds: [...home.eventIds, event.id].slice(-LIMITS.eventIds),
    };
}

function signalOf(event: SecurityEvent, now: number): Signal {
    const { source, rule, severity, tags, summary } = event;
    return { source, rule, severity, tags, summary, count: 1, firstSeen: now, lastSeen: now };
}

function where({ namespace, pod, node }: Subject): string {
    return pod === undefined ? `node ${node ?? "unknown"}` : `pod ${namespace ?? "unknown"}/${pod}`;
}

function worse(a: Severity, b: Severity): Severity {
    return compareSeverity(a, b) >= 0 ? a : b;
}
