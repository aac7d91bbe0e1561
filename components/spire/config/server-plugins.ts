import { AGENT, BUNDLE, BUNDLE_KEY, NAMESPACE, PSAT_AUDIENCE, SERVER_PATHS } from "../layout";
import { anchorPath, certificatePath, keyPath, MATERIAL, vaultTokenPath } from "../material";
import type {
    ExtraBundlePublisher,
    ExtraNodeAttestor,
    KeyManager,
    SpireSettings,
    UpstreamAuthority,
    Vault,
} from "../model";
import type { Plugins } from "./json";
import { plugin } from "./json";

/**
 * Where a cloud key manager remembers which keys are its own. Always a file on the server's volume: an identifier given as
 * a value would be the same for every replica, and they would fight over each other's keys.
 */
const KEY_IDENTIFIER_FILE = `${SERVER_PATHS.data}/key-identifier`;

/** Where the Workload API of an upstream SPIRE is mounted. */
export const UPSTREAM_SOCKET_DIR = "/run/spire/upstream";

/** The KeyManager plugin; SPIRE accepts exactly one. */
export function keyManagerPlugin(manager: KeyManager): Plugins<object> {
    switch (manager.type) {
        case "disk":
            return [plugin("disk", { keys_path: `${SERVER_PATHS.data}/keys.json` })];
        case "memory":
            return [plugin("memory", {})];
        case "awsKms":
            return [
                plugin("aws_kms", {
                    region: manager.region,
                    key_identifier_file: KEY_IDENTIFIER_FILE,
                    key_tags: manager.tags,
                }),
            ];
        case "gcpKms":
            return [plugin("gcp_kms", { key_ring: manager.keyRing, key_identifier_file: KEY_IDENTIFIER_FILE })];
        case "azureKeyVault":
            return [
                plugin("azure_key_vault", {
                    key_vault_uri: manager.vaultUri,
                    key_identifier_file: KEY_IDENTIFIER_FILE,
                }),
            ];
        case "vault":
            return [
                plugin("hashicorp_vault", {
                    ...vaultData(manager, {
                        ca: MATERIAL.keyManagerVault,
                        client: MATERIAL.keyManagerVaultClient,
                        token: MATERIAL.keyManagerToken,
                    }),
                    transit_engine_path: manager.transitPath ?? "transit",
                    key_identifier_file: KEY_IDENTIFIER_FILE,
                }),
            ];
    }
}

/** The UpstreamAuthority plugin, or undefined for self-signed roots: the plugin type must then be absent. */
export function upstreamAuthorityPlugin(
    authority: UpstreamAuthority,
    requirePqKem: boolean,
): Plugins<object> | undefined {
    switch (authority.type) {
        case "none":
            return undefined;
        case "disk":
            return [
                plugin("disk", {
                    cert_file_path: certificatePath(MATERIAL.upstream),
                    key_file_path: keyPath(MATERIAL.upstream),
                    bundle_file_path:
                        authority.bundleKey === undefined
                            ? undefined
                            : `${SERVER_PATHS.tls}/${MATERIAL.upstream}/${authority.bundleKey}`,
                }),
            ];
        case "vault":
            return [
                plugin("vault", {
                    ...vaultData(authority, {
                        ca: MATERIAL.upstream,
                        client: MATERIAL.upstreamVaultClient,
                        token: MATERIAL.upstreamToken,
                    }),
                    pki_mount_point: authority.pkiMount ?? "pki",
                }),
            ];
        case "certManager":
            return [
                plugin("cert-manager", {
                    namespace: NAMESPACE,
                    issuer_name: authority.issuer,
                    issuer_kind: authority.issuerKind ?? "Issuer",
                    issuer_group: authority.issuerGroup ?? "cert-manager.io",
                }),
            ];
        case "awsPca":
            return [
                plugin("aws_pca", {
                    region: authority.region,
                    certificate_authority_arn: authority.authorityArn,
                    ca_signing_template_arn: authority.signingTemplateArn,
                    assume_role_arn: authority.assumeRoleArn,
                }),
            ];
        case "spire":
            return [
                plugin("spire", {
                    server_address: authority.address,
                    server_port: String(authority.port),
                    workload_api_socket: `${UPSTREAM_SOCKET_DIR}/spire-agent.sock`,
                    experimental: { require_pq_kem: requirePqKem },
                }),
            ];
        case "gcpCas":
            return [
                plugin("gcp_cas", {
                    root_cert_spec: {
                        project_name: authority.project,
                        region_name: authority.region,
                        ca_pool: authority.pool,
                        label_key: authority.labelKey,
                        label_value: authority.labelValue,
                    },
                }),
            ];
        case "ejbca":
            return [
                plugin("ejbca", {
                    hostname: authority.hostname,
                    ca_cert_path: anchorPath(MATERIAL.upstream),
                    client_cert_path: certificatePath(MATERIAL.upstreamClient),
                    client_cert_key_path: keyPath(MATERIAL.upstreamClient),
                    ca_name: authority.ca,
                    end_entity_profile_name: authority.endEntityProfile,
                    certificate_profile_name: authority.certificateProfile,
                }),
            ];
        case "awsSecret":
            return [
                plugin("awssecret", {
                    region: authority.region,
                    cert_file_arn: authority.certificateArn,
                    key_file_arn: authority.keyArn,
                    bundle_file_arn: authority.bundleArn,
                    assume_role_arn: authority.assumeRoleArn,
                }),
            ];
    }
}

interface VaultMaterial {
    readonly ca: string;
    readonly client: string;
    readonly token: string;
}

/** The members that the Vault key manager and the Vault upstream authority share. The server is always verified. */
function vaultData({ address, vaultNamespace, auth }: Vault, material: VaultMaterial): object {
    const common = {
        vault_addr: address,
        namespace: vaultNamespace,
        ca_cert_path: anchorPath(material.ca),
    };
    switch (auth.method) {
        case "kubernetes":
            return {
                ...common,
                k8s_auth: {
                    k8s_auth_mount_point: auth.mount ?? "kubernetes",
                    k8s_auth_role_name: auth.role,
                    token_path: vaultTokenPath(material.token),
                },
            };
        case "appRole":
            // Role and secret come through VAULT_APPROLE_ID and VAULT_APPROLE_SECRET_ID.
            return { ...common, approle_auth: { approle_auth_mount_point: auth.mount ?? "approle" } };
        case "certificate":
            return {
                ...common,
                cert_auth: {
                    cert_auth_mount_point: auth.mount ?? "cert",
                    cert_auth_role_name: auth.role,
                    client_cert_path: certificatePath(material.client),
                    client_key_path: keyPath(material.client),
                },
            };
    }
}

/** The NodeAttestor plugins: `k8s_psat` for this cluster's agents, then the extra ones. */
export function nodeAttestorPlugins({ clusterName, server }: SpireSettings): Plugins<object> {
    return [
        plugin("k8s_psat", {
            clusters: {
                [clusterName]: {
                    service_account_allow_list: [`${NAMESPACE}:${AGENT}`],
                    // Without it the server would accept a token meant for the API server.
                    audience: [PSAT_AUDIENCE],
                },
            },
        }),
        ...server.nodeAttestors.map(extraNodeAttestor),
    ];
}

function extraNodeAttestor(attestor: ExtraNodeAttestor): { readonly [name: string]: { readonly plugin_data: object } } {
    switch (attestor.type) {
        case "joinToken":
            return plugin("join_token", {});
        case "x509pop":
            return attestor.mode === "spiffe"
                ? plugin("x509pop", { mode: "spiffe" })
                : plugin("x509pop", { mode: "external_pki", ca_bundle_path: anchorPath(MATERIAL.x509pop) });
        case "tpmDevid":
            return plugin("tpm_devid", {
                devid_ca_path: anchorPath(MATERIAL.devid),
                endorsement_ca_path: anchorPath(MATERIAL.endorsement),
            });
        case "awsIid": {
            const { managementAccount, role, region } = attestor.organization;
            return plugin("aws_iid", {
                assume_role: attestor.assumeRole,
                partition: attestor.partition,
                verify_organization: {
                    management_account_id: managementAccount,
                    assume_org_role: role,
                    management_account_region: region,
                },
            });
        }
        case "gcpIit":
            return plugin("gcp_iit", {
                projectid_allow_list: attestor.projects,
                ...(attestor.labelKeys.length > 0 && {
                    use_instance_metadata: true,
                    allowed_label_keys: attestor.labelKeys,
                }),
            });
        case "azureImds":
            return plugin("azure_imds", {
                tenants: Object.fromEntries(
                    Object.entries(attestor.tenants).map(([domain, { subscriptions }]) => [
                        domain,
                        { restrict_to_subscriptions: subscriptions },
                    ]),
                ),
            });
    }
}

/** The BundlePublisher plugins: the cluster's own ConfigMap, then the extra ones. */
export function bundlePublisherPlugins({ clusterName, server }: SpireSettings): Plugins<object> {
    return [
        plugin("k8s_configmap", {
            clusters: {
                [clusterName]: {
                    configmap_name: BUNDLE,
                    configmap_key: BUNDLE_KEY,
                    namespace: NAMESPACE,
                    format: "pem",
                },
            },
        }),
        ...server.bundlePublishers.map(extraBundlePublisher),
    ];
}

function extraBundlePublisher(publisher: ExtraBundlePublisher): {
    readonly [name: string]: { readonly plugin_data: object };
} {
    switch (publisher.type) {
        case "awsS3":
            return plugin("aws_s3", {
                region: publisher.region,
                bucket: publisher.bucket,
                object_key: publisher.objectKey,
                format: publisher.format,
            });
        case "gcpStorage":
            return plugin("gcp_cloudstorage", {
                bucket_name: publisher.bucket,
                object_name: publisher.object,
                format: publisher.format,
            });
        case "azureBlob":
            return plugin("azure_blob", {
                storage_account_name: publisher.account,
                container_name: publisher.container,
                blob_name: publisher.blob,
                format: publisher.format,
            });
    }
}
