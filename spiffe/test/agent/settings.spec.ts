import assert from "node:assert/strict";

import type { AgentSettings } from "../../src/agent/index.js";
import { AgentSettingsError, checkAgentSettings, renderAgentConfig } from "../../src/agent/index.js";
import { TrustDomain } from "../../src/index.js";

const settings: AgentSettings = {
    trustDomain: TrustDomain.parse("example.org"),
    server: { host: "spire-server", port: 8081 },
    dataDir: "/var/lib/spire",
    socketPath: "/run/spire/sockets/agent.sock",
    trustBundle: { path: "/run/spire/bundle/bundle.crt" },
    nodeAttestation: { type: "join_token", token: "secret-token" },
    workloadAttestation: [{ type: "unix" }],
    health: { port: 9982 },
};

describe("Settings of a SPIRE agent", () => {
    it("become a configuration file without the join token", () => {
        const text = renderAgentConfig(settings);
        assert.equal(text.includes("secret-token"), false);
        assert.deepEqual(JSON.parse(text), {
            agent: {
                trust_domain: "example.org",
                server_address: "spire-server",
                server_port: 8081,
                data_dir: "/var/lib/spire",
                socket_path: "/run/spire/sockets/agent.sock",
                trust_bundle_path: "/run/spire/bundle/bundle.crt",
                trust_bundle_format: "pem",
                log_level: "info",
                log_format: "json",
                experimental: {},
            },
            health_checks: {
                listener_enabled: true,
                bind_address: "127.0.0.1",
                bind_port: 9982,
                live_path: "/live",
                ready_path: "/ready",
            },
            plugins: {
                KeyManager: [{ disk: { plugin_data: { directory: "/var/lib/spire" } } }],
                NodeAttestor: [{ join_token: { plugin_data: {} } }],
                WorkloadAttestor: [{ unix: { plugin_data: { discover_workload_path: false } } }],
            },
        });
    });

    it("say k8s_psat, memory keys, a bundle URL and post-quantum key exchange where asked to", () => {
        const config = JSON.parse(
            renderAgentConfig({
                ...settings,
                trustBundle: { url: "https://bundle.test/b" },
                nodeAttestation: {
                    type: "k8s_psat",
                    cluster: "prod",
                    tokenPath: "/var/run/secrets/tokens/spire-agent",
                },
                workloadAttestation: [
                    { type: "k8s", nodeName: "node-1" },
                    { type: "unix", discoverWorkloadPath: true },
                ],
                keyManager: "memory",
                requirePqKem: true,
                syncIntervalSeconds: 1,
            }),
        ) as { agent: Record<string, unknown>; plugins: unknown };
        assert.equal(config.agent.trust_bundle_url, "https://bundle.test/b");
        assert.deepEqual(config.agent.experimental, { require_pq_kem: true, sync_interval: "1s" });
        assert.deepEqual(config.plugins, {
            KeyManager: [{ memory: { plugin_data: {} } }],
            NodeAttestor: [
                { k8s_psat: { plugin_data: { cluster: "prod", token_path: "/var/run/secrets/tokens/spire-agent" } } },
            ],
            WorkloadAttestor: [
                { k8s: { plugin_data: { node_name: "node-1" } } },
                { unix: { plugin_data: { discover_workload_path: true } } },
            ],
        });
    });

    const faulty: [Partial<AgentSettings>, string][] = [
        [{ dataDir: "data" }, 'dataDir is "data"; it must be an absolute path'],
        [{ socketPath: "agent.sock" }, 'socketPath is "agent.sock"; it must be an absolute path'],
        [{ trustBundle: { path: "b.pem" } }, 'trustBundle.path is "b.pem"; it must be an absolute path'],
        [{ socketPath: `/${"s".repeat(107)}` }, "socketPath has 108 bytes; a socket's path may have 107"],
        [
            { socketPath: "/var/lib/spire/agent.sock" },
            "socketPath lies in dataDir (/var/lib/spire); workloads would get access to the agent's keys",
        ],
        [{ trustBundle: { url: "http://b.test" } }, 'trustBundle.url is "http://b.test"; it must be an https URL'],
        [
            { server: { host: "", port: 8081 } },
            "server.host is empty; it must be the host name or address of the SPIRE server",
        ],
        [{ server: { host: "s", port: 0 } }, "server.port is 0; it must be a whole number from 1 to 65535"],
        [{ health: { port: 65_536 } }, "health.port is 65536; it must be a whole number from 1 to 65535"],
        [{ syncIntervalSeconds: 0 }, "syncIntervalSeconds is 0; it must be above 0"],
        [
            { nodeAttestation: { type: "k8s_psat", cluster: "" } },
            "nodeAttestation.cluster is empty; it must be the name the server knows the cluster by",
        ],
        [
            { nodeAttestation: { type: "join_token" }, keyManager: "memory" },
            "nodeAttestation has no token and keyManager is memory; the agent would have nothing to prove itself with",
        ],
        [{ workloadAttestation: [{ type: "unix" }, { type: "unix" }] }, "workloadAttestation has unix more than once"],
    ];
    for (const [change, fault] of faulty) {
        it(`are refused when ${fault}`, () => {
            assert.throws(
                () => checkAgentSettings({ ...settings, ...change }),
                (error: unknown) => {
                    assert.ok(error instanceof AgentSettingsError);
                    assert.deepEqual(error.faults, [fault]);
                    assert.equal(error.message, `The SPIRE agent can't run with these settings:\n  ${fault}`);
                    return true;
                },
            );
        });
    }

    it("are refused with all faults at once", () => {
        assert.throws(
            () => renderAgentConfig({ ...settings, dataDir: "d", server: { host: "", port: 1.5 } }),
            (error: unknown) => error instanceof AgentSettingsError && error.faults.length === 3,
        );
    });
});
