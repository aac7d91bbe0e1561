import type { Dashboard } from "../panel";
import { count } from "../panel";

/** External Secrets: what is in step, and how the secrets manager answers. */
export const secretsDashboard: Dashboard = {
    uid: "secrets",
    title: "Secrets",
    rows: [
        {
            title: "Synchronisation",
            panels: [
                count("Secrets out of step", "ExternalSecrets that are not ready.", {
                    expr: 'count(externalsecret_status_condition{condition="Ready", status="False"} == 1) or vector(0)',
                    legend: "secrets",
                }),
                count("Stores not ready", "SecretStores that can't reach the secrets manager.", {
                    expr: 'count(secretstore_status_condition{condition="Ready", status="False"} == 1) or vector(0)',
                    legend: "stores",
                }),
                {
                    title: "Synchronisations and errors",
                    description: "Calls by Secret.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        {
                            expr: "sum by (namespace, name) (rate(externalsecret_sync_calls_total[5m]))",
                            legend: "{{namespace}}/{{name}}",
                        },
                        {
                            expr: "sum by (namespace, name) (rate(externalsecret_sync_calls_error[5m]))",
                            legend: "{{namespace}}/{{name}} failed",
                        },
                    ],
                },
            ],
        },
        {
            title: "Secrets manager",
            panels: [
                {
                    title: "Calls by status",
                    description: "Calls to the provider.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        {
                            expr: "sum by (provider, status) (rate(externalsecret_provider_api_calls_count[5m]))",
                            legend: "{{provider}} {{status}}",
                        },
                    ],
                },
                {
                    title: "Reconcile errors",
                    description: "By controller.",
                    kind: "timeseries",
                    unit: "ops",
                    queries: [
                        {
                            expr: 'sum by (job, controller) (rate(controller_runtime_reconcile_errors_total{job=~"external-secrets-.+"}[5m]))',
                            legend: "{{job}} {{controller}}",
                        },
                    ],
                },
            ],
        },
    ],
};
