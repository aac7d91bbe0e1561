import assert from "node:assert/strict";

import type { SpanOptions, Tracer } from "@opentelemetry/api";

import { SpiffeId } from "../src/index.js";
import { traceHandshakes } from "../src/tracing.js";

/** A tracer that notes what it is told. */
function recorder() {
    const spans: { name: string; options: SpanOptions; status: unknown; end: unknown }[] = [];
    const tracer = {
        startSpan(name: string, options: SpanOptions) {
            const span = { name, options, status: undefined as unknown, end: undefined as unknown };
            spans.push(span);
            return {
                setStatus: (status: unknown) => (span.status = status),
                end: (time: unknown) => (span.end = time),
            };
        },
    } as unknown as Tracer;
    return { spans, tracer };
}

describe("traceHandshakes", () => {
    it("records a client span as long as the handshake, with group and peer", () => {
        const { spans, tracer } = recorder();
        traceHandshakes(tracer)({
            side: "client",
            result: "success",
            group: { name: "X25519MLKEM768", pqc: true },
            peer: SpiffeId.parse("spiffe://example.org/db"),
            durationMs: 12,
        });
        const [span] = spans;
        assert.equal(span?.name, "spiffe.handshake");
        assert.equal(span.options.kind, 2);
        assert.equal(Number(span.end) - Number(span.options.startTime), 12);
        assert.deepEqual(span.options.attributes, {
            "tls.protocol.name": "tls",
            "tls.established": true,
            "tls.curve": "X25519MLKEM768",
            "spiffe.handshake.pqc": true,
            "spiffe.peer.id": "spiffe://example.org/db",
        });
        assert.equal(span.status, undefined);
    });

    it("records a refusal as a server span in error, with its reason", () => {
        const { spans, tracer } = recorder();
        traceHandshakes(tracer)({ side: "server", result: "failure", reason: "expired", message: "expired at noon" });
        const [span] = spans;
        assert.equal(span?.options.kind, 1);
        assert.deepEqual(span.options.attributes, {
            "tls.protocol.name": "tls",
            "tls.established": false,
            "error.type": "expired",
        });
        assert.deepEqual(span.status, { code: 2, message: "expired at noon" });
    });
});
