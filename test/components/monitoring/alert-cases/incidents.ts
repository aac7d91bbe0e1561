import type { AlertExample } from "./example";

export const INCIDENTS: Readonly<Record<string, AlertExample>> = {
    ResponderDown: {
        fires: { 'up{job="monitoring/responder", pod="a"}': "1x60", 'responder_leader{pod="a"}': "0x60" },
        silent: { 'up{job="monitoring/responder", pod="a"}': "1x60", 'responder_leader{pod="a"}': "1x60" },
        after: 20,
    },
    ResponderActionFailed: {
        fires: { responder_actions_failed: "1x60" },
        silent: { responder_actions_failed: "0x60" },
        after: 10,
    },
    ResponderBudgetExhausted: {
        fires: { 'responder_guard_hits_total{guard="actions-per-hour"}': "0x5 1x60" },
        silent: { 'responder_guard_hits_total{guard="approval"}': "0x5 1x60" },
        after: 10,
    },
    IncidentUnacknowledged: {
        fires: { responder_incidents_unacknowledged: "1x60" },
        silent: { responder_incidents_unacknowledged: "1x10 0x60" },
        after: 25,
    },
    ResponderRefusesSenders: {
        fires: { 'responder_refused_total{reason="sender"}': "0+1x60" },
        silent: { 'responder_refused_total{reason="malformed"}': "0+1x60" },
        after: 20,
    },
    ResponderTurnsEventsAway: {
        fires: { 'responder_refused_total{reason="busy"}': "0x5 1x60" },
        silent: { 'responder_refused_total{reason="sender"}': "0x5 1x60" },
        after: 10,
    },
    ResponderPolicyUnusable: {
        fires: { responder_policy_faults: "1x60" },
        silent: { responder_policy_faults: "0x60" },
        after: 10,
    },
};
