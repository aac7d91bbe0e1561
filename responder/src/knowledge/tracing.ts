import { createHash } from "node:crypto";

import type { Context, Tracer } from "@opentelemetry/api";
import { ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";

import type { ActionRecord, Incident } from "../model.js";
import type { ResponderObserver } from "./observer.js";

/** What a tracer is asked of: any of OpenTelemetry's. */
export type IncidentTracer = Pick<Tracer, "startSpan">;

/**
 * Spans of an incident: from the event that opened it, over each decision, to each action. All of an incident's spans are one
 * trace whose ID follows from its name, so that the trace goes on after a restart or on another replica.
 */
export function traceIncidents(tracer: IncidentTracer): ResponderObserver {
    const detected = new Set<string>();
    const record = (
        incident: Incident,
        name: string,
        span: { readonly from: number; readonly to: number; readonly action?: ActionRecord; readonly failed?: string },
    ): void => {
        const started = tracer.startSpan(
            name,
            {
                startTime: span.from,
                attributes: {
                    "incident.name": incident.name,
                    "incident.severity": incident.severity,
                    "incident.key": incident.key,
                    ...(span.action !== undefined && {
                        "action.id": span.action.id,
                        "action.state": span.action.state,
                        "action.reason": span.action.reason,
                    }),
                },
            },
            traceOf(incident),
        );
        if (span.failed !== undefined) {
            started.setStatus({ code: SpanStatusCode.ERROR, message: span.failed });
        }
        started.end(Math.max(span.from, span.to));
    };
    return {
        event: () => {},
        decided: (incident, action) => {
            if (!detected.has(incident.name)) {
                detected.add(incident.name);
                record(incident, "detect", { from: incident.firstSeen, to: incident.detectedAt });
            }
            record(incident, `decide ${action.type}`, { from: incident.detectedAt, to: action.decidedAt, action });
        },
        acted: (incident, action) => {
            const failed = action.state === "failed" || action.state === "undo-failed" ? action.reason : undefined;
            const from = action.startedAt ?? action.decidedAt;
            const undone = action.state === "undone" || action.state === "undo-failed";
            const name = `${undone ? "undo" : "act"} ${action.type}`;
            record(incident, name, {
                from: undone ? (action.finishedAt ?? from) : from,
                to: action.finishedAt ?? from,
                action,
                failed,
            });
        },
    };
}

/** The trace of an incident, as a remote parent of its spans (W3C Trace Context). */
export function traceOf({ name }: Pick<Incident, "name">): Context {
    const hash = createHash("sha256").update(name).digest("hex");
    return trace.setSpanContext(ROOT_CONTEXT, {
        traceId: hash.slice(0, 32),
        spanId: hash.slice(32, 48),
        traceFlags: TraceFlags.SAMPLED,
        isRemote: true,
    });
}

/** Tells several observers. */
export function combined(...observers: readonly ResponderObserver[]): ResponderObserver {
    return {
        event: (event, effect) => observers.forEach((one) => one.event(event, effect)),
        decided: (incident, action) => observers.forEach((one) => one.decided(incident, action)),
        acted: (incident, action) => observers.forEach((one) => one.acted(incident, action)),
    };
}
