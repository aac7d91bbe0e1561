import type { Manifest } from "./controls";

/** A ConfigMap that holds one file, as JSON unless it is text already. */
export function fileMap(key: string, file: Manifest | string, name = "spire"): Manifest {
    const text = typeof file === "string" ? file : JSON.stringify(file);
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "spire" }, data: { [key]: text } };
}

/** Plugins of a server that no control has anything against. */
export const SERVER_PLUGINS: Manifest = {
    DataStore: [
        { sql: { plugin_data: { database_type: "sqlite3", connection_string: "/run/spire/data/db.sqlite3" } } },
    ],
    KeyManager: [{ disk: { plugin_data: { keys_path: "/run/spire/data/keys.json" } } }],
    NodeAttestor: [
        { k8s_psat: { plugin_data: { clusters: [{ blue: { service_account_allow_list: ["spire:spire-agent"] } }] } } },
    ],
};

/** Plugins of an agent that no control has anything against. */
export const AGENT_PLUGINS: Manifest = {
    KeyManager: [{ memory: { plugin_data: {} } }],
    NodeAttestor: [{ k8s_psat: { plugin_data: { cluster: "blue" } } }],
    WorkloadAttestor: [{ k8s: { plugin_data: { node_name_env: "NODE" } } }],
};

/** A ConfigMap with a server.conf that no control has anything against, but for what is laid over it. */
export function serverFile(settings: Manifest = {}, plugins: Manifest = {}, root: Manifest = {}): Manifest {
    const server = { trust_domain: "prod.x0tta6bl4.io", audit_log_enabled: true, ...settings };
    return fileMap("server.conf", { server, plugins: { ...SERVER_PLUGINS, ...plugins }, ...root }, "spire-server");
}

/** A ConfigMap with an agent.conf that no control has anything against, but for what is laid over it. */
export function agentFile(settings: Manifest = {}, plugins: Manifest = {}, root: Manifest = {}): Manifest {
    const agent = {
        trust_domain: "prod.x0tta6bl4.io",
        trust_bundle_path: "/run/spire/bundle/bundle.crt",
        experimental: { require_pq_kem: true },
        ...settings,
    };
    return fileMap("agent.conf", { agent, plugins: { ...AGENT_PLUGINS, ...plugins }, ...root }, "spire-agent");
}

/** One plugin with its data, under its name. */
export function pluginFile(name: string, data: Manifest): readonly Manifest[] {
    return [{ [name]: { plugin_data: data } }];
}
