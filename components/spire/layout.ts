/** Names, ports and paths that two or more objects must agree on. Nothing else writes them. */

/** Namespace of the servers, agents and the CSI driver. */
export const NAMESPACE = "spire";

export const SERVER = "spire-server";
export const AGENT = "spire-agent";
export const CSI_DRIVER = "spiffe-csi-driver";
export const CONTROLLER_MANAGER = "spire-controller-manager";
export const OIDC_PROVIDER = "spire-oidc";
export const BUNDLE = "spire-bundle";

/** Key of the bundle in its ConfigMap: PEM, which an agent reads at its first attestation. */
export const BUNDLE_KEY = "bundle.crt";
export const BUNDLE_DIR = "/run/spire/bundle";

/** Name of the CSIDriver object, and what workloads write in their volume. */
export const CSI_DRIVER_NAME = "csi.spiffe.io";

/** Audience of the agents' projected tokens; the server accepts no other. */
export const PSAT_AUDIENCE = "spire-server";
export const PSAT_DIR = "/var/run/secrets/tokens";
export const PSAT_FILE = "spire-agent";

export const PORTS = {
    /** SPIRE server API: agents, nested servers. */
    server: 8081,
    serverHealth: 8080,
    federation: 8443,
    metrics: 9988,
    managerMetrics: 8082,
    managerHealth: 8083,
    webhook: 9443,
    agentHealth: 9982,
    csiHealth: 9809,
    oidc: 8443,
    oidcHealth: 8008,
} as const;

export const SERVER_PATHS = {
    config: "/run/spire/config",
    data: "/run/spire/data",
    /** Directory of the admin socket, shared with the controller manager only. */
    socketDir: "/tmp/spire-server/private",
    socket: "/tmp/spire-server/private/api.sock",
    /** Each certificate or key the configuration refers to is mounted in a directory of its own below. */
    tls: "/run/spire/tls",
} as const;

export const AGENT_PATHS = {
    config: "/opt/spire/conf/agent",
    data: "/var/lib/spire",
    /** Directory of the Workload API socket within the agent. */
    socketDir: "/tmp/spire-agent/public",
    socketFile: "spire-agent.sock",
    /** The same directory on the node; the CSI driver binds it into pods. */
    hostSocketDir: "/run/spire/agent-sockets",
    /** The kubelet's self-signed certificate in its own directory, where `verify` is `hostCertificate`. */
    kubeletPki: "pki",
    kubeletCertificate: "kubelet.crt",
} as const;

/** The kubelet's self-signed certificate on the node. */
export function kubeletCertificate(kubeletRoot: string): string {
    return `${kubeletRoot}/${AGENT_PATHS.kubeletPki}/${AGENT_PATHS.kubeletCertificate}`;
}

/** Where the Workload API is mounted in a workload that asks for an identity. */
export const WORKLOAD_SOCKET_DIR = "/run/spiffe/workload";
/** `SPIFFE_ENDPOINT_SOCKET` of such a workload (SPIFFE Workload Endpoint, section 4). */
export const WORKLOAD_ENDPOINT = `unix://${WORKLOAD_SOCKET_DIR}/${AGENT_PATHS.socketFile}`;

/** Annotations of the bundle ConfigMap by which the cluster recognises a change of identity or of version. */
export const TRUST_DOMAIN_ANNOTATION = "x0tta6bl4.io/spire-trust-domain";
export const LEAVING_ANNOTATION = "x0tta6bl4.io/spire-leaving-trust-domain";
export const VERSION_ANNOTATION = "x0tta6bl4.io/spire-version";
