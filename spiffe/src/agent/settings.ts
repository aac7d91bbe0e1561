import { dirname, isAbsolute } from "node:path";

import { SpiffeError } from "../errors.js";
import type { TrustDomain } from "../id.js";

/** How the agent proves to the server which node it is. */
export type NodeAttestation =
    /** A one-time token; needed for the first start only, where the key manager is `disk`. */
    | { readonly type: "join_token"; readonly token?: string }
    /** The projected service account token of its pod, in a cluster that the server knows by this name. */
    | { readonly type: "k8s_psat"; readonly cluster: string; readonly tokenPath?: string };

/** How the agent tells which workload is calling. */
export type WorkloadAttestation =
    | { readonly type: "unix"; readonly discoverWorkloadPath?: boolean }
    | { readonly type: "k8s"; readonly nodeName?: string };

/** What a SPIRE agent is run with. Trust on first use (`insecure_bootstrap`) can't be said. */
export interface AgentSettings {
    readonly trustDomain: TrustDomain;
    readonly server: { readonly host: string; readonly port: number };
    /** For the agent's keys and cached SVIDs. Absolute. */
    readonly dataDir: string;
    /** The Workload API's socket. Absolute, at most 107 bytes. */
    readonly socketPath: string;
    /** The bundle that authenticates the server at the first start. */
    readonly trustBundle: { readonly path: string; readonly format?: "pem" | "spiffe" } | { readonly url: string };
    readonly nodeAttestation: NodeAttestation;
    readonly workloadAttestation: readonly [WorkloadAttestation, ...WorkloadAttestation[]];
    /**
     * `disk` lets an agent restart without attesting anew; `memory` doesn't, so it goes with attestation that can be repeated.
     *
     * @default "disk"
     */
    readonly keyManager?: "disk" | "memory";
    /** Where the health endpoint listens; it must be free. */
    readonly health: { readonly port: number };
    /** @default "info" */
    readonly logLevel?: "debug" | "info" | "warn" | "error";
    /** Takes only hybrid ML-KEM key exchange on the connection to the server. */
    readonly requirePqKem?: boolean;
    /** Seconds between two looks for new registration entries. Defaults to SPIRE's 5. */
    readonly syncIntervalSeconds?: number;
}

/** The settings can't work. The message lists every fault. Code: `invalid_settings`. */
export class AgentSettingsError extends SpiffeError {
    constructor(readonly faults: readonly string[]) {
        super("invalid_settings", `The SPIRE agent can't run with these settings:\n  ${faults.join("\n  ")}`);
    }
}

/** The kernel's limit on a socket's path, less its closing zero. */
const MAX_SOCKET_PATH_BYTES = 107;

/** @throws {AgentSettingsError} with all faults at once */
export function checkAgentSettings(settings: AgentSettings): void {
    const faults = [...pathFaults(settings), ...endpointFaults(settings), ...attestationFaults(settings)];
    if (faults.length > 0) {
        throw new AgentSettingsError(faults);
    }
}

function* pathFaults({ dataDir, socketPath, trustBundle }: AgentSettings): Generator<string> {
    const paths = { dataDir, socketPath, ...("path" in trustBundle ? { "trustBundle.path": trustBundle.path } : {}) };
    for (const [name, path] of Object.entries(paths)) {
        if (!isAbsolute(path)) {
            yield `${name} is ${JSON.stringify(path)}; it must be an absolute path`;
        }
    }
    if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES) {
        yield `socketPath has ${Buffer.byteLength(socketPath)} bytes; a socket's path may have ${MAX_SOCKET_PATH_BYTES}`;
    }
    if (dirname(socketPath) === dataDir) {
        yield `socketPath lies in dataDir (${dataDir}); workloads would get access to the agent's keys`;
    }
    if ("url" in trustBundle && !trustBundle.url.startsWith("https://")) {
        yield `trustBundle.url is ${JSON.stringify(trustBundle.url)}; it must be an https URL`;
    }
}

function* endpointFaults({ server, health, syncIntervalSeconds }: AgentSettings): Generator<string> {
    if (server.host === "") {
        yield "server.host is empty; it must be the host name or address of the SPIRE server";
    }
    for (const [name, port] of Object.entries({ "server.port": server.port, "health.port": health.port })) {
        if (!Number.isInteger(port) || port < 1 || port > 65_535) {
            yield `${name} is ${port}; it must be a whole number from 1 to 65535`;
        }
    }
    if (syncIntervalSeconds !== undefined && !(syncIntervalSeconds > 0)) {
        yield `syncIntervalSeconds is ${syncIntervalSeconds}; it must be above 0`;
    }
}

function* attestationFaults({ nodeAttestation, workloadAttestation, keyManager }: AgentSettings): Generator<string> {
    if (nodeAttestation.type === "k8s_psat" && nodeAttestation.cluster === "") {
        yield "nodeAttestation.cluster is empty; it must be the name the server knows the cluster by";
    }
    if (nodeAttestation.type === "join_token" && nodeAttestation.token === undefined && keyManager === "memory") {
        yield "nodeAttestation has no token and keyManager is memory; the agent would have nothing to prove itself with";
    }
    const types = workloadAttestation.map(({ type }) => type);
    for (const type of new Set(types)) {
        if (types.filter((other) => other === type).length > 1) {
            yield `workloadAttestation has ${type} more than once`;
        }
    }
}

/**
 * The agent's configuration file: JSON, which SPIRE's HCL reader takes. The join token is not in it.
 *
 * @throws {AgentSettingsError}
 */
export function renderAgentConfig(settings: AgentSettings): string {
    checkAgentSettings(settings);
    const { server, trustBundle, keyManager = "disk", syncIntervalSeconds } = settings;
    const config = {
        agent: {
            trust_domain: settings.trustDomain.name,
            server_address: server.host,
            server_port: server.port,
            data_dir: settings.dataDir,
            socket_path: settings.socketPath,
            ...("path" in trustBundle
                ? { trust_bundle_path: trustBundle.path, trust_bundle_format: trustBundle.format ?? "pem" }
                : { trust_bundle_url: trustBundle.url }),
            log_level: settings.logLevel ?? "info",
            log_format: "json",
            experimental: {
                ...(settings.requirePqKem === true ? { require_pq_kem: true } : {}),
                ...(syncIntervalSeconds === undefined ? {} : { sync_interval: `${syncIntervalSeconds}s` }),
            },
        },
        health_checks: {
            listener_enabled: true,
            bind_address: "127.0.0.1",
            bind_port: settings.health.port,
            live_path: "/live",
            ready_path: "/ready",
        },
        plugins: {
            KeyManager: [plugin(keyManager, keyManager === "disk" ? { directory: settings.dataDir } : {})],
            NodeAttestor: [nodeAttestor(settings.nodeAttestation)],
            WorkloadAttestor: settings.workloadAttestation.map(workloadAttestor),
        },
    };
    return `${JSON.stringify(config, undefined, 4)}\n`;
}

type Plugin = Record<string, { readonly plugin_data: Record<string, unknown> }>;

function plugin(name: string, data: Record<string, unknown>): Plugin {
    return { [name]: { plugin_data: data } };
}

function nodeAttestor(attestation: NodeAttestation): Plugin {
    if (attestation.type === "join_token") {
        return plugin("join_token", {});
    }
    const { cluster, tokenPath } = attestation;
    return plugin("k8s_psat", { cluster, ...(tokenPath === undefined ? {} : { token_path: tokenPath }) });
}

function workloadAttestor(attestation: WorkloadAttestation): Plugin {
    if (attestation.type === "unix") {
        return plugin("unix", { discover_workload_path: attestation.discoverWorkloadPath ?? false });
    }
    const { nodeName } = attestation;
    return plugin("k8s", nodeName === undefined ? {} : { node_name: nodeName });
}
