import assert from "node:assert/strict";

import { shippedAlerts } from "../../../components/monitoring/alerts";
import { dashboards } from "../../../components/monitoring/dashboards";
import { alertedStack } from "../../support/alerted";

/** What each service really emits. A name that is not here is one that nobody emits, and an alert on it never fires. */
const EMITTED: Readonly<Record<string, RegExp>> = {
    "SPIRE server (doc/telemetry/telemetry.md, 1.15)":
        /^spire_server_(?:manager_x509_ca_rotate_expiration|ca_manager_(?:x509_ca|jwt_key)_prepare|svid_rotate|rpc_agent_v1_agent_attest_agent|bundle_manager_fetch_federated_bundle|server_ca_sign_x509_svid|datastore_\.\+)$/,
    "SPIRE agent (the same)":
        /^spire_agent_(?:bootstrapped|started|agent_svid_rotate|manager_sync_fetch_entries_updates|workload_api_(?:workload_attestation|workload_attestation_elapsed_time|rate_limit_exceeded))$/,
    "the SPIFFE library (spiffe/src/metrics.ts)":
        /^(?:pqc_handshakes_total|spiffe_(?:authentication_failures_total|svid_expiry_seconds|stream_healthy))$/,
    "the probe (probe/src/service.ts, forbidden.ts)": /^probe_(?:calls_total|forbidden_open)$/,
    "the responder (responder/src/knowledge/metrics.ts)":
        /^responder_(?:leader|(?:actions|guard_hits|refused|events)_total|actions_(?:failed|waiting)|incidents(?:_unacknowledged)?|policy_faults|(?:detect|decide|contain|recover)_seconds_bucket)$/,
    "Falco 0.44":
        /^falcosecurity_(?:falco_(?:rules_matches_total|version_info|outputs_queue_num_drops_total|sha256_rules_files_info)|scap_n_(?:drops|evts)_total)$/,
    "falcosidekick (stats_prometheus.go, 2.32)": /^falcosecurity_falcosidekick_(?:outputs|falco_events)_total$/,
    "External Secrets":
        /^(?:externalsecret_(?:status_condition|sync_calls_total|sync_calls_error|provider_api_calls_count)|secretstore_status_condition|controller_runtime_reconcile_errors_total)$/,
    "kube-state-metrics":
        /^kube_(?:pod_start_time|secret_metadata_resource_version|cronjob_(?:next_schedule_time|status_last_(?:schedule|successful)_time)|daemonset_status_number_unavailable|deployment_(?:status_replicas_available|spec_replicas)|horizontalpodautoscaler_(?:status_current_replicas|spec_max_replicas))$/,
    "the API server":
        /^apiserver_(?:validating_admission_policy_check_total|audit_error_total|storage_transformation_operations_total)$/,
    "Envoy's listeners with TLS":
        /^envoy_listener_ssl_(?:handshake|connection_error|fail_verify_(?:error|no_cert|san))$/,
    "Envoy's local rate limit": /^envoy_http_local_rate_limiter_http_local_rate_limit_(?:rate_limited|enabled)$/,
    "Blackbox exporter, Trivy operator": /^(?:probe_ssl_earliest_cert_expiry|trivy_image_vulnerabilities)$/,
    "hardening report --format prometheus":
        /^hardening_(?:compliance_(?:score_ratio|area_score_ratio|row_holds|(?:measured|end)_timestamp_seconds)|evidence_(?:newest_timestamp_seconds|statements))$/,
    Prometheus: /^(?:up|ALERTS)$/,
};

/** Names that stand before a brace or a bracket, or alone, and are neither functions, operators nor labels. */
function metricsOf(expression: string): readonly string[] {
    const withoutLabels = expression
        .replace(/__name__=~"([^"]*)"[^}]*/g, "} $1 {")
        .replace(/\{[^}]*\}/g, " ")
        .replace(/"[^"]*"/g, " ")
        .replace(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, " ")
        .replace(/\[[^\]]*\]/g, " ")
        .replace(/\boffset\s+\d+[smhdw]/g, " ");
    return [...withoutLabels.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:.+]*/g)]
        .filter(({ 0: name, index }) => !/^\s*\(/.test(withoutLabels.slice(index + name.length)))
        .map(([name]) => name)
        .filter((name) => !["or", "and", "unless", "e"].includes(name));
}

const alerts = shippedAlerts(
    alertedStack({ startSecrets: [{ namespace: "spire", workload: "spire-server", secrets: ["store.password"] }] }),
).flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));
const queries = dashboards(alertedStack())
    .flatMap(({ rows }) => rows)
    .flatMap(({ panels }) => panels.flatMap((panel) => panel.queries));
const expressions = [...alerts.map(({ expr }) => expr), ...queries.map(({ expr }) => expr)];

describe("the metrics that alerts and dashboards ask for", () => {
    it("are all emitted by somebody", () => {
        const unknown = expressions
            .flatMap(metricsOf)
            .filter((name) => !Object.values(EMITTED).some((pattern) => pattern.test(name)));
        assert.deepEqual([...new Set(unknown)], []);
    });

    it("leave out no service that is named here", () => {
        const used = new Set(expressions.flatMap(metricsOf));
        const idle = Object.entries(EMITTED).filter(([, pattern]) => ![...used].some((name) => pattern.test(name)));
        assert.deepEqual(
            idle.map(([service]) => service),
            [],
        );
    });

    it("are asked of SPIRE without dots in label values, where it writes underscores", () => {
        const dotted = expressions
            .filter((expression) => expression.includes("spire_"))
            .flatMap((expression) => [...expression.matchAll(/(?:trust_domain_id|version)=~?"([^".]*\.[^"]*)"/g)])
            .map(([label]) => label);
        assert.deepEqual(dotted, []);
    });
});
