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
                ca_subject: { organization: ["SPIFFE"] },
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
                    file_sync_interval: "1m",
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
});
