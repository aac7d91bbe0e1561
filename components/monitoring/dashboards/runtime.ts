import type { Dashboard } from "../panel";
import { count } from "../panel";

const RULES = "falcosecurity_falco_rules_matches_total";

/** By how much counters grew in a time, those included that are first there with their first event. */
function grown(counter: string, time: string): string {
    return `(increase(${counter}[${time}]) and ${counter} offset ${time}) or ${counter}`;
}

/** Falco: what it saw, and whether it still sees: target MET-4. */
export const runtimeDashboard: Dashboard = {
    uid: "runtime",
    title: "Runtime security",
    rows: [
        {
            title: "Detections",
            panels: [
                count("Incidents, 24 h", "MET-4: critical rules that matched; the target is none.", {
                    expr: `sum(${grown(`${RULES}{priority=~"0|1|2"}`, "24h")}) or vector(0)`,
                    legend: "incidents",
                }),
                {
                    title: "Matches by rule",
                    description: "All priorities.",
                    kind: "timeseries",
                    unit: "short",
                    queries: [{ expr: `sum by (rule_name) (${grown(RULES, "5m")})`, legend: "{{rule_name}}" }],
                },
                {
                    title: "Matches by node, 24 h",
                    description: "Where to look first.",
                    kind: "table",
                    unit: "short",
                    queries: [
                        {
                            expr: `sum by (node, rule_name) (${grown(RULES, "24h")}) > 0`,
                            legend: "{{node}} {{rule_name}}",
                        },
                    ],
                },
            ],
        },
        {
            title: "Sensors",
            panels: [
                {
                    title: "Events dropped",
                    description: "Share of system calls that Falco did not see.",
                    kind: "timeseries",
                    unit: "percentunit",
                    queries: [
                        {
                            expr: "sum by (node) (rate(falcosecurity_scap_n_drops_total[5m])) / sum by (node) (rate(falcosecurity_scap_n_evts_total[5m]))",
                            legend: "{{node}}",
                        },
                    ],
                    threshold: { value: 0.05 },
                },
                count("Nodes without Falco", "Pods of the DaemonSet that are missing.", {
                    expr: 'sum(kube_daemonset_status_number_unavailable{daemonset="falco"}) or vector(0)',
                    legend: "nodes",
                }),
                {
                    title: "Alerts sent on",
                    description: "By target and status.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        {
                            expr: "sum by (destination, status) (rate(falcosecurity_falcosidekick_outputs_total[5m]))",
                            legend: "{{destination}} {{status}}",
                        },
                    ],
                },
            ],
        },
    ],
};
