import type { AlertExample } from "./example";

export const PLATFORM: Readonly<Record<string, AlertExample>> = {
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
        fires: { 'trivy_image_vulnerabilities{namespace="shop", severity="Critical"}': "1x90" },
        silent: {
            'trivy_image_vulnerabilities{namespace="shop", severity="Critical"}': "0x90",
            'trivy_image_vulnerabilities{namespace="shop-of-others", severity="Critical"}': "7x90",
            'trivy_image_vulnerabilities{namespace="shop", severity="High"}': "9x90",
        },
        after: 60,
    },
    HighVulnerabilities: {
        fires: { 'trivy_image_vulnerabilities{namespace="spire", severity="High"}': "5x90" },
        silent: {
            'trivy_image_vulnerabilities{namespace="spire", severity="High"}': "4x90",
            'trivy_image_vulnerabilities{namespace="others", severity="High"}': "9x90",
        },
        after: 60,
    },
    ComplianceScoreBelowTarget: {
        fires: { hardening_compliance_score_ratio: "0.99x120" },
        silent: { hardening_compliance_score_ratio: "1x120" },
        after: 90,
    },
    ComplianceNotMeasured: {
        // As a push gateway goes on to serve it, and as it is where somebody measures.
        fires: { hardening_compliance_measured_timestamp_seconds: "0x14000" },
        silent: { hardening_compliance_measured_timestamp_seconds: "0+60x14000" },
        after: 13_500,
    },
};
