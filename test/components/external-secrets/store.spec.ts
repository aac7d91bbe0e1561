import assert from "node:assert/strict";

import { readConfig } from "../../../components/config";
import { identityFaults, providerSpec, readerAnnotations } from "../../../components/external-secrets/provider";
import { SecretScopes } from "../../../components/external-secrets/scope";
import type { ProviderSettings } from "../../../components/external-secrets/settings";
import { externalSecretsSettings, providerSettings } from "../../../components/external-secrets/settings";
import type { SyncedSecretArgs } from "../../../components/external-secrets/synced-secret";
import { seconds, SyncedSecret, syncedSecretSpec } from "../../../components/external-secrets/synced-secret";
import { refusalOf } from "../../support/deploy";
import { SMALLEST } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";
import { RAW, settings, VAULT } from "./fixtures";

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const UUID = "11111111-2222-3333-4444-555555555555";

function faultsOf(provider: unknown): readonly string[] {
    const faults: string[] = [];
    providerSettings.read(provider, "provider", faults);
    return faults;
}

describe("identities of readers", () => {
    const arn = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
    const clouds: readonly (readonly [string, (of: Record<string, string>) => ProviderSettings, readonly string[]])[] =
        [
            ["roleArns", (roleArns) => ({ kind: "aws", region: "eu-central-1", roleArns }), [arn("a"), arn("b")]],
            [
                "serviceAccounts",
                (serviceAccounts) => ({
                    kind: "gcp",
                    projectId: "x0-prod",
                    clusterLocation: "europe-west3",
                    clusterName: "prod",
                    serviceAccounts,
                }),
                ["a@x0-prod.iam.gserviceaccount.com", "b@x0-prod.iam.gserviceaccount.com"],
            ],
            [
                "clientIds",
                (clientIds) => ({ kind: "azure", vaultUrl: "https://x0.vault.azure.net", tenantId: UUID, clientIds }),
                [UUID.replaceAll("1", "7"), UUID.replaceAll("1", "8")],
            ],
        ];
    for (const [setting, provider, [one = "", other = ""]] of clouds) {
        it(`are one for each namespace with secrets, and shared by none (${setting})`, () => {
            const faults = (of: Record<string, string>) => identityFaults(provider(of), ["shop", "falco"], "p");
            assert.deepEqual(faults({ shop: one, falco: other }), []);
            assert.deepEqual(faults({ shop: one }), [
                `p.${setting}.falco is missing; each namespace with secrets reads as itself`,
            ]);
            assert.deepEqual(faults({ shop: one, falco: one }), [
                `p.${setting} gives shop and falco one identity; each could read what is the other's`,
            ]);
            assert.deepEqual(faults({ shop: one, falco: other, spire: "third" }), [
                `p.${setting}.spire: this namespace has no secrets`,
            ]);
            const annotations = ["shop", "falco"].map((name) =>
                JSON.stringify(readerAnnotations(provider({ shop: one, falco: other }), name)),
            );
            assert.ok(annotations[0]?.includes(one) && !annotations[0].includes(other));
            assert.ok(annotations[1]?.includes(other) && !annotations[1].includes(one));
        });
    }

    it("are refused by the component and by the settings, under their path", async () => {
        const provider = { kind: "aws", region: "eu-central-1", roleArns: {} };
        const identity = "roleArns.shop is missing; each namespace with secrets reads as itself";
        const args = { ...SURROUNDINGS, settings: settings({ provider }), namespaces: ["shop"] };
        assert.equal(await refusalOf(() => new SecretScopes("s", args)), `s:\n  provider.${identity}`);
        const { faults } = readConfig(
            {
                "acme:cluster": { name: "one", apiServer: { cidrs: ["10.0.0.0/28"] } },
                "acme:spire": SMALLEST,
                "acme:platform": { namespace: "shop" },
                "acme:externalSecrets": { ...RAW, provider },
            },
            "acme",
        );
        assert.deepEqual(faults, [`acme:externalSecrets.provider.${identity}`]);
    });

    it("are the tokens themselves for Vault and for another cluster", () => {
        assert.deepEqual(identityFaults(VAULT, ["shop"], "p"), []);
        const role = (namespace: string) =>
            JSON.stringify(providerSpec(VAULT, namespace)).match(/"role":"([^"]+)"/)?.[1];
        assert.deepEqual([role("shop"), role("falco")], ["x0-shop", "x0-falco"]);
    });
});

describe("SecretStore providers", () => {
    const stores: readonly [string, ProviderSettings, object, object][] = [
        [
            "Vault by its Kubernetes auth method, with a role and an audience of its own",
            VAULT,
            {
                vault: {
                    server: "https://vault.example.org",
                    path: "secret",
                    version: "v2",
                    auth: {
                        kubernetes: {
                            mountPath: "kubernetes",
                            role: "x0-shop",
                            serviceAccountRef: { name: "secret-reader", audiences: ["vault"] },
                        },
                    },
                },
            },
            {},
        ],
        [
            "Vault by its JWT auth method, behind a private authority and in a namespace",
            {
                kind: "vault",
                server: "https://vault.example.org",
                path: "secret",
                namespace: "team",
                caBundle: PEM,
                auth: { method: "jwt", path: "spire", rolePrefix: "x0", audiences: ["vault"] },
            },
            {
                vault: {
                    server: "https://vault.example.org",
                    path: "secret",
                    version: "v2",
                    namespace: "team",
                    caBundle: Buffer.from(PEM).toString("base64"),
                    auth: {
                        jwt: {
                            path: "spire",
                            role: "x0-shop",
                            kubernetesServiceAccountToken: {
                                serviceAccountRef: { name: "secret-reader" },
                                audiences: ["vault"],
                                expirationSeconds: 600,
                            },
                        },
                    },
                },
            },
            {},
        ],
        [
            "AWS Secrets Manager by the role of the ServiceAccount",
            { kind: "aws", region: "eu-central-1", roleArns: { shop: "arn:aws:iam::123456789012:role/x0" } },
            {
                aws: {
                    service: "SecretsManager",
                    region: "eu-central-1",
                    auth: { jwt: { serviceAccountRef: { name: "secret-reader", audiences: ["sts.amazonaws.com"] } } },
                },
            },
            { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/x0" },
        ],
        [
            "Google Secret Manager by workload identity",
            {
                kind: "gcp",
                projectId: "x0-prod",
                clusterLocation: "europe-west3",
                clusterName: "prod",
                serviceAccounts: { shop: "reader@x0-prod.iam.gserviceaccount.com" },
            },
            {
                gcpsm: {
                    projectID: "x0-prod",
                    auth: {
                        workloadIdentity: {
                            clusterLocation: "europe-west3",
                            clusterName: "prod",
                            serviceAccountRef: { name: "secret-reader" },
                        },
                    },
                },
            },
            { "iam.gke.io/gcp-service-account": "reader@x0-prod.iam.gserviceaccount.com" },
        ],
        [
            "Azure Key Vault by workload identity",
            { kind: "azure", vaultUrl: "https://x0.vault.azure.net", tenantId: UUID, clientIds: { shop: UUID } },
            {
                azurekv: {
                    authType: "WorkloadIdentity",
                    vaultUrl: "https://x0.vault.azure.net",
                    tenantId: UUID,
                    serviceAccountRef: { name: "secret-reader", audiences: ["api://AzureADTokenExchange"] },
                },
            },
            { "azure.workload.identity/client-id": UUID, "azure.workload.identity/tenant-id": UUID },
        ],
        [
            "another Kubernetes namespace by the ServiceAccount's token",
            { kind: "kubernetes", server: "https://10.0.0.1", remoteNamespace: "vault", caBundle: PEM },
            {
                kubernetes: {
                    remoteNamespace: "vault",
                    server: { url: "https://10.0.0.1", caBundle: Buffer.from(PEM).toString("base64") },
                    auth: { serviceAccount: { name: "secret-reader" } },
                },
            },
            {},
        ],
    ];
    for (const [title, provider, spec, annotations] of stores) {
        it(`read ${title}`, () => {
            assert.deepEqual(providerSpec(provider, "shop"), spec);
            assert.deepEqual(readerAnnotations(provider, "shop"), annotations);
            assert.deepEqual(faultsOf(provider), []);
        });
    }

    const refused: readonly [string, unknown, string][] = [
        [
            "a server without TLS",
            { ...VAULT, server: "http://vault.example.org" },
            'provider.server must be an https:// address, found "http://vault.example.org"',
        ],
        [
            "no audience for the token",
            { ...VAULT, auth: { method: "kubernetes", rolePrefix: "x0", audiences: [] } },
            "provider.auth.audiences must be a list of at least 1, found an empty list",
        ],
        [
            "a static token",
            { ...VAULT, auth: { method: "token", token: "s.123" } },
            'provider.auth.method must be one of kubernetes, jwt, found "token"',
        ],
        [
            "a static key",
            { kind: "aws", region: "eu-central-1", roleArns: {}, secretKey: "x" },
            "provider.secretKey is not known; known: kind, region, roleArns",
        ],
        [
            "an unknown provider",
            { kind: "vualt" },
            'provider.kind must be one of vault, aws, gcp, azure, kubernetes, found "vualt"',
        ],
        [
            "a role that is no ARN",
            { kind: "aws", region: "eu-central-1", roleArns: { shop: "admin" } },
            'provider.roleArns.shop must be an IAM role ARN, found "admin"',
        ],
    ];
    for (const [title, provider, message] of refused) {
        it(`are refused with ${title}`, () => {
            assert.deepEqual(faultsOf(provider), [message]);
        });
    }

    it("open egress to named addresses only", () => {
        const faults: string[] = [];
        externalSecretsSettings.read({ ...RAW, egress: { cidrs: [] } }, "x", faults);
        assert.deepEqual(faults, ["x.egress.cidrs must be a list of at least 1, found an empty list"]);
    });
});

describe("SyncedSecret", () => {
    const args: SyncedSecretArgs = {
        namespace: "shop",
        secret: "db",
        key: "shop/db",
        properties: { user: "username", password: "password" },
        refreshInterval: "15m",
    };

    it("owns its Secret, keeps it when the entry disappears, and reads it again by the interval", () => {
        const remote = { conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None" };
        assert.deepEqual(
            syncedSecretSpec({ ...args, template: { url: "postgres://{{ .user }}:{{ .password }}@db" } }),
            {
                secretStoreRef: { kind: "SecretStore", name: "platform" },
                refreshPolicy: "Periodic",
                refreshInterval: "15m",
                target: {
                    name: "db",
                    creationPolicy: "Owner",
                    deletionPolicy: "Retain",
                    template: {
                        type: "Opaque",
                        engineVersion: "v2",
                        metadata: { labels: { owner: "security-team" } },
                        data: { url: "postgres://{{ .user }}:{{ .password }}@db" },
                    },
                },
                data: [
                    { secretKey: "user", remoteRef: { key: "shop/db", property: "username", ...remote } },
                    { secretKey: "password", remoteRef: { key: "shop/db", property: "password", ...remote } },
                ],
            },
        );
    });

    const refused: readonly [string, Partial<SyncedSecretArgs>, string][] = [
        [
            "an interval that never refreshes",
            { refreshInterval: "0s" },
            "db: refreshInterval must be from 1m to 24h, found 0s; 0 would never refresh, and a rotated secret would never arrive",
        ],
        [
            "an interval of days",
            { refreshInterval: "48h" },
            "db: refreshInterval must be from 1m to 24h, found 48h; 0 would never refresh, and a rotated secret would never arrive",
        ],
        [
            "a whole entry",
            { properties: {} },
            "db: properties must name at least one key; an entry is never copied whole",
        ],
        [
            "a key that a Secret can't have",
            { properties: { "a/b": "x" } },
            'db: "a/b" is no key of a Secret; allowed are letters, digits, ".", "_" and "-"',
        ],
        [
            "a template over what is not read",
            { template: { url: "{{ .user }}{{ .pasword }}" } },
            'db: template "url" uses .pasword, which properties does not read',
        ],
    ];
    for (const [title, over, message] of refused) {
        it(`is refused with ${title}`, async () => {
            assert.equal(await refusalOf(() => new SyncedSecret("s", { ...args, ...over })), `s:\n  ${message}`);
        });
    }

    it("reads durations as Go writes them", () => {
        assert.deepEqual(["45s", "15m", "1h30m", "24h"].map(seconds), [45, 900, 5400, 86_400]);
    });
});
