import type { Series } from "../../../support/promtool";
import type { AlertExample } from "./example";

const calls = (name: string, good: string, bad: string): Series => ({
    [`${name}{pod="p", status="OK"}`]: good,
    [`${name}{pod="p", status="Unavailable"}`]: bad,
});

export const IDENTITY: Readonly<Record<string, AlertExample>> = {
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
    SpireBackupMissing: {
        // Due every quarter of an hour; the last success was that of the first.
        fires: {
            'kube_cronjob_status_last_schedule_time{namespace="spire", cronjob="backup-spire-server-0"}': "900x120",
            'kube_cronjob_status_last_successful_time{namespace="spire", cronjob="backup-spire-server-0"}': "60x120",
            'kube_cronjob_next_schedule_time{namespace="spire", cronjob="backup-spire-server-0"}': "99999x120",
        },
        silent: {
            'kube_cronjob_status_last_schedule_time{namespace="spire", cronjob="backup-spire-server-0"}': "900x120",
            'kube_cronjob_status_last_successful_time{namespace="spire", cronjob="backup-spire-server-0"}': "960x120",
            'kube_cronjob_next_schedule_time{namespace="spire", cronjob="backup-spire-server-0"}': "99999x120",
        },
        after: 70,
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
        // Two operations of one server, which differ in nothing but the name of the metric.
        fires: {
            'spire_server_datastore_registration_entry_fetch{status="Unavailable"}': "0+10x60",
            'spire_server_datastore_node_fetch{status="Unavailable"}': "0+10x60",
        },
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
        // The hour's budget at twenty times its rate.
        fires: {
            'pqc_handshakes_total{result="success", pqc="true"}': "0+1000x90",
            'pqc_handshakes_total{result="failure", pqc="true"}': "0+20x90",
        },
        silent: {
            'pqc_handshakes_total{result="success", pqc="true"}': "0+10000x90",
            'pqc_handshakes_total{result="failure", pqc="true"}': "0+20x90",
            'pqc_handshakes_total{result="aborted", pqc="true"}': "0+500x90",
        },
        silentOnFew: {
            'pqc_handshakes_total{result="success", pqc="true"}': "0+1x90",
            'pqc_handshakes_total{result="failure", pqc="true"}': "0x65 1x3 2x3 3x30",
        },
        after: 75,
    },
    HandshakeBudgetSpent: {
        fires: {
            'pqc_handshakes_total{result="success", pqc="true"}': "0+1000x150",
            'pqc_handshakes_total{result="failure", pqc="true"}': "0+2x150",
        },
        silent: {
            'pqc_handshakes_total{result="success", pqc="true"}': "0+10000x150",
            'pqc_handshakes_total{result="failure", pqc="true"}': "0+2x150",
        },
        silentOnFew: {
            'pqc_handshakes_total{result="success", pqc="true"}': "0+1x150",
            'pqc_handshakes_total{result="failure", pqc="true"}': "0x50 1x50 4x50",
        },
        after: 120,
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
            'spiffe_authentication_failures_total{reason="expired"}': "0+20x90",
            'pqc_handshakes_total{result="success"}': "0+1000x90",
        },
        silent: {
            'spiffe_authentication_failures_total{reason="expired"}': "0+20x90",
            'pqc_handshakes_total{result="success"}': "0+10000x90",
        },
        silentOnFew: {
            'spiffe_authentication_failures_total{reason="expired"}': "0x65 1x3 2x3 3x30",
            'pqc_handshakes_total{result="success"}': "0+1x90",
        },
        after: 75,
    },
    AuthenticationBudgetSpent: {
        fires: {
            'spiffe_authentication_failures_total{reason="expired"}': "0+2x150",
            'pqc_handshakes_total{result="success"}': "0+1000x150",
        },
        silent: {
            'spiffe_authentication_failures_total{reason="expired"}': "0+2x150",
            'pqc_handshakes_total{result="success"}': "0+10000x150",
        },
        silentOnFew: {
            'spiffe_authentication_failures_total{reason="expired"}': "0x50 1x50 4x50",
            'pqc_handshakes_total{result="success"}': "0+1x150",
        },
        after: 120,
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
};
