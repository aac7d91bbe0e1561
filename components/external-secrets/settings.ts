import type { Read } from "../../policies/engine/schema";
import { listOf, mapOf, object, optional, refined, text, union, withDefault } from "../../policies/engine/schema";
import { cidr, dnsLabel, duration, port } from "../../policies/engine/values";

const sha256 = text("a SHA-256 checksum of 64 hex digits", /^[0-9a-f]{64}$/);
const httpsUrl = text("an https:// address", /^https:\/\/[^\s/]+/);

/** Where the operator's CustomResourceDefinitions come from. */
const crdSettings = withDefault(
    union("source", {
        /** The cluster has them already, for instance through its own bootstrap. */
        preinstalled: {},
        /** A YAML file, relative to the working directory. */
        path: { path: text() },
        /** A YAML file on the web, of which exactly one content is accepted. */
        url: { url: httpsUrl, sha256 },
    }),
    { source: "preinstalled" },
);

export type CrdSettings = Read<typeof crdSettings>;

const vaultAuth = union("method", {
    /** Vault's Kubernetes auth method: the token of the reading ServiceAccount is reviewed by the cluster. */
    kubernetes: {
        mountPath: withDefault(text(), "kubernetes"),
        rolePrefix: text(),
        audiences: listOf(text(), 1),
    },
    /** Vault's JWT auth method: it trusts the cluster's, or SPIRE's, OIDC discovery document. */
    jwt: {
        path: withDefault(text(), "jwt"),
        rolePrefix: text(),
        audiences: listOf(text(), 1),
    },
});

/**
 * The external secrets manager. No variant takes a static key: each authenticates by the identity of a ServiceAccount,
 * so there is nothing to leak and nothing to rotate by hand. Each namespace has an identity of its own, since whoever reads as another
 * reads what is another's.
 */
export const providerSettings = union("kind", {
    vault: {
        server: httpsUrl,
        /** Mount path of the key-value engine, version 2. */
        path: withDefault(text(), "secret"),
        namespace: optional(text()),
        /** Certificate authority of the server, PEM. Default: the public ones of the operator's image. */
        caBundle: optional(text("a PEM certificate", /-----BEGIN CERTIFICATE-----/)),
        auth: vaultAuth,
    },
    aws: {
        region: text("an AWS region such as eu-central-1", /^[a-z]{2}(?:-[a-z]+)+-\d$/),
        /** Role that the ServiceAccount of a namespace assumes (IRSA), by the namespace. */
        roleArns: mapOf(text("an IAM role ARN", /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/)),
    },
    gcp: {
        projectId: text("a project id", /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/),
        clusterLocation: text(),
        clusterName: text(),
        /** Google service account that the ServiceAccount of a namespace is bound to, by the namespace. */
        serviceAccounts: mapOf(
            text("a Google service account's address", /^[^@\s]+@[^@\s]+\.iam\.gserviceaccount\.com$/),
        ),
    },
    azure: {
        vaultUrl: httpsUrl,
        tenantId: text("a UUID", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        /** Client id of the managed identity that the ServiceAccount of a namespace is federated with, by the namespace. */
        clientIds: mapOf(text("a UUID", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
    },
    /** Another Kubernetes cluster, or another namespace of this one. */
    kubernetes: {
        server: httpsUrl,
        remoteNamespace: dnsLabel,
        caBundle: text("a PEM certificate", /-----BEGIN CERTIFICATE-----/),
    },
});

export type ProviderSettings = Read<typeof providerSettings>;

/** A synchronised Secret: which keys of the store make it up. */
const syncedSettings = object({
    /** Name of the Secret in the namespace. */
    name: dnsLabel,
    /** Path of the entry in the secrets manager. */
    key: text(),
    /** Keys of the Secret, and the property of the entry each comes from. */
    properties: refined(mapOf(text()), (value) =>
        Object.keys(value).length === 0 ? "must name at least one key; an entry is never copied whole" : undefined,
    ),
    /** Keys made of those read, by External Secrets' template engine; with any, only these are kept. */
    template: optional(mapOf(text())),
    /** How often the entry is read again: a rotated secret arrives after at most this long. */
    refreshInterval: withDefault(duration, "15m"),
});

export type SyncedSettings = Read<typeof syncedSettings>;

/** The stack's settings for External Secrets. */
export const externalSecretsSettings = object({
    namespace: withDefault(dnsLabel, "external-secrets"),
    crds: crdSettings,
    provider: providerSettings,
    /** Where the secrets manager answers. Egress is opened to these addresses only. */
    egress: object({ cidrs: listOf(cidr, 1), port: withDefault(port, 443) }),
    /** The Secrets to keep in step, by namespace. Each namespace gets a controller, a store and rights of its own; an empty list is one whose Secrets others name. */
    secrets: mapOf(listOf(syncedSettings)),
});

export type ExternalSecretsSettings = Read<typeof externalSecretsSettings>;
