/** `@x0tta6bl4/spiffe/metrics`: counters for prom-client, spans for @opentelemetry/api. Each needs its package. */
import "../runtime.js";

export { combineObservers, SpiffeMetrics } from "../metrics.js";
export type { HealthReporting } from "../metrics.js";
export { traceHandshakes } from "../tracing.js";
export type { HandshakeSpan, HandshakeTracer } from "../tracing.js";
