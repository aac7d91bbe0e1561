import type { HandshakeEvent, HandshakeObserver } from "./tls/observer.js";

/** What is used of a `Tracer` of the package `@opentelemetry/api`; named here so that programs which don't trace can do without its types. */
export interface HandshakeTracer {
    startSpan(
        name: string,
        options: { kind: number; startTime: number; attributes: Record<string, string | boolean> },
    ): HandshakeSpan;
}

/** What is used of a `Span` of the package `@opentelemetry/api`. */
export interface HandshakeSpan {
    setStatus(status: { code: number; message?: string }): unknown;
    end(endTime: number): void;
}

/** SpanKind and SpanStatusCode of OpenTelemetry, by number: its package is needed only by programs that trace. */
const SPAN_KIND = { server: 1, client: 2 } as const;
const STATUS_ERROR = 2;

/**
 * An observer that records a span for each handshake, with the attributes of OpenTelemetry's TLS conventions. Give it as `observer`
 * of a TLS policy, alone or by `combineObservers`.
 *
 * @param tracer from `trace.getTracer(…)` of the package `@opentelemetry/api`
 */
export function traceHandshakes(tracer: HandshakeTracer): HandshakeObserver {
    return (event) => {
        const end = Date.now();
        const span = tracer.startSpan("spiffe.handshake", {
            kind: SPAN_KIND[event.side],
            startTime: end - (event.durationMs ?? 0),
            attributes: attributes(event),
        });
        setStatus(span, event);
        span.end(end);
    };
}

function attributes({ result, group, peer, reason }: HandshakeEvent): Record<string, string | boolean> {
    return {
        "tls.protocol.name": "tls",
        "tls.established": result === "success",
        ...(group === undefined ? {} : { "tls.curve": group.name, "spiffe.handshake.pqc": group.pqc }),
        ...(peer === undefined ? {} : { "spiffe.peer.id": peer.toString() }),
        ...(reason === undefined ? {} : { "error.type": reason }),
    };
}

function setStatus(span: HandshakeSpan, { result, message }: HandshakeEvent): void {
    if (result !== "success") {
        span.setStatus({ code: STATUS_ERROR, message });
    }
}
