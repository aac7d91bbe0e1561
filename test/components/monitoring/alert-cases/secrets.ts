import type { AlertExample } from "./example";

export const SECRETS: Readonly<Record<string, AlertExample>> = {
    SecretNotSynced: {
        fires: { 'externalsecret_status_condition{name="db", condition="Ready", status="False"}': "1x60" },
        silent: {
            'externalsecret_status_condition{name="db", condition="Ready", status="False"}': "0x60",
            'externalsecret_status_condition{name="db", condition="Ready", status="True"}': "1x60",
        },
        after: 30,
    },
    RotatedSecretNotInUse: {
        fires: {
            'kube_secret_metadata_resource_version{namespace="identity", secret="store.password"}': "7x60 9x120",
            'kube_pod_start_time{namespace="identity", pod="spire-server-0"}': "60x180",
            // Of three only one has been restarted.
            'kube_pod_start_time{namespace="identity", pod="spire-server-1"}': "5400x180",
        },
        silent: {
            // All have been restarted.
            'kube_secret_metadata_resource_version{namespace="identity", secret="store.password"}': "7x60 9x120",
            'kube_pod_start_time{namespace="identity", pod="spire-server-0"}': "4500x180",
            // Neither another Secret, nor another namespace's of that name, is read by them.
            'kube_secret_metadata_resource_version{namespace="identity", secret="storeXpassword"}': "7x90 9x90",
            'kube_secret_metadata_resource_version{namespace="spire", secret="store.password"}': "7x60 9x120",
            'kube_pod_start_time{namespace="spire", pod="spire-server-0"}': "60x180",
        },
        after: 110,
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
};
