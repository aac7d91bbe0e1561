import type { Dashboard } from "../panel";
import { count } from "../panel";

/** Incidents and what was done about them: how fast, how often, and what was stopped. */
export const incidentsDashboard: Dashboard = {
    uid: "incidents",
    title: "Incidents",
    rows: [
        {
            title: "Now",
            panels: [
                count("Incidents, 24 h", "MET-4: incidents of high or critical severity; the target is none.", {
                    expr: 'sum(max by (severity) (responder_incidents{severity=~"high|critical"})) or vector(0)',
                    legend: "incidents",
                }),
                count("Nobody has looked at", "Incidents with actions that nobody has acknowledged.", {
                    expr: "max(responder_incidents_unacknowledged) or vector(0)",
                    legend: "incidents",
                }),
                count("Wait for an approval", "Actions that were proposed.", {
                    expr: "max(responder_actions_waiting) or vector(0)",
                    legend: "actions",
                }),
                count("Failed", "Incidents with an action that failed or could not be undone.", {
                    expr: "max(responder_actions_failed) or vector(0)",
                    legend: "incidents",
                }),
            ],
        },
        {
            title: "How fast",
            panels: (["detect", "decide", "contain", "recover"] as const).map((step) => ({
                title: `Time to ${step}`,
                description: "Half of them, and 95 of 100, are faster.",
                kind: "timeseries" as const,
                unit: "s" as const,
                queries: [
                    {
                        expr: `histogram_quantile(0.5, sum by (le) (rate(responder_${step}_seconds_bucket[1h])))`,
                        legend: "p50",
                    },
                    {
                        expr: `histogram_quantile(0.95, sum by (le) (rate(responder_${step}_seconds_bucket[1h])))`,
                        legend: "p95",
                    },
                ],
                ...(step === "contain" && { threshold: { value: 2 } }),
            })),
        },
        {
            title: "What came of it",
            panels: [
                {
                    title: "Events",
                    description: "By source, and by whether they were new, counted or known.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        {
                            expr: "sum by (source, effect) (rate(responder_events_total[5m]))",
                            legend: "{{source}} {{effect}}",
                        },
                    ],
                },
                {
                    title: "Actions",
                    description: "By what they are and what became of them.",
                    kind: "timeseries",
                    unit: "short",
                    queries: [
                        {
                            expr: "sum by (type, state) (increase(responder_actions_total[1h]))",
                            legend: "{{type}} {{state}}",
                        },
                    ],
                },
                {
                    title: "Stopped by guard rails",
                    description: "Actions that a guard rail stopped or had wait for an approval.",
                    kind: "timeseries",
                    unit: "short",
                    queries: [
                        { expr: "sum by (guard) (increase(responder_guard_hits_total[1h]))", legend: "{{guard}}" },
                    ],
                },
                {
                    title: "Turned away",
                    description: "Messages that were not taken, by reason.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [{ expr: "sum by (reason) (rate(responder_refused_total[5m]))", legend: "{{reason}}" }],
                },
            ],
        },
    ],
};
