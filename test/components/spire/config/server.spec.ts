import assert from "node:assert/strict";

import { render } from "../../../../components/spire/config/json";
import { serverConf } from "../../../../components/spire/config/server";
import type { Raw } from "../../../support/spire";
import { DATABASE_EGRESS, POSTGRES, spireOf } from "../../../support/spire";

/** The configuration as SPIRE reads it. */
const confOf = (over: Raw = {}): Raw => JSON.parse(render(serverConf(spireOf(over)))) as Raw;

/** The plugins of one type, as they stand in the file. */
const pluginsOf = (type: string, server: Raw): unknown =>
    (confOf({ server })["plugins"] as Record<string, unknown>)[type];

const VAULT = { address: "https://vault.x0tta6bl4.io", trustAnchor: { configMap: "vault-ca", key: "ca.crt" } };

describe("server.conf", () => {
    it("is complete for one server with sqlite on a volume", () => {
        assert.deepEqual(confOf(), {
            server: {
                trust_domain: "staging.x0tta6bl4.io",
                bind_address: "0.0.0.0",
                bind_port: 8081,
                data_dir: "/run/spire/data",
                socket_path: "/tmp/spire-server/private/api.sock",
                ca_ttl: "24h",
                default_x509_svid_ttl: "1h",
                default_jwt_svid_ttl: "5m",
                ca_key_type: "ec-p384",
                ca_subject: { organization: ["x0tta6bl4"] },
                audit_log_enabled: true,
                log_level: "INFO",
                log_format: "json",
                ratelimit: { attestation: true, signing: true },
                experimental: { require_pq_kem: true },
            },
            plugins: {
                DataStore: [
                    {
                        sql: {
                            plugin_data: {
                                database_type: "sqlite3",
                                connection_string: "/run/spire/data/datastore.sqlite3",
                            },
                        },
                    },
                ],
                KeyManager: [{ disk: { plugin_data: { keys_path: "/run/spire/data/keys.json" } } }],
                NodeAttestor: [
                    {
                        k8s_psat: {
                            plugin_data: {
                                clusters: [
                                    {
                                        staging: {
                                            service_account_allow_list: ["spire:spire-agent"],
                                            audience: ["spire-server"],
                                        },
                                    },
                                ],
                            },
                        },
                    },
                ],
                BundlePublisher: [
                    {
                        k8s_configmap: {
                            plugin_data: {
                                clusters: [
                                    {
                                        staging: {
                                            configmap_name: "spire-bundle",
                                            configmap_key: "bundle.crt",
                                            namespace: "spire",
                                            format: "pem",
                                        },
                                    },
                                ],
                            },
                        },
                    },
                ],
            },
            health_checks: {
                listener_enabled: true,
                bind_address: "0.0.0.0",
                bind_port: "8080",
                live_path: "/live",
                ready_path: "/ready",
            },
            telemetry: { Prometheus: { host: "0.0.0.0", port: 9988 } },
        });
    });

    it("writes every optional key that is asked for", () => {
        const { server, telemetry } = confOf({
            requirePqKem: false,
            server: {
                agentTtl: "2h",
                jwtKeyType: "ec-p256",
                jwtIssuer: "https://oidc.x0tta6bl4.io",
                adminIds: ["spiffe://staging.x0tta6bl4.io/admin"],
                disableJwtSvids: true,
                pruneNodesExpiredFor: "72h",
                caSubject: { country: "EE", organization: "Zero", commonName: "root" },
                metricsTls: { type: "spire", authorizedSpiffeIds: ["spiffe://staging.x0tta6bl4.io/prometheus"] },
                bundleEndpoint: { profile: { type: "https_spiffe" }, refreshHint: "5m", clients: ["192.0.2.1/32"] },
            },
        }) as { server: Raw; telemetry: Raw };
        assert.equal(server["agent_ttl"], "2h");
        assert.equal(server["jwt_key_type"], "ec-p256");
        assert.equal(server["jwt_issuer"], "https://oidc.x0tta6bl4.io");
        assert.deepEqual(server["admin_ids"], ["spiffe://staging.x0tta6bl4.io/admin"]);
        assert.equal(server["disable_jwt_svids"], true);
        assert.equal(server["prune_attested_nodes_expired_for"], "72h");
        assert.deepEqual(server["ca_subject"], { country: ["EE"], organization: ["Zero"], common_name: "root" });
        assert.equal("experimental" in server, false);
        assert.deepEqual(server["federation"], {
            bundle_endpoint: { address: "0.0.0.0", port: 8443, refresh_hint: "5m", profile: { https_spiffe: {} } },
        });
        assert.deepEqual(telemetry["Prometheus"], {
            host: "0.0.0.0",
            port: 9988,
            tls: { use_spire_svid: true, authorized_spiffe_ids: ["spiffe://staging.x0tta6bl4.io/prometheus"] },
        });
    });

    it("proves the federation endpoint by a mounted certificate or by ACME", () => {
        const profile = (over: Raw): unknown =>
            (
                confOf({
                    server: { bundleEndpoint: { profile: { type: "https_web", ...over }, clients: ["192.0.2.1/32"] } },
                })["server"] as { federation: { bundle_endpoint: Raw } }
            ).federation.bundle_endpoint["profile"];
        assert.deepEqual(profile({ certificate: { secret: "web" } }), {
            https_web: {
                serving_cert_file: {
                    cert_file_path: "/run/spire/tls/bundle-endpoint/tls.crt",
                    key_file_path: "/run/spire/tls/bundle-endpoint/tls.key",
                },
            },
        });
        const acme = { domain: "f.x0tta6bl4.io", email: "ops@x0tta6bl4.io", termsOfServiceAccepted: true };
        assert.deepEqual(profile({ acme }), {
            https_web: { acme: { domain_name: "f.x0tta6bl4.io", email: "ops@x0tta6bl4.io", tos_accepted: true } },
        });
    });

    it("verifies PostgreSQL's certificate and name, on the replica too, and holds no password", () => {
        const dataStore = { ...POSTGRES, clientCertificate: "db-client", readOnlyHost: "replica.x0tta6bl4.io" };
        const tls =
            "port=5432 sslmode=verify-full sslrootcert=/run/spire/tls/database-ca/ca.crt sslcert=/run/spire/tls/database-client/tls.crt sslkey=/run/spire/tls/database-client/tls.key";
        assert.deepEqual(pluginsOf("DataStore", { dataStore, egress: DATABASE_EGRESS }), [
            {
                sql: {
                    plugin_data: {
                        database_type: "postgres",
                        connection_string: `dbname=spire user=spire host=db.x0tta6bl4.io ${tls}`,
                        ro_connection_string: `dbname=spire user=spire host=replica.x0tta6bl4.io ${tls}`,
                    },
                },
            },
        ]);
    });

    it("takes MySQL's password from the environment and verifies its certificate", () => {
        assert.deepEqual(pluginsOf("DataStore", { dataStore: { ...POSTGRES, type: "mysql", port: 3306 } }), [
            {
                sql: {
                    plugin_data: {
                        database_type: "mysql",
                        connection_string:
                            "spire:${SPIRE_DATABASE_PASSWORD}@tcp(db.x0tta6bl4.io:3306)/spire?parseTime=true",
                        root_ca_path: "/run/spire/tls/database-ca/ca.crt",
                    },
                },
            },
        ]);
    });

    it("logs in to AWS databases by IAM, without a password", () => {
        const rds = Object.fromEntries(Object.entries(POSTGRES).filter(([key]) => key !== "password"));
        assert.deepEqual(pluginsOf("DataStore", { dataStore: { ...rds, type: "awsPostgres", region: "eu-north-1" } }), [
            {
                sql: {
                    plugin_data: {
                        database_type: [{ aws_postgres: { region: "eu-north-1" } }],
                        connection_string:
                            "dbname=spire user=spire host=db.x0tta6bl4.io port=5432 sslmode=verify-full sslrootcert=/run/spire/tls/database-ca/ca.crt",
                    },
                },
            },
        ]);
        assert.deepEqual(
            pluginsOf("DataStore", { dataStore: { ...rds, type: "awsMysql", port: 3306, region: "eu-north-1" } }),
            [
                {
                    sql: {
                        plugin_data: {
                            database_type: [{ aws_mysql: { region: "eu-north-1" } }],
                            connection_string: "spire@tcp(db.x0tta6bl4.io:3306)/spire?parseTime=true",
                            root_ca_path: "/run/spire/tls/database-ca/ca.crt",
                        },
                    },
                },
            ],
        );
    });

    const identifier = "/run/spire/data/key-identifier";
    for (const [title, keyManager, expected] of [
        ["memory", { type: "memory" }, { memory: { plugin_data: {} } }],
        [
            "AWS KMS",
            { type: "awsKms", region: "eu-north-1", tags: { team: "security" } },
            {
                aws_kms: {
                    plugin_data: {
                        region: "eu-north-1",
                        key_identifier_file: identifier,
                        key_tags: [{ team: "security" }],
                    },
                },
            },
        ],
        [
            "Google Cloud KMS",
            { type: "gcpKms", keyRing: "projects/p/locations/l/keyRings/r" },
            {
                gcp_kms: {
                    plugin_data: {
                        key_ring: "projects/p/locations/l/keyRings/r",
                        key_identifier_file: identifier,
                    },
                },
            },
        ],
        [
            "Azure Key Vault",
            { type: "azureKeyVault", vaultUri: "https://v.vault.azure.net/" },
            {
                azure_key_vault: {
                    plugin_data: { key_vault_uri: "https://v.vault.azure.net/", key_identifier_file: identifier },
                },
            },
        ],
        [
            "Vault's transit engine",
            { type: "vault", ...VAULT, auth: { method: "kubernetes", role: "spire" } },
            {
                hashicorp_vault: {
                    plugin_data: {
                        vault_addr: "https://vault.x0tta6bl4.io",
                        ca_cert_path: "/run/spire/tls/key-manager-ca/ca.crt",
                        k8s_auth: [
                            {
                                k8s_auth_mount_point: "kubernetes",
                                k8s_auth_role_name: "spire",
                                token_path: "/run/spire/tls/key-manager-token/token",
                            },
                        ],
                        transit_engine_path: "transit",
                        key_identifier_file: identifier,
                    },
                },
            },
        ],
    ] as const) {
        it(`keeps keys in ${title}`, () => {
            assert.deepEqual(pluginsOf("KeyManager", { keyManager }), [expected]);
        });
    }

    for (const [title, upstreamAuthority, expected] of [
        [
            "a Secret",
            { type: "disk", secret: "root", bundleKey: "ca.crt" },
            {
                disk: {
                    plugin_data: {
                        cert_file_path: "/run/spire/tls/upstream-ca/tls.crt",
                        key_file_path: "/run/spire/tls/upstream-ca/tls.key",
                        bundle_file_path: "/run/spire/tls/upstream-ca/ca.crt",
                    },
                },
            },
        ],
        [
            "Vault's PKI by certificate",
            { type: "vault", ...VAULT, vaultNamespace: "sec", auth: { method: "certificate", secret: "login" } },
            {
                vault: {
                    plugin_data: {
                        vault_addr: "https://vault.x0tta6bl4.io",
                        namespace: "sec",
                        ca_cert_path: "/run/spire/tls/upstream-ca/ca.crt",
                        cert_auth: [
                            {
                                cert_auth_mount_point: "cert",
                                client_cert_path: "/run/spire/tls/upstream-client/tls.crt",
                                client_key_path: "/run/spire/tls/upstream-client/tls.key",
                            },
                        ],
                        pki_mount_point: "pki",
                    },
                },
            },
        ],
        [
            "Vault's PKI by AppRole, whose secret stays out of the file",
            {
                type: "vault",
                ...VAULT,
                auth: { method: "appRole", roleId: { secret: "a", key: "i" }, secretId: { secret: "a", key: "s" } },
            },
            {
                vault: {
                    plugin_data: {
                        vault_addr: "https://vault.x0tta6bl4.io",
                        ca_cert_path: "/run/spire/tls/upstream-ca/ca.crt",
                        approle_auth: [{ approle_auth_mount_point: "approle" }],
                        pki_mount_point: "pki",
                    },
                },
            },
        ],
        [
            "cert-manager",
            { type: "certManager", issuer: "root", issuerKind: "ClusterIssuer" },
            {
                "cert-manager": {
                    plugin_data: {
                        namespace: "spire",
                        issuer_name: "root",
                        issuer_kind: "ClusterIssuer",
                        issuer_group: "cert-manager.io",
                    },
                },
            },
        ],
        [
            "AWS Private CA",
            { type: "awsPca", region: "eu-north-1", authorityArn: "arn:aws:acm-pca:x" },
            { aws_pca: { plugin_data: { region: "eu-north-1", certificate_authority_arn: "arn:aws:acm-pca:x" } } },
        ],
        [
            "an upstream SPIRE, over hybrid key exchange",
            { type: "spire", address: "root.x0tta6bl4.io" },
            {
                spire: {
                    plugin_data: {
                        server_address: "root.x0tta6bl4.io",
                        server_port: "8081",
                        workload_api_socket: "/run/spire/upstream/spire-agent.sock",
                        experimental: [{ require_pq_kem: true }],
                    },
                },
            },
        ],
    ] as const) {
        it(`has its CA signed by ${title}`, () => {
            assert.deepEqual(pluginsOf("UpstreamAuthority", { upstreamAuthority }), [expected]);
        });
    }

    it("leaves UpstreamAuthority out where there is none: SPIRE refuses an empty list", () => {
        assert.equal(pluginsOf("UpstreamAuthority", {}), undefined);
    });

    it("lists further attestors and publishers behind the cluster's own", () => {
        const anchor = (configMap: string): Raw => ({ configMap, key: "ca.crt" });
        const attestors = pluginsOf("NodeAttestor", {
            nodeAttestors: [
                { type: "joinToken" },
                { type: "x509pop", mode: "externalPki", trustAnchor: anchor("nodes") },
                { type: "tpmDevid", devidTrustAnchor: anchor("devid"), endorsementTrustAnchor: anchor("tpm") },
            ],
        }) as Raw[];
        assert.deepEqual(attestors.slice(1), [
            { join_token: { plugin_data: {} } },
            {
                x509pop: {
                    plugin_data: { mode: "external_pki", ca_bundle_path: "/run/spire/tls/x509pop-ca/ca.crt" },
                },
            },
            {
                tpm_devid: {
                    plugin_data: {
                        devid_ca_path: "/run/spire/tls/devid-ca/ca.crt",
                        endorsement_ca_path: "/run/spire/tls/endorsement-ca/ca.crt",
                    },
                },
            },
        ]);
        assert.deepEqual(
            (pluginsOf("NodeAttestor", { nodeAttestors: [{ type: "x509pop", mode: "spiffe" }] }) as Raw[])[1],
            { x509pop: { plugin_data: { mode: "spiffe" } } },
        );
        const publishers = pluginsOf("BundlePublisher", {
            bundlePublishers: [
                { type: "awsS3", region: "r", bucket: "b", objectKey: "k" },
                { type: "gcpStorage", bucket: "b", object: "o", format: "jwks" },
                { type: "azureBlob", account: "a", container: "c", blob: "b", format: "pem" },
            ],
        }) as Raw[];
        assert.deepEqual(publishers.slice(1), [
            { aws_s3: { plugin_data: { region: "r", bucket: "b", object_key: "k", format: "spiffe" } } },
            { gcp_cloudstorage: { plugin_data: { bucket_name: "b", object_name: "o", format: "jwks" } } },
            {
                azure_blob: {
                    plugin_data: { storage_account_name: "a", container_name: "c", blob_name: "b", format: "pem" },
                },
            },
        ]);
    });
});
