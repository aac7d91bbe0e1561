import { AGENT_PATHS, BUNDLE_DIR, BUNDLE_KEY, NAMESPACE, PORTS, PSAT_DIR, PSAT_FILE, SERVER } from "../layout";
import type { SpireSettings } from "../model";
import type { Plugins } from "./json";
import { plugin } from "./json";
import type { HealthChecksConf, TelemetryConf } from "./server";
import { healthChecks, telemetry } from "./server";

/** agent.conf. `insecure_bootstrap` is not among the keys: trust on first use can't be written here. */
export interface AgentConf {
    readonly agent: {
        readonly trust_domain: string;
        readonly server_address: string;
        readonly server_port: number;
        readonly data_dir: string;
        readonly socket_path: string;
        readonly trust_bundle_path: string;
        readonly trust_bundle_format: "pem";
        readonly rebootstrap_mode?: "auto" | "always";
        readonly workload_x509_svid_key_type: "ec-p256" | "rsa-2048";
        readonly availability_target?: string;
        readonly x509_svid_cache_max_size?: number;
        readonly log_level: string;
        readonly log_format: "json";
        readonly experimental?: { readonly require_pq_kem: boolean };
    };
    readonly plugins: {
        readonly KeyManager: Plugins<object>;
        readonly NodeAttestor: Plugins<object>;
        readonly WorkloadAttestor: Plugins<object>;
    };
    readonly health_checks: HealthChecksConf;
    readonly telemetry: TelemetryConf;
}

/** The environment variable by which the agent learns how to call its kubelet. */
export const KUBELET_ADDRESS_VARIABLE = "KUBELET_ADDRESS";

/** Where the kubelet's own certificate is mounted when the agent verifies against it. */
export const KUBELET_CERTIFICATE_DIR = "/run/spire/kubelet";

/** The cluster's CA, projected beside the agent's token. */
const CLUSTER_CA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";

/** The agents' configuration. The settings must have passed `spireFaults`. */
export function agentConf(settings: SpireSettings): AgentConf {
    const { agent } = settings;
    return {
        agent: {
            trust_domain: settings.trustDomain,
            server_address: `${SERVER}.${NAMESPACE}.svc`,
            server_port: PORTS.server,
            data_dir: AGENT_PATHS.data,
            socket_path: `${AGENT_PATHS.socketDir}/${AGENT_PATHS.socketFile}`,
            trust_bundle_path: `${BUNDLE_DIR}/${BUNDLE_KEY}`,
            trust_bundle_format: "pem",
            rebootstrap_mode: agent.rebootstrapMode === "never" ? undefined : agent.rebootstrapMode,
            workload_x509_svid_key_type: agent.workloadKeyType,
            availability_target: agent.availabilityTarget,
            x509_svid_cache_max_size: agent.maxSvidCacheSize,
            log_level: agent.logLevel.toUpperCase(),
            log_format: "json",
            // This side refuses a server that offers no ML-KEM group: here the requirement is enforced.
            experimental: settings.requirePqKem ? { require_pq_kem: true } : undefined,
        },
        plugins: {
            // The node attestor can always attest again, so keys need not outlive the pod.
            KeyManager: [plugin("memory", {})],
            NodeAttestor: [
                plugin("k8s_psat", { cluster: settings.clusterName, token_path: `${PSAT_DIR}/${PSAT_FILE}` }),
            ],
            WorkloadAttestor: [plugin("k8s", k8sAttestor(settings))],
        },
        health_checks: healthChecks(PORTS.agentHealth),
        telemetry: telemetry(agent.metricsTls),
    };
}

/** `plugin_data` of the agent's WorkloadAttestor `k8s`. */
export interface K8sAttestorData {
    readonly kubelet_secure_port: number;
    readonly kubelet_ca_path: string;
    readonly skip_kubelet_verification: false;
    readonly node_name_env: string;
    readonly sigstore?: {
        readonly allowed_identities: Readonly<Record<string, readonly string[]>>;
        readonly skipped_images?: readonly string[];
    };
}

function k8sAttestor({ agent }: SpireSettings): K8sAttestorData {
    return {
        kubelet_secure_port: agent.kubelet.port,
        kubelet_ca_path:
            agent.kubelet.verify === "clusterCa"
                ? CLUSTER_CA
                : `${KUBELET_CERTIFICATE_DIR}/${AGENT_PATHS.kubeletCertificate}`,
        skip_kubelet_verification: false,
        node_name_env: KUBELET_ADDRESS_VARIABLE,
        sigstore:
            agent.sigstore === undefined
                ? undefined
                : {
                      allowed_identities: agent.sigstore.allowedIdentities,
                      skipped_images: agent.sigstore.skippedImages,
                  },
    };
}
