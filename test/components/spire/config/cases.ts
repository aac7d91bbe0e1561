import type { ExtraBundlePublisher, ExtraNodeAttestor } from "../../../../components/spire/model";
import type { DataStore, KeyManager, UpstreamAuthority, VaultAuth } from "../../../../components/spire/model";
import type { Raw } from "../../../support/spire";
import { DATABASE_EGRESS, POSTGRES } from "../../../support/spire";

const anchor = (configMap: string): Raw => ({ configMap, key: "ca.crt" });
const VAULT: Raw = { address: "https://vault.x0tta6bl4.io", trustAnchor: anchor("vault-ca"), vaultNamespace: "team" };
const CLOUD_DATABASE: Raw = { host: "db.x0tta6bl4.io", trustAnchor: anchor("database-ca"), region: "eu-north-1" };
const UUID = "11111111-2222-3333-4444-555555555555";
const ARN = "arn:aws:acm-pca:eu-north-1:123456789012:certificate-authority/one";

const AUTH: Readonly<Record<VaultAuth["method"], Raw>> = {
    kubernetes: { role: "spire", mount: "blue", audience: "vault" },
    appRole: { roleId: { secret: "vault", key: "role" }, secretId: { secret: "vault", key: "secret" }, mount: "blue" },
    certificate: { secret: "vault-client", role: "spire", mount: "blue" },
};

const DATA_STORES: Readonly<Record<DataStore["type"], Raw>> = {
    sqlite: {},
    postgres: { ...POSTGRES, clientCertificate: "client", readOnlyHost: "replica.x0tta6bl4.io" },
    mysql: { ...POSTGRES, clientCertificate: "client" },
    awsPostgres: CLOUD_DATABASE,
    awsMysql: CLOUD_DATABASE,
};

const KEY_MANAGERS: Readonly<Record<KeyManager["type"], Raw>> = {
    disk: {},
    memory: {},
    awsKms: { region: "eu-north-1", tags: { a: "1", b: "2" } },
    gcpKms: { keyRing: "projects/acme/locations/global/keyRings/spire" },
    azureKeyVault: { vaultUri: "https://spire.vault.azure.net/" },
    vault: { ...VAULT, auth: { method: "kubernetes", ...AUTH.kubernetes }, transitPath: "keys" },
};

const UPSTREAMS: Readonly<Record<UpstreamAuthority["type"], Raw>> = {
    none: {},
    disk: { secret: "upstream", bundleKey: "ca.crt" },
    vault: { ...VAULT, auth: { method: "kubernetes", ...AUTH.kubernetes }, pkiMount: "authority" },
    certManager: { issuer: "spire", issuerKind: "ClusterIssuer", issuerGroup: "example.io" },
    awsPca: { region: "eu-north-1", authorityArn: ARN, signingTemplateArn: ARN, assumeRoleArn: ARN },
    spire: { address: "spire.x0tta6bl4.io", port: 8081, csiDriver: "upstream.csi.spiffe.io" },
    gcpCas: { project: "acme-prod", region: "europe-west1", pool: "spire", labelKey: "use", labelValue: "spire" },
    ejbca: {
        hostname: "ejbca.x0tta6bl4.io",
        trustAnchor: anchor("ejbca-ca"),
        clientCertificate: "ejbca-client",
        ca: "Root",
        endEntityProfile: "spire",
        certificateProfile: "authority",
    },
    awsSecret: { region: "eu-north-1", certificateArn: ARN, keyArn: ARN, bundleArn: ARN, assumeRoleArn: ARN },
};

const ATTESTORS: Readonly<Record<ExtraNodeAttestor["type"], Raw>> = {
    joinToken: {},
    x509pop: { mode: "externalPki", trustAnchor: anchor("machines-ca") },
    tpmDevid: { devidTrustAnchor: anchor("devid-ca"), endorsementTrustAnchor: anchor("endorsement-ca") },
    awsIid: {
        assumeRole: "look-up",
        partition: "aws",
        organization: { managementAccount: "123456789012", role: "organization", region: "us-west-2" },
    },
    gcpIit: { projects: ["acme-prod"], labelKeys: ["role"] },
    azureImds: { tenants: { "acme.onmicrosoft.com": { subscriptions: [UUID] } } },
};

const PUBLISHERS: Readonly<Record<ExtraBundlePublisher["type"], Raw>> = {
    awsS3: { region: "eu-north-1", bucket: "b", objectKey: "k", format: "pem" },
    gcpStorage: { bucket: "b", object: "o", format: "spiffe" },
    azureBlob: { account: "acme", container: "bundles", blob: "b", format: "jwks" },
};

/** What each kind of one setting makes of the server's. */
function kinds(
    title: string,
    members: Readonly<Record<string, Raw>>,
    server: (typed: Raw) => Raw,
): readonly (readonly [string, Raw])[] {
    return Object.entries(members).map(([type, member]) => [
        `${title} ${type}`,
        { server: { egress: DATABASE_EGRESS, ...server({ ...member, type }) } },
    ]);
}

const endpoint = (profile: Raw): Raw => ({ bundleEndpoint: { profile, refreshHint: "5m", clients: ["192.0.2.1/32"] } });

/** Settings by title that between them make every key and every plugin that a server's configuration can have. */
export const SERVER_CASES: Readonly<Record<string, Raw>> = Object.fromEntries([
    ["one server with sqlite", {}],
    [
        "every optional key",
        {
            server: {
                agentTtl: "2h",
                jwtKeyType: "ec-p256",
                jwtIssuer: "https://oidc.x0tta6bl4.io",
                adminIds: ["spiffe://staging.x0tta6bl4.io/admin"],
                pruneNodesExpiredFor: "72h",
                caSubject: { country: "EE", organization: "Zero", commonName: "root" },
                metricsTls: { type: "spire", authorizedSpiffeIds: ["spiffe://staging.x0tta6bl4.io/prometheus"] },
            },
        },
    ],
    ["no JWT-SVIDs", { server: { disableJwtSvids: true } }],
    ["an endpoint with an SVID", { server: endpoint({ type: "https_spiffe" }) }],
    ["an endpoint with a certificate", { server: endpoint({ type: "https_web", certificate: { secret: "web" } }) }],
    [
        "an endpoint with ACME",
        {
            server: endpoint({
                type: "https_web",
                acme: {
                    domain: "bundle.x0tta6bl4.io",
                    email: "a@x0tta6bl4.io",
                    directoryUrl: "https://acme.x0tta6bl4.io/directory",
                    termsOfServiceAccepted: true,
                },
            }),
        },
    ],
    ["machines with SVIDs", { server: { nodeAttestors: [{ type: "x509pop", mode: "spiffe" }] } }],
    ...kinds("the database", DATA_STORES, (dataStore) => ({
        replicas: dataStore["type"] === "sqlite" ? 1 : 3,
        dataStore,
    })),
    ...kinds("the keys in", KEY_MANAGERS, (keyManager) => ({ keyManager })),
    ...kinds("the upstream", UPSTREAMS, (upstreamAuthority) => ({ upstreamAuthority })),
    ...kinds("the attestor", ATTESTORS, (attestor) => ({ nodeAttestors: [attestor] })),
    ...kinds("the publisher", PUBLISHERS, (publisher) => ({ bundlePublishers: [publisher] })),
    ...Object.entries(AUTH).flatMap(([method, auth]) => [
        [
            `Vault by ${method}, for keys`,
            { server: { keyManager: { ...VAULT, type: "vault", auth: { ...auth, method } } } },
        ],
        [
            `Vault by ${method}, upstream`,
            { server: { upstreamAuthority: { ...VAULT, type: "vault", auth: { ...auth, method } } } },
        ],
    ]),
] as readonly (readonly [string, Raw])[]);

/** The same of an agent's. */
export const AGENT_CASES: Readonly<Record<string, Raw>> = {
    "the smallest settings": {},
    "every optional key": {
        server: { caTtl: "240h", x509SvidTtl: "40h" },
        agent: {
            kubelet: { verify: "hostCertificate", address: "nodeName" },
            availabilityTarget: "24h",
            rebootstrapMode: "auto",
            maxSvidCacheSize: 50,
            metricsTls: { type: "spire", authorizedSpiffeIds: ["spiffe://staging.x0tta6bl4.io/prometheus"] },
            sigstore: { allowedIdentities: { "https://a.io": ["x"], "https://b.io": ["y"] }, skippedImages: ["pause"] },
        },
    },
};
