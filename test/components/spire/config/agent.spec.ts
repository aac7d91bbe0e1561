import assert from "node:assert/strict";

import { agentConf } from "../../../../components/spire/config/agent";
import { controllerManagerConf } from "../../../../components/spire/config/controller-manager";
import { render } from "../../../../components/spire/config/json";
import { oidcProviderConf } from "../../../../components/spire/config/oidc-provider";
import { serverConf } from "../../../../components/spire/config/server";
import type { Raw } from "../../../support/spire";
import { DATABASE_EGRESS, POSTGRES, spireOf } from "../../../support/spire";

const parsed = (config: object): Raw => JSON.parse(render(config)) as Raw;

describe("agent.conf", () => {
    it("is complete, verifies the bundle, the kubelet and the key exchange", () => {
        assert.deepEqual(parsed(agentConf(spireOf())), {
            agent: {
                trust_domain: "staging.x0tta6bl4.io",
                server_address: "spire-server.spire.svc",
                server_port: 8081,
                data_dir: "/var/lib/spire",
                socket_path: "/tmp/spire-agent/public/spire-agent.sock",
                trust_bundle_path: "/run/spire/bundle/bundle.crt",
                trust_bundle_format: "pem",
                workload_x509_svid_key_type: "ec-p256",
                log_level: "INFO",
                log_format: "json",
                experimental: { require_pq_kem: true },
            },
            plugins: {
                KeyManager: [{ memory: { plugin_data: {} } }],
                NodeAttestor: [
                    {
                        k8s_psat: {
                            plugin_data: {
                                cluster: "staging",
                                token_path: "/var/run/secrets/tokens/spire-agent",
                            },
                        },
                    },
                ],
                WorkloadAttestor: [
                    {
                        k8s: {
                            plugin_data: {
                                kubelet_secure_port: 10250,
                                kubelet_ca_path: "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
                                skip_kubelet_verification: false,
                                node_name_env: "KUBELET_ADDRESS",
                            },
                        },
                    },
                ],
            },
            health_checks: {
                listener_enabled: true,
                bind_address: "0.0.0.0",
                bind_port: "9982",
                live_path: "/live",
                ready_path: "/ready",
            },
            telemetry: { Prometheus: { host: "0.0.0.0", port: 9988 } },
        });
    });

    it("writes every optional key that is asked for", () => {
        const { agent, plugins } = parsed(
            agentConf(
                spireOf({
                    requirePqKem: false,
                    agent: {
                        kubelet: { verify: "hostCertificate", address: "nodeName", port: 10251 },
                        workloadKeyType: "rsa-2048",
                        availabilityTarget: "24h",
                        rebootstrapMode: "auto",
                        maxSvidCacheSize: 50,
                        sigstore: {
                            allowedIdentities: { "https://issuer.io": ["ci@x0tta6bl4.io"] },
                            skippedImages: ["pause"],
                        },
                    },
                }),
            ),
        ) as { agent: Raw; plugins: { WorkloadAttestor: [{ k8s: { plugin_data: Raw } }] } };
        assert.equal("experimental" in agent, false);
        assert.equal(agent["workload_x509_svid_key_type"], "rsa-2048");
        assert.equal(agent["availability_target"], "24h");
        assert.equal(agent["rebootstrap_mode"], "auto");
        assert.equal(agent["x509_svid_cache_max_size"], 50);
        assert.deepEqual(plugins.WorkloadAttestor[0].k8s.plugin_data, {
            kubelet_secure_port: 10251,
            kubelet_ca_path: "/run/spire/kubelet/kubelet.crt",
            skip_kubelet_verification: false,
            node_name_env: "KUBELET_ADDRESS",
            sigstore: [{ allowed_identities: { "https://issuer.io": ["ci@x0tta6bl4.io"] }, skipped_images: ["pause"] }],
        });
    });
});

describe("the controller manager's configuration", () => {
    it("is complete, keeps to its own entries and counts nanoseconds", () => {
        assert.deepEqual(controllerManagerConf(spireOf()), {
            apiVersion: "spire.spiffe.io/v1alpha1",
            kind: "ControllerManagerConfig",
            metadata: { name: "spire-controller-manager", namespace: "spire" },
            clusterName: "staging",
            clusterDomain: "cluster.local",
            trustDomain: "staging.x0tta6bl4.io",
            ignoreNamespaces: ["kube-system", "kube-public", "kube-node-lease"],
            validatingWebhookConfigurationName: "spire-controller-manager-webhook",
            gcInterval: 10_000_000_000,
            spireServerSocketPath: "/tmp/spire-server/private/api.sock",
            logLevel: "info",
            logEncoding: "json",
            parentIDTemplate: "spiffe://{{ .TrustDomain }}/spire/agent/k8s_psat/{{ .ClusterName }}/{{ .NodeMeta.UID }}",
            entryIDPrefix: "staging",
            reconcile: { clusterSPIFFEIDs: true, clusterStaticEntries: true, clusterFederatedTrustDomains: true },
            metrics: { bindAddress: "0.0.0.0:8082" },
            health: { healthProbeBindAddress: "0.0.0.0:8083" },
            leaderElection: {
                leaderElect: false,
                resourceName: "spire-controller-manager.spire",
                resourceNamespace: "spire",
            },
        });
    });

    it("chooses a leader where there are several servers", () => {
        const settings = spireOf({ server: { replicas: 3, dataStore: POSTGRES, egress: DATABASE_EGRESS } });
        const { leaderElection } = controllerManagerConf(settings) as { leaderElection: Raw };
        assert.equal(leaderElection["leaderElect"], true);
    });

    it("names the cluster as the server's attestor and the agent do", () => {
        const settings = spireOf({ clusterName: "blue" });
        const server = JSON.stringify(serverConf(settings).plugins.NodeAttestor);
        const agent = JSON.stringify(agentConf(settings).plugins.NodeAttestor);
        assert.match(server, /"clusters":\[\{"blue":/);
        assert.match(agent, /"cluster":"blue"/);
        assert.equal((controllerManagerConf(settings) as Raw)["clusterName"], "blue");
    });
});

describe("the OIDC provider's configuration", () => {
    it("serves the configured domain over HTTPS with keys from the Workload API", () => {
        const settings = spireOf({
            server: { jwtIssuer: "https://oidc.x0tta6bl4.io" },
            oidcProvider: { domain: "oidc.x0tta6bl4.io", certificateSecret: "tls", ingressNamespace: "ingress" },
        });
        assert.ok(settings.oidcProvider);
        assert.deepEqual(parsed(oidcProviderConf(settings, settings.oidcProvider)), {
            log_level: "info",
            log_format: "JSON",
            domains: ["oidc.x0tta6bl4.io"],
            jwt_issuer: "https://oidc.x0tta6bl4.io",
            set_key_use: true,
            serving_cert_file: {
                addr: ":8443",
                cert_file_path: "/run/spire/tls/oidc/tls.crt",
                key_file_path: "/run/spire/tls/oidc/tls.key",
            },
            workload_api: {
                socket_path: "/run/spiffe/workload/spire-agent.sock",
                trust_domain: "staging.x0tta6bl4.io",
            },
            health_checks: { bind_port: "8008", ready_path: "/ready", live_path: "/live" },
        });
    });
});
