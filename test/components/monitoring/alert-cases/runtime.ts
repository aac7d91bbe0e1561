import type { AlertExample } from "./example";

export const RUNTIME: Readonly<Record<string, AlertExample>> = {
    SecurityIncident: {
        fires: { 'falcosecurity_falco_rules_matches_total{priority="2", rule_name="Crypto mining"}': "0x10 1x60" },
        firesAtOnce: {
            'falcosecurity_falco_rules_matches_total{priority="2", rule_name="Crypto mining"}': "_x10 1x60",
        },
        silent: {
            'falcosecurity_falco_rules_matches_total{priority="4", rule_name="Odd"}': "0x10 1x60",
            'falcosecurity_falcosidekick_falco_events_total{priority_raw="warning", rule="Odd"}': "0x10 1x60",
        },
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
        silent: { 'falcosecurity_falco_outputs_queue_num_drops_total{node="a"}': "0x200" },
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
};
