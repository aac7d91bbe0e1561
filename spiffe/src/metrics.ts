import type { Registry } from "prom-client";
import { Counter, Gauge, Histogram } from "prom-client";

import { requireFunction } from "./arguments.js";
import type { JwtSvidError } from "./errors.js";
import type { X509Provider, X509Snapshot } from "./source.js";
import { subscribe } from "./subscription.js";
import type { HandshakeEvent, HandshakeObserver } from "./tls/observer.js";
import { AFTER_HANDSHAKE, HANDSHAKE_FAILURE_REASONS, notify } from "./tls/observer.js";
import { checkIdentity } from "./tls/policy-check.js";
import type { WorkloadFailure, WorkloadObserver } from "./workload/observer.js";

/** Anything that can tell how its stream is doing: the sources of this library. */
export interface HealthReporting {
    health(): { readonly healthy: boolean; readonly state: string };
}

const SIDES = ["client", "server"] as const;
/** The labels of a handshake that did not get as far as a group. */
const NO_GROUP = { group: "none", pqc: "false" } as const;
const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * The Prometheus collectors of this library. Names and labels are stable; alerts are built on them.
 *
 * | metric | labels | tells |
 * |---|---|---|
 * | `pqc_handshakes_total` | side, group, pqc, result, trust_domain | handshakes; result is success, failure (0 from the start) or aborted |
 * | `pqc_handshake_duration_seconds` | group | successful handshakes of clients, verification included |
 * | `spiffe_authentication_failures_total` | side, reason | peers refused and why; each reason is 0 from the start |
 * | `spiffe_jwt_svid_refusals_total` | reason | tokens of peers refused and why |
 * | `spiffe_workload_api_failures_total` | method, reason | calls of the Workload API that failed, and unusable answers |
 * | `spiffe_svid_expiry_seconds` | spiffe_id | seconds until the SVID in use expires; negative afterwards |
 * | `spiffe_svid_rotations_total` | spiffe_id | SVIDs replaced by another certificate |
 * | `spiffe_bundle_authorities` | trust_domain | X.509 authorities trusted now |
 * | `spiffe_stream_healthy` | stream | 1 while the source has usable material and its stream is alive, else 0 |
 * | `spiffe_stream_state` | stream, state | 1 for the state the source is in: starting, streaming, interrupted, withdrawn, failed or closed |
 */
export class SpiffeMetrics {
    private readonly handshakeCount: Counter<"side" | "group" | "pqc" | "result" | "trust_domain">;
    private readonly handshakeDuration: Histogram<"group">;
    private readonly failureCount: Counter<"side" | "reason">;
    private readonly refusalCount: Counter<"reason">;
    private readonly workloadFailureCount: Counter<"method" | "reason">;
    private readonly rotationCount: Counter<"spiffe_id">;
    private readonly identities = new Set<X509Provider>();
    private readonly streams = new Map<string, HealthReporting>();

    /** @param registry a registry of prom-client that has none of these metrics yet */
    constructor(registry: Registry) {
        const registers = [registry];
        this.handshakeCount = new Counter({
            name: "pqc_handshakes_total",
            help: "TLS handshakes by side, key exchange group, whether it is post-quantum, result, and trust domain of the peer",
            labelNames: ["side", "group", "pqc", "result", "trust_domain"],
            registers,
        });
        this.handshakeDuration = new Histogram({
            name: "pqc_handshake_duration_seconds",
            help: "Duration of successful client handshakes, connecting and verification included",
            labelNames: ["group"],
            buckets: DURATION_BUCKETS_SECONDS,
            registers,
        });
        this.failureCount = new Counter({
            name: "spiffe_authentication_failures_total",
            help: "Peers refused, by side and reason",
            labelNames: ["side", "reason"],
            registers,
        });
        this.refusalCount = new Counter({
            name: "spiffe_jwt_svid_refusals_total",
            help: "JWT-SVIDs of peers refused, by reason",
            labelNames: ["reason"],
            registers,
        });
        this.workloadFailureCount = new Counter({
            name: "spiffe_workload_api_failures_total",
            help: "Calls of the Workload API that failed and answers that could not be used, by method and reason",
            labelNames: ["method", "reason"],
            registers,
        });
        this.rotationCount = new Counter({
            name: "spiffe_svid_rotations_total",
            help: "X.509-SVIDs replaced by a new certificate",
            labelNames: ["spiffe_id"],
            registers,
        });
        this.startAtZero();
        this.addIdentityGauges(registers);
        this.addStreamGauges(registers);
    }

    /** Give this as `observer` of a TLS policy. */
    readonly handshakes: HandshakeObserver = (event: HandshakeEvent): void => {
        const { side, result, group, peer } = event;
        const reason = event.reason ?? "tls_error";
        if (result === "failure") {
            this.failureCount.inc({ side, reason });
        }
        if (result === "closed" || AFTER_HANDSHAKE.has(reason)) {
            return;
        }
        this.handshakeCount.inc({
            side,
            result,
            ...(group === undefined ? NO_GROUP : { group: group.name, pqc: String(group.pqc) }),
            trust_domain: result === "success" ? (peer?.trustDomain.name ?? "") : "",
        });
        if (result === "success" && event.durationMs !== undefined) {
            this.handshakeDuration.observe({ group: group?.name ?? "none" }, event.durationMs / 1000);
        }
    };

    /** Give this as `onRefused` of a `JwtSource`. */
    readonly refusedTokens = ({ code }: JwtSvidError): void => {
        this.refusalCount.inc({ reason: code });
    };

    /** Give this as `observer` of a source or a client of the Workload API. */
    readonly workloadFailures: WorkloadObserver = ({ method, reason }: WorkloadFailure): void => {
        this.workloadFailureCount.inc({ method, reason });
    };

    /**
     * Shows expiry and authorities of an identity and counts its rotations.
     *
     * @returns a function that ends it
     */
    trackIdentity(identity: X509Provider): () => void {
        checkIdentity(identity);
        let shown = fingerprint(identity);
        const onUpdate = (snapshot: X509Snapshot): void => {
            const next = snapshot.svid.leaf.fingerprint256;
            if (shown !== undefined && shown !== next) {
                this.rotationCount.inc({ spiffe_id: snapshot.svid.id.toString() });
            }
            shown = next;
        };
        this.identities.add(identity);
        const unsubscribe = subscribe(identity, { update: onUpdate });
        return () => {
            this.identities.delete(identity);
            unsubscribe();
        };
    }

    /**
     * Shows the health of a source under a name such as `x509` or `jwt`.
     *
     * @returns a function that ends it
     */
    trackStream(name: string, source: HealthReporting): () => void {
        this.streams.set(name, source);
        return () => {
            this.streams.delete(name);
        };
    }

    /** A series that comes with its first failures has no increase by them: an alert would hear of none. */
    private startAtZero(): void {
        for (const side of SIDES) {
            HANDSHAKE_FAILURE_REASONS.forEach((reason) => this.failureCount.inc({ side, reason }, 0));
            this.handshakeCount.inc({ side, result: "failure", ...NO_GROUP, trust_domain: "" }, 0);
        }
    }

    private addStreamGauges(registers: Registry[]): void {
        const streams = this.streams;
        new Gauge({
            name: "spiffe_stream_healthy",
            help: "1 while a source has usable material and its stream is alive, else 0",
            labelNames: ["stream"],
            registers,
            collect() {
                this.reset();
                streams.forEach((source, stream) => this.set({ stream }, source.health().healthy ? 1 : 0));
            },
        });
        new Gauge({
            name: "spiffe_stream_state",
            help: "1 for the state a source is in",
            labelNames: ["stream", "state"],
            registers,
            collect() {
                this.reset();
                streams.forEach((source, stream) => this.set({ stream, state: source.health().state }, 1));
            },
        });
    }

    private addIdentityGauges(registers: Registry[]): void {
        const identities = this.identities;
        new Gauge({
            name: "spiffe_svid_expiry_seconds",
            help: "Seconds until the X.509-SVID in use expires; negative once it has",
            labelNames: ["spiffe_id"],
            registers,
            collect() {
                this.reset();
                for (const { svid } of snapshots(identities)) {
                    const seconds = (svid.notAfter.getTime() - Date.now()) / 1000;
                    this.set({ spiffe_id: svid.id.toString() }, seconds);
                }
            },
        });
        new Gauge({
            name: "spiffe_bundle_authorities",
            help: "X.509 authorities trusted now, by trust domain",
            labelNames: ["trust_domain"],
            registers,
            collect() {
                this.reset();
                for (const { bundles } of snapshots(identities)) {
                    for (const { trustDomain, authorities } of bundles) {
                        this.set({ trust_domain: trustDomain.name }, authorities.length);
                    }
                }
            },
        });
    }
}

/** Several observers as one. */
export function combineObservers(...observers: readonly HandshakeObserver[]): HandshakeObserver {
    observers.forEach((observer) => requireFunction(observer, "each of observers"));
    return (event) => observers.forEach((observer) => notify(observer, event));
}

function fingerprint(identity: X509Provider): string | undefined {
    return snapshots([identity])[0]?.svid.leaf.fingerprint256;
}

/** Identities without anything to use just don't show: `spiffe_stream_healthy` tells of them. */
function snapshots(identities: Iterable<X509Provider>): X509Snapshot[] {
    return Array.from(identities).flatMap((identity) => {
        try {
            return [identity.snapshot()];
        } catch {
            return [];
        }
    });
}
