import type { Series } from "../../../support/promtool";

/**
 * What a cluster measures on a day on which all goes well, as far as critical alerts look: pods come and go, certificates are
 * rotated, a rollout takes its time, a few calls fail, and Falco has warnings of ordinary work.
 */
export const GOOD_DAY: Series = {
    'up{job="spire-server", pod="spire-server-0"}': "1x30 0x3 1x200",
    'up{job="x0tta6bl4", pod="x0tta6bl4-1"}': "1x60 0x4 1x200",
    'up{job="x0tta6bl4", pod="x0tta6bl4-2"}': "1x300",
    'up{job="monitoring/responder", pod="a"}': "1x300",
    'responder_leader{pod="a"}': "1x50 0x2 1x200",
    responder_actions_failed: "0x300",
    'responder_guard_hits_total{guard="actions-per-hour"}': "0x300",
    'responder_guard_hits_total{guard="approval"}': "0x20 1x300",
    responder_incidents_unacknowledged: "0x300",
    'responder_refused_total{reason="busy"}': "0x300",
    // One node is restarted, and two take their new agent.
    'kube_daemonset_status_number_unavailable{daemonset="spire-agent"}': "0x20 1x6 0x20 1x4 0x200",
    'kube_daemonset_status_number_unavailable{daemonset="falco"}': "0x20 1x6 0x20 1x4 0x200",
    'spire_agent_bootstrapped{pod="spire-agent-a"}': "0x2 1x300",
    'spire_server_rpc_agent_v1_agent_attest_agent{status="OK"}': "0+1x300",
    'spire_server_rpc_agent_v1_agent_attest_agent{status="Unavailable"}': "0x40 2x300",
    // promtool's clock starts in 1970: an authority of a day, replaced when a sixth is left.
    'spire_server_manager_x509_ca_rotate_expiration{pod="spire-server-0"}': "14700x4 101100x300",
    'spire_server_ca_manager_x509_ca_prepare{status="OK"}': "0x20 1x300",
    'spire_server_datastore_registration_entry_list{status="OK"}': "0+30x300",
    'spire_server_datastore_registration_entry_list{status="NotFound"}': "0+9x300",
    'spire_server_datastore_bundle_fetch{status="Unavailable"}': "0x40 2x300",
    'pqc_handshakes_total{result="success", pqc="true", side="client", trust_domain="a"}': "0+600x300",
    'pqc_handshakes_total{result="failure", pqc="false", side="client", trust_domain="a"}': "0x50 2x300",
    'pqc_handshakes_total{result="aborted", pqc="false", side="client", trust_domain="a"}': "0+3x300",
    'spiffe_authentication_failures_total{side="client", reason="expired"}': "0x50 2x300",
    'spiffe_svid_expiry_seconds{spiffe_id="spiffe://a/b"}': "3600-60x28 3600-60x28 3600-60x28 3600-60x28 3600-60x28",
    'apiserver_storage_transformation_operations_total{status="OK"}': "0+40x300",
    'apiserver_audit_error_total{plugin="log"}': "0x300",
    'trivy_image_vulnerabilities{namespace="shop", severity="Critical"}': "0x300",
    'trivy_image_vulnerabilities{namespace="others", severity="Critical"}': "12x300",
    'falcosecurity_falco_version_info{node="a"}': "1x300",
    'falcosecurity_falco_rules_matches_total{priority="4", rule_name="Unexpected outbound connection", node="a"}':
        "0x30 3x300",
    'falcosecurity_falcosidekick_falco_events_total{priority_raw="warning", rule="Unexpected outbound connection"}':
        "_x30 3x300",
    'falcosecurity_falco_outputs_queue_num_drops_total{node="a"}': "0x300",
    'falcosecurity_falcosidekick_outputs_total{destination="slack", status="ok"}': "0+1x300",
    'probe_forbidden_open{namespace="canary", target="kubernetes.default.svc:443"}': "0x300",
    'externalsecret_status_condition{condition="Ready", status="False", namespace="shop", name="a"}': "0x30 1x9 0x200",
    'secretstore_status_condition{condition="Ready", status="False", namespace="shop"}': "0x30 1x6 0x200",
    'kube_deployment_status_replicas_available{deployment="external-secrets-shop"}': "2x30 1x3 2x300",
};
