import assert from "node:assert/strict";

import { render } from "../../../../components/spire/config/json";
import { serverConf } from "../../../../components/spire/config/server";
import type { Raw } from "../../../support/spire";
import { spireOf } from "../../../support/spire";

/** The plugins of one type, as they stand in the file. */
function pluginsOf(type: string, server: Raw): unknown {
    const conf = JSON.parse(render(serverConf(spireOf({ server })))) as { plugins: Raw };
    return conf.plugins[type];
}

const VAULT = { address: "https://vault.x0tta6bl4.io", trustAnchor: { configMap: "vault-ca", key: "ca.crt" } };

describe("the plugins of server.conf", () => {
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
