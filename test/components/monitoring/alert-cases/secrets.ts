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
