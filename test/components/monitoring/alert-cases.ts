import type { Series } from "../../support/promtool";

/** When an alert fires, and the nearest case in which it must stay silent. */
export interface AlertExample {
    readonly fires: Series;
    /** The same of a counter that is first there with its first event, for alerts that one event is enough for. */
    readonly firesAtOnce?: Series;
    readonly silent: Series;
    /** Minutes after which both are looked at. */
    readonly after: number;
}

const calls = (name: string, good: string, bad: string): Series => ({
    [`${name}{pod="p", status="OK"}`]: good,
    [`${name}{pod="p", status="Unavailable"}`]: bad,
});
const NONE = "0x200";

/** One example for each alert that we ship. `a+bx60` counts up by b each minute from a. */
export const EXAMPLES: Readonly<Record<string, AlertExample>> = {
    SpireServerDown: {
        fires: { 'up{job="spire-server", pod="a"}': "0x60", 'up{job="spire-server", pod="b"}': "0x60" },
        silent: { 'up{job="spire-server", pod="a"}': "0x60", 'up{job="spire-server", pod="b"}': "1x60" },
        after: 10,
    },
    SpireServerReplicaDown: {
        fires: { 'up{job="spire-server", pod="a"}': "0x60" },
        silent: { 'up{job="spire-server", pod="a"}': "0x5 1x60" },
        after: 20,
    },
    SpireAgentDown: {
        fires: { 'kube_daemonset_status_number_unavailable{daemonset="spire-agent"}': "1x60" },
        silent: { 'kube_daemonset_status_number_unavailable{daemonset="spire-agent"}': "1x5 0x60" },
        after: 20,
    },
    SpireAgentNotBootstrapped: {
        fires: { 'spire_agent_bootstrapped{pod="p"}': "0x60" },
        silent: { 'spire_agent_bootstrapped{pod="p"}': "0x2 1x60" },
        after: 10,
    },
    SpireAgentSyncFailing: {
        fires: calls("spire_agent_manager_sync_fetch_entries_updates", "0+12x60", "0+1x60"),
        silent: calls("spire_agent_manager_sync_fetch_entries_updates", "0+12x60", "1x60"),
        after: 30,
    },
    SpireNodeAttestationFailures: {
        fires: calls("spire_server_rpc_agent_v1_agent_attest_agent", "5x60", "0+1x60"),
        silent: calls("spire_server_rpc_agent_v1_agent_attest_agent", "0+1x60", "2x60"),
        after: 30,
    },
    SpireWorkloadAttestationFailures: {
        fires: calls("spire_agent_workload_api_workload_attestation", "0+10x60", "0+1x60"),
        silent: calls("spire_agent_workload_api_workload_attestation", "0+100x60", "0+1x60"),
        after: 40,
    },
    SpireWorkloadAttestationSlow: {
        fires: { 'spire_agent_workload_api_workload_attestation_elapsed_time{quantile="0.99"}': "2500x60" },
        silent: {
            'spire_agent_workload_api_workload_attestation_elapsed_time{quantile="0.99"}': "1500x60",
            'spire_agent_workload_api_workload_attestation_elapsed_time{quantile="0.5"}': "2500x60",
        },
        after: 30,
    },
    SpireAgentRateLimited: {
        fires: { 'spire_agent_workload_api_rate_limit_exceeded{pod="p", method="FetchX509SVID"}': "0+5x60" },
        silent: { 'spire_agent_workload_api_rate_limit_exceeded{pod="p", method="FetchX509SVID"}': "5x60" },
        after: 30,
    },
    SpireVersionSkew: {
        fires: {
            'spire_agent_started{pod="a", version="1_15_2"}': "1x2000",
            'spire_agent_started{pod="b", version="1_15_3"}': "1x2000",
        },
        silent: {
            'spire_agent_started{pod="a", version="1_15_3"}': "1x2000",
            'spire_agent_started{pod="b", version="1_15_3"}': "1x2000",
        },
        after: 1500,
    },
    SpireAuthorityExpiresSoon: {
        fires: { spire_server_manager_x509_ca_rotate_expiration: "7200x60" },
        silent: { spire_server_manager_x509_ca_rotate_expiration: "86400x60" },
        after: 20,
    },
    SpireAuthorityRotationFailing: {
        fires: calls("spire_server_ca_manager_x509_ca_prepare", "1x60", "0+1x60"),
        silent: calls("spire_server_ca_manager_x509_ca_prepare", "0+1x60", "1x60"),
        after: 40,
    },
    SpireSvidRotationFailing: {
        fires: calls("spire_agent_agent_svid_rotate", "1x60", "0+1x60"),
        silent: calls("spire_agent_agent_svid_rotate", "0+1x60", "1x60"),
        after: 40,
    },
    SpireDatastoreErrors: {
        fires: { 'spire_server_datastore_registration_entry_fetch{status="Unavailable"}': "0+10x60" },
        silent: {
            'spire_server_datastore_registration_entry_fetch{status="NotFound"}': "0+10x60",
            'spire_server_datastore_registration_entry_fetch_elapsed_time_sum{status="Unavailable"}': "0+10x60",
        },
        after: 20,
    },
    SpireFederatedBundleStale: {
        fires: {
            'spire_server_bundle_manager_fetch_federated_bundle{trust_domain_id="b_org", status="Unavailable"}':
                "0+1x60",
        },
        silent: {
            'spire_server_bundle_manager_fetch_federated_bundle{trust_domain_id="b_org", status="OK"}': "0+1x60",
        },
        after: 40,
    },
    HandshakeSuccessBelowTarget: {
        fires: {
            'pqc_handshakes_total{result="success", pqc="true"}': "0+1000x90",
            'pqc_handshakes_total{result="failure", pqc="true"}': "0+2x90",
        },
        silent: {
            'pqc_handshakes_total{result="success", pqc="true"}': "0+10000x90",
            'pqc_handshakes_total{result="failure", pqc="true"}': "0+2x90",
            'pqc_handshakes_total{result="aborted", pqc="true"}': "0+500x90",
        },
        after: 60,
    },
    ClassicalHandshakes: {
        fires: { 'pqc_handshakes_total{result="success", pqc="false", side="server"}': "0+1x90" },
        firesAtOnce: { 'pqc_handshakes_total{result="success", pqc="false", side="server"}': "_x45 1x60" },
        silent: { 'pqc_handshakes_total{result="success", pqc="true", side="server"}': "0+1x90" },
        after: 60,
    },
    CertificateExpiresWithinAWeek: {
        fires: { 'probe_ssl_earliest_cert_expiry{instance="a"}': "600000x200" },
        silent: { 'probe_ssl_earliest_cert_expiry{instance="a"}': "700000x200" },
        after: 90,
    },
    SvidNotRotated: {
        fires: { 'spiffe_svid_expiry_seconds{spiffe_id="spiffe://a/b"}': "900-60x60" },
        silent: { 'spiffe_svid_expiry_seconds{spiffe_id="spiffe://a/b"}': "900-60x7 3600x60" },
        after: 20,
    },
    AuthenticationFailuresAboveTarget: {
        fires: {
            'spiffe_authentication_failures_total{reason="expired"}': "0+2x90",
            'pqc_handshakes_total{result="success"}': "0+1000x90",
        },
        silent: {
            'spiffe_authentication_failures_total{reason="expired"}': "0+2x90",
            'pqc_handshakes_total{result="success"}': "0+10000x90",
        },
        after: 60,
    },
    CanaryCallsFail: {
        fires: { 'probe_calls_total{namespace="canary", host="canary.shop.svc:8443", result="failure"}': "0+2x60" },
        silent: {
            'probe_calls_total{namespace="canary", host="canary.shop.svc:8443", result="failure"}': "0x10 1x50",
            'probe_calls_total{namespace="canary", host="canary.shop.svc:8443", result="success"}': "0+2x60",
        },
        after: 30,
    },
    WorkloadIdentityStreamUnhealthy: {
        fires: { 'spiffe_stream_healthy{stream="x509"}': "0x60" },
        silent: { 'spiffe_stream_healthy{stream="x509"}': "0x5 1x60" },
        after: 20,
    },
    SecretNotSynced: {
        fires: { 'externalsecret_status_condition{name="db", condition="Ready", status="False"}': "1x60" },
        silent: {
            'externalsecret_status_condition{name="db", condition="Ready", status="False"}': "0x60",
            'externalsecret_status_condition{name="db", condition="Ready", status="True"}': "1x60",
        },
        after: 30,
    },
    SecretStoreNotReady: {
        fires: { 'secretstore_status_condition{condition="Ready", status="False"}': "1x60" },
        silent: { 'secretstore_status_condition{condition="Ready", status="False"}': "1x5 0x60" },
        after: 30,
    },
    SecretSyncErrors: {
        fires: { 'externalsecret_sync_calls_error{name="db"}': "0+1x60" },
        silent: { 'externalsecret_sync_calls_error{name="db"}': "0x10 1x60" },
        after: 30,
    },
    SecretsProviderErrors: {
        fires: {
            'externalsecret_provider_api_calls_count{provider="vault", status="success"}': "0+10x60",
            'externalsecret_provider_api_calls_count{provider="vault", status="error"}': "0+1x60",
        },
        silent: {
            'externalsecret_provider_api_calls_count{provider="vault", status="success"}': "0+100x60",
            'externalsecret_provider_api_calls_count{provider="vault", status="error"}': "0+1x60",
        },
        after: 40,
    },
    SecretsControllerDown: {
        fires: { 'kube_deployment_status_replicas_available{deployment="external-secrets-webhook"}': "0x60" },
        silent: { 'kube_deployment_status_replicas_available{deployment="external-secrets-webhook"}': "1x60" },
        after: 20,
    },
    SecretsReconcileErrors: {
        fires: { 'controller_runtime_reconcile_errors_total{job="external-secrets-falco"}': "0+10x60" },
        silent: {
            'controller_runtime_reconcile_errors_total{job="external-secrets-falco"}': "0+1x60",
            'controller_runtime_reconcile_errors_total{job="other"}': "0+10x60",
        },
        after: 40,
    },
    SecurityIncident: {
        fires: { 'falcosecurity_falco_rules_matches_total{priority="2", rule_name="Crypto mining"}': "0x10 1x60" },
        firesAtOnce: {
            'falcosecurity_falco_rules_matches_total{priority="2", rule_name="Crypto mining"}': "_x10 1x60",
        },
        silent: { 'falcosecurity_falco_rules_matches_total{priority="4", rule_name="Odd"}': "0x10 1x60" },
        after: 12,
    },
    SuspiciousActivity: {
        fires: { 'falcosecurity_falco_rules_matches_total{priority="4", rule_name="Odd"}': "0+1x90" },
        silent: { 'falcosecurity_falco_rules_matches_total{priority="4", rule_name="Odd"}': "0x10 3x90" },
        after: 60,
    },
    CredentialMisuse: {
        fires: {
            'falcosecurity_falco_rules_matches_total{priority="2", rule_name="Service account token read by an unexpected process"}':
                "0x10 1x60",
        },
        firesAtOnce: {
            'falcosecurity_falco_rules_matches_total{priority="2", rule_name="Service account token read by an unexpected process"}':
                "_x10 1x60",
        },
        silent: { 'falcosecurity_falco_rules_matches_total{priority="2", rule_name="Container drift"}': "0x10 1x60" },
        after: 12,
    },
    ForbiddenConnectionOpen: {
        fires: { 'probe_forbidden_open{namespace="canary", target="kubernetes.default.svc:443"}': "1x60" },
        silent: {
            'probe_forbidden_open{namespace="canary", target="kubernetes.default.svc:443"}': "0x6 1x60",
            'probe_forbidden_open{namespace="canary", target="x0tta6bl4.shop.svc:8080"}': "0x60",
        },
        after: 10,
    },
    FalcoDown: {
        fires: { 'kube_daemonset_status_number_unavailable{daemonset="falco"}': "2x60" },
        silent: {
            'kube_daemonset_status_number_unavailable{daemonset="falco"}': "0x60",
            'kube_daemonset_status_number_unavailable{daemonset="other"}': "2x60",
        },
        after: 20,
    },
    FalcoNotScraped: {
        fires: { 'falcosecurity_falco_version_info{node="a"}': "1x5 stale" },
        silent: { 'falcosecurity_falco_version_info{node="a"}': "1x60" },
        after: 30,
    },
    FalcoDropsEvents: {
        fires: {
            'falcosecurity_scap_n_drops_total{node="a"}': "0+10x60",
            'falcosecurity_scap_n_evts_total{node="a"}': "0+100x60",
        },
        silent: {
            'falcosecurity_scap_n_drops_total{node="a"}': "0+1x60",
            'falcosecurity_scap_n_evts_total{node="a"}': "0+100x60",
        },
        after: 30,
    },
    FalcoLosesAlerts: {
        fires: { 'falcosecurity_falco_outputs_queue_num_drops_total{node="a"}': "0+1x60" },
        silent: { 'falcosecurity_falco_outputs_queue_num_drops_total{node="a"}': NONE },
        after: 30,
    },
    FalcoRulesDiffer: {
        fires: {
            'falcosecurity_falco_sha256_rules_files_info{node="a", file_name="20-identity.yaml", sha256="1"}': "1x120",
            'falcosecurity_falco_sha256_rules_files_info{node="b", file_name="20-identity.yaml", sha256="2"}': "1x120",
        },
        silent: {
            'falcosecurity_falco_sha256_rules_files_info{node="a", file_name="20-identity.yaml", sha256="1"}': "1x120",
            'falcosecurity_falco_sha256_rules_files_info{node="b", file_name="20-identity.yaml", sha256="1"}': "1x120",
            'falcosecurity_falco_sha256_rules_files_info{node="b", file_name="30-runtime.yaml", sha256="2"}': "1x120",
        },
        after: 90,
    },
    FalcosidekickOutputFailing: {
        fires: { 'falcosecurity_falcosidekick_outputs_total{destination="slack", status="error"}': "0+1x60" },
        firesAtOnce: { 'falcosecurity_falcosidekick_outputs_total{destination="slack", status="error"}': "_x20 1x60" },
        silent: { 'falcosecurity_falcosidekick_outputs_total{destination="slack", status="ok"}': "0+1x60" },
        after: 30,
    },
    PlatformDown: {
        fires: { 'up{job="x0tta6bl4", pod="a"}': "0x60" },
        silent: { 'up{job="x0tta6bl4", pod="a"}': "0x60", 'up{job="x0tta6bl4", pod="b"}': "1x60" },
        after: 20,
    },
    PlatformReplicasMissing: {
        fires: {
            'kube_deployment_status_replicas_available{deployment="x0tta6bl4"}': "1x60",
            'kube_deployment_spec_replicas{deployment="x0tta6bl4"}': "3x60",
        },
        silent: {
            'kube_deployment_status_replicas_available{deployment="x0tta6bl4"}': "3x60",
            'kube_deployment_spec_replicas{deployment="x0tta6bl4"}': "3x60",
        },
        after: 30,
    },
    PlatformAtMaximumScale: {
        fires: {
            'kube_horizontalpodautoscaler_status_current_replicas{horizontalpodautoscaler="x0tta6bl4"}': "6x60",
            'kube_horizontalpodautoscaler_spec_max_replicas{horizontalpodautoscaler="x0tta6bl4"}': "6x60",
        },
        silent: {
            'kube_horizontalpodautoscaler_status_current_replicas{horizontalpodautoscaler="x0tta6bl4"}': "5x60",
            'kube_horizontalpodautoscaler_spec_max_replicas{horizontalpodautoscaler="x0tta6bl4"}': "6x60",
        },
        after: 30,
    },
    RequestsRefusedByShield: {
        fires: {
            envoy_http_local_rate_limiter_http_local_rate_limit_rate_limited: "0+20x60",
            envoy_http_local_rate_limiter_http_local_rate_limit_enabled: "0+100x60",
        },
        silent: {
            envoy_http_local_rate_limiter_http_local_rate_limit_rate_limited: "0+1x60",
            envoy_http_local_rate_limiter_http_local_rate_limit_enabled: "0+100x60",
        },
        after: 30,
    },
    AdmissionRefusals: {
        fires: {
            'apiserver_validating_admission_policy_check_total{policy="a", enforcement_action="deny"}': "0+1x60",
        },
        silent: {
            'apiserver_validating_admission_policy_check_total{policy="a", enforcement_action="warn"}': "0+1x60",
        },
        after: 30,
    },
    AuditLogWriteErrors: {
        fires: { apiserver_audit_error_total: "0+1x60" },
        firesAtOnce: { apiserver_audit_error_total: "_x20 1x60" },
        silent: { apiserver_audit_error_total: "3x60" },
        after: 30,
    },
    EncryptionAtRestFailing: {
        fires: { 'apiserver_storage_transformation_operations_total{status="Internal"}': "0+1x60" },
        firesAtOnce: { 'apiserver_storage_transformation_operations_total{status="Internal"}': "_x20 1x60" },
        silent: { 'apiserver_storage_transformation_operations_total{status="OK"}': "0+1x60" },
        after: 30,
    },
    CriticalVulnerabilities: {
        fires: { 'trivy_image_vulnerabilities{severity="Critical"}': "1x90" },
        silent: {
            'trivy_image_vulnerabilities{severity="Critical"}': "0x90",
            'trivy_image_vulnerabilities{severity="High"}': "9x90",
        },
        after: 60,
    },
    HighVulnerabilities: {
        fires: { 'trivy_image_vulnerabilities{severity="High"}': "5x90" },
        silent: { 'trivy_image_vulnerabilities{severity="High"}': "4x90" },
        after: 60,
    },
    ComplianceScoreBelowTarget: {
        fires: { hardening_compliance_score_ratio: "0.99x120" },
        silent: { hardening_compliance_score_ratio: "1x120" },
        after: 90,
    },
    ComplianceNotMeasured: {
        fires: { 'up{job="other"}': "1x2000" },
        silent: { hardening_compliance_score_ratio: "1x2000" },
        after: 1600,
    },
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
