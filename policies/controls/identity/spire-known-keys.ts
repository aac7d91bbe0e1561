import { checklist, nist } from "../../engine/frameworks";
import { obj } from "../../kubernetes/kube";
import type { SpireConfig } from "./spire";
import { clustersOf, merged, spireConfigControl } from "./spire";
import { suggestion } from "../../text";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * The keys of the blocks in which SPIRE 1.14 to 1.16 accepts an unknown one without a word. Everywhere else it refuses to
 * start, so a slip there can't go unseen.
 */
const KNOWN = {
    serverExperimental:
        words(`auth_opa_policy_engine cache_reload_interval full_cache_reload_interval events_based_cache
        prune_events_older_than event_timeout sql_transaction_timeout require_pq_kem agent_spiffe_id_as_selector wit_key_type
        wit_issuer feature_flags named_pipe_name`),
    agentExperimental:
        words(`sync_interval require_pq_kem use_sync_authorized_entries jwt_svid_cache_hit_timeout ratelimit
        broker feature_flags named_pipe_name admin_named_pipe_name`),
    federation: words("bundle_endpoint federates_with"),
    telemetry: words(`Prometheus DogStatsd Statsd M3 InMem MetricPrefix EnableTrustDomainLabel EnableHostnameLabel
        AllowedPrefixes BlockedPrefixes AllowedLabels BlockedLabels`),
    psatServer: words("clusters"),
    psatCluster:
        words(`service_account_allow_list audience kube_config_file allowed_node_label_keys allowed_pod_label_keys
        use_pod_uid_for_agent_id`),
    psatAgent: words("cluster token_path"),
    k8sAttestor: words(`kubelet_secure_port kubelet_read_only_port kubelet_ca_path skip_kubelet_verification token_path
        certificate_path private_key_path use_anonymous_authentication node_name_env node_name max_poll_attempts
        poll_retry_interval reload_interval disable_container_selectors disable_kubelet_client enable_namespace_labels
        use_new_container_locator verbose_container_locator_logs sigstore experimental`),
} as const;

type Place = readonly [string, unknown, readonly string[]];

function* places({ role, root, settings, plugins }: SpireConfig): Iterable<Place> {
    yield [
        `${role}.experimental`,
        settings["experimental"],
        role === "server" ? KNOWN.serverExperimental : KNOWN.agentExperimental,
    ];
    yield ["server.federation", role === "server" ? settings["federation"] : undefined, KNOWN.federation];
    yield ["telemetry", root["telemetry"], KNOWN.telemetry];
    for (const plugin of plugins) {
        if (plugin.name === "k8s_psat" && plugin.type === "NodeAttestor") {
            yield [plugin.at, plugin.data, role === "server" ? KNOWN.psatServer : KNOWN.psatAgent];
            for (const [name, cluster] of role === "server" ? clustersOf(plugin) : []) {
                yield [`${plugin.at}.clusters.${name}`, cluster, KNOWN.psatCluster];
            }
        }
        if (plugin.name === "k8s" && plugin.type === "WorkloadAttestor") {
            yield [plugin.at, plugin.data, KNOWN.k8sAttestor];
        }
    }
}

export const spireKnownKeys = spireConfigControl({
    name: "spire-known-keys",
    description: "SPIRE's configuration holds no key that SPIRE would ignore.",
    why: "In some blocks SPIRE accepts unknown keys silently: a slip in require_pq_kem or skip_kubelet_verification leaves the default in force and nobody notices.",
    severity: "medium",
    covers: [],
    frameworks: [...nist("CM-6"), ...checklist("ZT-4", "ZT-5")],
    remediation: "Correct or remove the key.",
    profiles: ["x0tta6bl4"],
    *check(config) {
        for (const [at, value, known] of places(config)) {
            for (const key of Object.keys(obj(merged(value))).filter((name) => !known.includes(name))) {
                yield {
                    at: `${at}.${key}`,
                    says: `is not a key SPIRE knows, and is ignored${suggestion(key, known) || "."} Correct or remove it.`,
                };
            }
        }
    },
});
