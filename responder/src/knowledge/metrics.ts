import type { Registry } from "prom-client";
import { Counter, Gauge, Histogram } from "prom-client";

import type { ActionRecord, Incident, SecurityEvent } from "../model.js";
import { SEVERITIES, SOURCES } from "../model.js";
import type { Refusal } from "../monitor/webhook.js";
import { GUARDS } from "../plan/guards.js";
import { TRAITS } from "../plan/traits.js";
import type { ResponderObserver } from "./observer.js";
import { phaseOf } from "./resource.js";

const DAY_MS = 86_400_000;
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_800, 3_600, 14_400];

/** What the responder tells Prometheus. Everything that counts starts at zero, so that the first event is an increase. */
export class ResponderMetrics implements ResponderObserver {
    private readonly events: Counter<"source" | "effect">;
    private readonly refusals: Counter<"reason">;
    private readonly actions: Counter<"type" | "state">;
    private readonly guardHits: Counter<"guard">;
    private readonly seconds: Readonly<Record<"detect" | "decide" | "contain" | "recover", Histogram>>;
    private readonly faults: Gauge;

    /**
     * @param state asked at each scrape
     * @param now milliseconds since 1970
     */
    constructor(
        registers: Registry,
        private readonly now: () => number,
        state: {
            readonly incidents: () => readonly Incident[];
            readonly queued: () => number;
            readonly leads: () => boolean;
        },
    ) {
        const registry = { registers: [registers] };
        const gauge = (name: string, help: string, value: () => number): void => {
            new Gauge({
                ...registry,
                name,
                help,
                collect() {
                    this.set(value());
                },
            });
        };
        this.events = new Counter({
            ...registry,
            name: "responder_events_total",
            help: "Events taken, by source and by what came of them",
            labelNames: ["source", "effect"],
        });
        this.refusals = new Counter({
            ...registry,
            name: "responder_refused_total",
            help: "Messages turned away at the webhook, by reason",
            labelNames: ["reason"],
        });
        this.actions = new Counter({
            ...registry,
            name: "responder_actions_total",
            help: "Actions by type and by the state they came to",
            labelNames: ["type", "state"],
        });
        this.guardHits = new Counter({
            ...registry,
            name: "responder_guard_hits_total",
            help: "Actions that a guard rail stopped, or had wait for an approval",
            labelNames: ["guard"],
        });
        const histogram = (name: string, help: string): Histogram =>
            new Histogram({ ...registry, name: `responder_${name}_seconds`, help, buckets: SECONDS });
        this.seconds = {
            detect: histogram("detect", "From an event, by its sender's clock, until it is recorded"),
            decide: histogram("decide", "From an incident's first record until an action is decided"),
            contain: histogram(
                "contain",
                "From an incident's first record until an action that changes something is done",
            ),
            recover: histogram("recover", "From the beginning of an action until it is undone"),
        };
        this.faults = new Gauge({
            ...registry,
            name: "responder_policy_faults",
            help: "1 while the policy file is not usable",
        });
        gauge("responder_leader", "1 on the replica that acts", () => (state.leads() ? 1 : 0));
        gauge("responder_queue_length", "Events that wait to be recorded", state.queued);
        gauge(
            "responder_incidents_unacknowledged",
            "Incidents that changed or would change something, and nobody has looked at",
            () =>
                state
                    .incidents()
                    .filter(({ acknowledgedBy, actions }) => acknowledgedBy === undefined && actions.length > 0).length,
        );
        gauge("responder_actions_waiting", "Actions that wait for an approval", () =>
            this.count(state.incidents(), "proposed"),
        );
        gauge(
            "responder_actions_failed",
            "Actions that failed, or could not be undone",
            () => state.incidents().filter((incident) => phaseOf(incident) === "Failed").length,
        );
        const lately = new Gauge({
            ...registry,
            name: "responder_incidents",
            help: "Incidents that were first recorded within the last 24 hours, by severity (MET-4)",
            labelNames: ["severity"],
            collect: () => {
                const recent = state.incidents().filter(({ detectedAt }) => detectedAt > this.now() - DAY_MS);
                for (const severity of SEVERITIES) {
                    lately.set({ severity }, recent.filter((incident) => incident.severity === severity).length);
                }
            },
        });
        for (const source of SOURCES) {
            for (const effect of ["known", "counted", "new"] as const) {
                this.events.inc({ source, effect }, 0);
            }
        }
        for (const guard of [...GUARDS.map(({ name }) => name), "approval", "mode"]) {
            this.guardHits.inc({ guard }, 0);
        }
        for (const reason of [
            "handshake",
            "sender",
            "path",
            "method",
            "size",
            "malformed",
            "busy",
            "failed",
        ] as const) {
            this.refusals.inc({ reason }, 0);
        }
    }

    event({ source, at }: SecurityEvent, effect: "known" | "counted" | "new"): void {
        this.events.inc({ source, effect });
        if (effect === "new") {
            this.seconds.detect.observe(Math.max(0, this.now() - at) / 1_000);
        }
    }

    decided(incident: Incident, { state, guard, decidedAt }: ActionRecord): void {
        this.seconds.decide.observe(Math.max(0, decidedAt - incident.detectedAt) / 1_000);
        if (guard !== undefined && (state === "blocked" || state === "proposed")) {
            this.guardHits.inc({ guard });
        }
    }

    acted(incident: Incident, { type, state, guard, startedAt, finishedAt }: ActionRecord): void {
        this.actions.inc({ type, state });
        if (state === "blocked" && guard !== undefined) {
            this.guardHits.inc({ guard });
        }
        if (state === "done" && TRAITS[type].changes && finishedAt !== undefined) {
            this.seconds.contain.observe((finishedAt - incident.detectedAt) / 1_000);
        }
        if (state === "undone" && finishedAt !== undefined && startedAt !== undefined) {
            this.seconds.recover.observe((finishedAt - startedAt) / 1_000);
        }
    }

    refused(reason: Refusal): void {
        this.refusals.inc({ reason });
    }

    /** Whether the policy file could be read when it was last looked at. */
    policy(usable: boolean): void {
        this.faults.set(usable ? 0 : 1);
    }

    private count(incidents: readonly Incident[], state: ActionRecord["state"]): number {
        return incidents.flatMap(({ actions }) => actions).filter((action) => action.state === state).length;
    }
}
