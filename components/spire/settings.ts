import { TRUST_DOMAIN } from "../../policies/controls/identity/spire";
import { quotaSettings } from "../namespace";
import type { Given, Schema } from "../../policies/engine/schema";
import {
    boolean,
    integer,
    listOf,
    mapOf,
    object,
    oneOf,
    optional,
    orEmpty,
    refined,
    text,
    union,
    withDefault,
} from "../../policies/engine/schema";
import { cidr, dnsLabel, port, quantity } from "../../policies/engine/values";
import { milliseconds } from "./duration";
import type { SpireSettings, TrustAnchor } from "./model";
import { CLOUD_ATTESTORS, exposure, upstreams, workloadIdentity } from "./outside-settings";

/** Trust domain name (SPIFFE ID, section 2.1): at most 255 lower-case letters, digits, dots, dashes and underscores. */
export const trustDomain = text(
    "a trust domain of lower-case letters, digits, dots, dashes and underscores, such as prod.x0tta6bl4.io",
    TRUST_DOMAIN,
);

const spiffeId = text(
    "a SPIFFE ID such as spiffe://prod.x0tta6bl4.io/billing",
    /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/[A-Za-z0-9._-]+)+$/,
);

const goDuration = refined(text("a duration such as 90s, 5m or 24h"), (value) =>
    (milliseconds(value) ?? 0) > 0
        ? undefined
        : `must be a duration such as 90s, 5m or 24h (there is no unit for days), found "${value}"`,
);

const httpsUrl = text("an https URL without user information", /^https:\/\/[^\s@/]+(?:\/[^\s@]*)?$/);
const host = text("a host name or address", /^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/);
/** SQL names, as they stand unquoted in a MySQL connection string. */
const sqlName = text("letters, digits, dashes and underscores", /^[A-Za-z0-9_-]{1,63}$/);
const objectName = text("the name of a Kubernetes object", /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/);
const secretKey = text("a key of letters, digits, dots, dashes and underscores", /^[A-Za-z0-9._-]{1,253}$/);
const logLevel = oneOf("debug", "info", "warn", "error");
const keyType = oneOf("ec-p256", "ec-p384", "rsa-4096");

const secretRef = object({ secret: objectName, key: secretKey });

/** `{configMap, key}` or `{secret, key}`. */
const trustAnchor: Schema<TrustAnchor, TrustAnchor> = {
    expected: "an object with key and either configMap or secret",
    form: { kind: "object", fields: { key: secretKey, configMap: optional(objectName), secret: optional(objectName) } },
    read(value, path, faults) {
        const inSecret = typeof value === "object" && value !== null && "secret" in value;
        const shape = inSecret
            ? object({ secret: objectName, key: secretKey })
            : object({ configMap: objectName, key: secretKey });
        return (shape as Schema<TrustAnchor>).read(value, path, faults);
    },
};

const sqlServer = (defaultPort: number) => ({
    host,
    port: withDefault(port, defaultPort),
    database: withDefault(sqlName, "spire"),
    user: withDefault(sqlName, "spire"),
    trustAnchor,
});

const dataStore = union("type", {
    sqlite: {},
    postgres: {
        ...sqlServer(5432),
        password: secretRef,
        clientCertificate: optional(objectName),
        readOnlyHost: optional(host),
    },
    mysql: { ...sqlServer(3306), password: secretRef, clientCertificate: optional(objectName) },
    awsPostgres: { ...sqlServer(5432), region: text() },
    awsMysql: { ...sqlServer(3306), region: text() },
});

const vault = {
    address: httpsUrl,
    trustAnchor,
    vaultNamespace: optional(text()),
    auth: union("method", {
        kubernetes: { role: text(), mount: optional(text()), audience: optional(text()) },
        appRole: { roleId: secretRef, secretId: secretRef, mount: optional(text()) },
        certificate: { secret: objectName, role: optional(text()), mount: optional(text()) },
    }),
};

const keyManager = union("type", {
    disk: {},
    memory: {},
    awsKms: { region: text(), tags: optional(mapOf(text())) },
    gcpKms: {
        keyRing: text(
            "projects/<project>/locations/<location>/keyRings/<ring>",
            /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+$/,
        ),
    },
    azureKeyVault: { vaultUri: httpsUrl },
    vault: { ...vault, transitPath: optional(text()) },
});

const upstreamAuthority = union("type", {
    none: {},
    disk: { secret: objectName, bundleKey: optional(oneOf("ca.crt")) },
    vault: { ...vault, pkiMount: optional(text()) },
    certManager: {
        issuer: objectName,
        issuerKind: optional(oneOf("Issuer", "ClusterIssuer")),
        issuerGroup: optional(text()),
    },
    awsPca: {
        region: text(),
        authorityArn: text("an ARN", /^arn:/),
        signingTemplateArn: optional(text("an ARN", /^arn:/)),
        assumeRoleArn: optional(text("an ARN", /^arn:/)),
    },
    spire: {
        address: host,
        port: withDefault(port, 8081),
        csiDriver: withDefault(objectName, "upstream.csi.spiffe.io"),
    },
    ...upstreams(trustAnchor),
});

const nodeAttestor = union("type", {
    joinToken: {},
    x509pop: { mode: oneOf("spiffe", "externalPki"), trustAnchor: optional(trustAnchor) },
    tpmDevid: { devidTrustAnchor: trustAnchor, endorsementTrustAnchor: trustAnchor },
    ...CLOUD_ATTESTORS,
});

const bundleFormat = withDefault(oneOf("spiffe", "pem", "jwks"), "spiffe");
const bundlePublisher = union("type", {
    awsS3: { region: text(), bucket: text(), objectKey: text(), format: bundleFormat },
    gcpStorage: { bucket: text(), object: text(), format: bundleFormat },
    azureBlob: { account: text(), container: text(), blob: text(), format: bundleFormat },
});

const bundleEndpoint = object({
    profile: union("type", {
        https_spiffe: {},
        https_web: {
            certificate: optional(object({ secret: objectName })),
            acme: optional(
                object({
                    domain: host,
                    email: text("an e-mail address", /^[^\s@]+@[^\s@]+$/),
                    directoryUrl: optional(httpsUrl),
                    termsOfServiceAccepted: boolean(),
                }),
            ),
        },
    }),
    refreshHint: optional(goDuration),
    /** Where the foreign servers connect from; nobody else gets through. */
    clients: listOf(cidr, 1),
});

const metricsTls = withDefault(union("type", { none: {}, spire: { authorizedSpiffeIds: listOf(spiffeId, 1) } }), {
    type: "none",
});

const destinations = withDefault(
    listOf(object({ name: dnsLabel, cidrs: listOf(cidr, 1), ports: listOf(port, 1) })),
    [],
);

const server = object({
    replicas: integer(1, 9),
    dataStore,
    keyManager: withDefault(keyManager, { type: "disk" }),
    upstreamAuthority: withDefault(upstreamAuthority, { type: "none" }),
    nodeAttestors: withDefault(listOf(nodeAttestor), []),
    bundlePublishers: withDefault(listOf(bundlePublisher), []),
    bundleEndpoint: optional(bundleEndpoint),
    caTtl: withDefault(goDuration, "24h"),
    x509SvidTtl: withDefault(goDuration, "1h"),
    jwtSvidTtl: withDefault(goDuration, "5m"),
    agentTtl: optional(goDuration),
    caKeyType: withDefault(keyType, "ec-p384"),
    jwtKeyType: optional(keyType),
    caSubject: withDefault(
        object({
            country: optional(text("a two-letter country code", /^[A-Z]{2}$/)),
            organization: withDefault(text(), "SPIFFE"),
            commonName: optional(text()),
        }),
        {},
    ),
    jwtIssuer: optional(httpsUrl),
    disableJwtSvids: withDefault(boolean(), false),
    adminIds: withDefault(listOf(spiffeId), []),
    auditLog: withDefault(boolean(), true),
    logLevel: withDefault(logLevel, "info"),
    metricsTls,
    pruneNodesExpiredFor: optional(goDuration),
    storage: withDefault(object({ size: withDefault(quantity, "1Gi"), className: optional(objectName) }), {}),
    /** Addresses outside the cluster that the server's plugins call: the database, a key service, Vault, an upstream server. */
    egress: destinations,
    exposure,
    workloadIdentity,
});

const agent = orEmpty(
    object({
        kubelet: orEmpty(
            object({
                verify: withDefault(oneOf("clusterCa", "hostCertificate"), "clusterCa"),
                address: withDefault(oneOf("hostIP", "nodeName"), "hostIP"),
                port: withDefault(port, 10250),
                /** Address ranges of the nodes, where the agents reach their kubelets. */
                cidrs: listOf(cidr, 1),
            }),
        ),
        workloadKeyType: withDefault(oneOf("ec-p256", "rsa-2048"), "ec-p256"),
        availabilityTarget: optional(goDuration),
        rebootstrapMode: withDefault(oneOf("never", "auto", "always"), "never"),
        /** How many agents are replaced at once: a number or a part, rounded up. SVIDs that workloads hold stay valid meanwhile. */
        maxUnavailable: withDefault(
            text("a number from 1 or a part such as 10%", /^(?:[1-9]\d{0,3}|(?:[1-9]\d?|100)%)$/),
            "10%",
        ),
        logLevel: withDefault(logLevel, "info"),
        metricsTls,
        maxSvidCacheSize: optional(integer(1, 1_000_000)),
        sigstore: optional(
            object({ allowedIdentities: mapOf(listOf(text(), 1)), skippedImages: optional(listOf(text())) }),
        ),
        egress: destinations,
    }),
);

const controllerManager = withDefault(
    object({
        validation: withDefault(oneOf("admissionPolicy", "webhook"), "admissionPolicy"),
        /** Class of the objects that this manager is for, where another runs in the cluster; without it, those that have none. */
        className: optional(objectName),
        ignoreNamespaces: withDefault(listOf(dnsLabel), ["kube-system", "kube-public", "kube-node-lease"]),
        gcInterval: withDefault(goDuration, "10s"),
        logLevel: withDefault(logLevel, "info"),
    }),
    {},
);

const federatedTrustDomain = object({
    trustDomain,
    bundleEndpointUrl: httpsUrl,
    profile: union("type", {
        https_web: {},
        https_spiffe: { endpointSpiffeId: spiffeId, bundle: optional(text()) },
    }),
});

const staticEntry = object({
    name: dnsLabel,
    spiffeId,
    parentId: spiffeId,
    selectors: listOf(text("a selector such as k8s:ns:billing", /^[^:\s]+:\S+$/), 1),
    dnsNames: withDefault(listOf(host), []),
    federatesWith: withDefault(listOf(trustDomain), []),
    x509SvidTtl: optional(goDuration),
    jwtSvidTtl: optional(goDuration),
    admin: withDefault(boolean(), false),
    downstream: withDefault(boolean(), false),
});

const settings = object({
    trustDomain,
    leavingTrustDomain: optional(trustDomain),
    clusterName: dnsLabel,
    /** Who brings the definitions of the registration's kinds: this stack, or whoever had them in the cluster before it. */
    crds: withDefault(oneOf("bundled", "preinstalled"), "bundled"),
    requirePqKem: withDefault(boolean(), true),
    // A new policy warns and audits first; what it would have denied is seen in the audit log.
    hostAccess: withDefault(oneOf("warn", "deny"), "warn"),
    server,
    agent,
    controllerManager,
    csiDriver: withDefault(
        object({
            /** The kubelet's directory on the node; that of cluster.platform unless set. */
            kubeletRoot: optional(text("an absolute path", /^\/[^\s]+[^/\s]$/)),
        }),
        {},
    ),
    oidcProvider: optional(
        object({
            domain: host,
            certificateSecret: objectName,
            replicas: withDefault(integer(2, 20), 2),
            ingressNamespace: dnsLabel,
        }),
    ),
    // An agent and a driver on each of a hundred nodes, and the servers.
    quota: withDefault(quotaSettings, { cpu: "16", memory: "48Gi", pods: "260" }),
    federatedTrustDomains: withDefault(listOf(federatedTrustDomain), []),
    staticEntries: withDefault(listOf(staticEntry), []),
});

/** What may be given as settings, with what has a default left out. */
export type SpireGiven = Given<typeof settings>;

/**
 * The stack's settings for SPIRE (`x0tta6bl4:spire`). The shape alone is checked here; what must fit together is checked by
 * `spireFaults`.
 */
export const spireSettings: Schema<SpireSettings, SpireGiven> = settings;
