import type { Read } from "../../policies/engine/schema";
import type { QuotaSettings } from "../namespace";
import type { Duration } from "./duration";
import type { cloudAttestor, exposure } from "./outside-settings";

/**
 * One entry of a Secret in SPIRE's namespace, which External Secrets keeps in step (`externalSecrets.secrets.spire`). The
 * program knows its name only, never its value.
 */
export interface SecretKeyRef {
    readonly secret: string;
    readonly key: string;
}

/** A certificate authority to trust, as PEM in a ConfigMap or Secret of SPIRE's namespace. */
export type TrustAnchor =
    { readonly configMap: string; readonly key: string } | { readonly secret: string; readonly key: string };

interface SqlServer {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
    /** Verifies the database's certificate; the connection is never made without. */
    readonly trustAnchor: TrustAnchor;
}

/** Where registration entries, bundles and attested nodes are kept (plugin type DataStore, `sql`). */
export type DataStore =
    | { readonly type: "sqlite" }
    | (SqlServer & {
          readonly type: "postgres";
          readonly password: SecretKeyRef;
          /** A Secret of type kubernetes.io/tls with the client's certificate. */
          readonly clientCertificate?: string;
          /** A read-only replica that answers the agents' polls. */
          readonly readOnlyHost?: string;
      })
    | (SqlServer & { readonly type: "mysql"; readonly password: SecretKeyRef; readonly clientCertificate?: string })
    /** IAM authentication: there is no password at all. */
    | (SqlServer & { readonly type: "awsPostgres"; readonly region: string })
    | (SqlServer & { readonly type: "awsMysql"; readonly region: string });

/** How a server logs in to Vault. A static token is not offered: it can't be rotated without a restart. */
export type VaultAuth =
    | { readonly method: "kubernetes"; readonly role: string; readonly mount?: string; readonly audience?: string }
    | {
          readonly method: "appRole";
          readonly roleId: SecretKeyRef;
          readonly secretId: SecretKeyRef;
          readonly mount?: string;
      }
    | {
          readonly method: "certificate";
          /** A Secret of type kubernetes.io/tls. */
          readonly secret: string;
          readonly role?: string;
          readonly mount?: string;
      };

export interface Vault {
    readonly address: string;
    readonly trustAnchor: TrustAnchor;
    /** Vault Enterprise namespace. */
    readonly vaultNamespace?: string;
    readonly auth: VaultAuth;
}

/** Where a server keeps its signing keys (plugin type KeyManager). */
export type KeyManager =
    | { readonly type: "disk" }
    | { readonly type: "memory" }
    | { readonly type: "awsKms"; readonly region: string; readonly tags?: Readonly<Record<string, string>> }
    | { readonly type: "gcpKms"; readonly keyRing: string }
    | { readonly type: "azureKeyVault"; readonly vaultUri: string }
    | ({ readonly type: "vault"; readonly transitPath?: string } & Vault);

/** Who signs the server's CA certificate (plugin type UpstreamAuthority). `none`: a self-signed root per server. */
export type UpstreamAuthority =
    | { readonly type: "none" }
    /** A Secret with `tls.crt`, `tls.key` and optionally `ca.crt`. */
    | { readonly type: "disk"; readonly secret: string; readonly bundleKey?: "ca.crt" }
    | ({ readonly type: "vault"; readonly pkiMount?: string } & Vault)
    | {
          readonly type: "certManager";
          readonly issuer: string;
          readonly issuerKind?: "Issuer" | "ClusterIssuer";
          readonly issuerGroup?: string;
      }
    | {
          readonly type: "awsPca";
          readonly region: string;
          readonly authorityArn: string;
          readonly signingTemplateArn?: string;
          readonly assumeRoleArn?: string;
      }
    /** Nested SPIRE: an upstream server of the same trust domain, reached with an identity that another CSI driver provides. */
    | { readonly type: "spire"; readonly address: string; readonly port: number; readonly csiDriver: string }
    | OutsideUpstream;

/** Authorities of clouds, and EJBCA. */
type OutsideUpstream =
    | {
          readonly type: "gcpCas";
          readonly project: string;
          readonly region: string;
          readonly pool: string;
          readonly labelKey: string;
          readonly labelValue: string;
      }
    | {
          readonly type: "ejbca";
          readonly hostname: string;
          readonly trustAnchor: TrustAnchor;
          /** A Secret of type kubernetes.io/tls. */
          readonly clientCertificate: string;
          readonly ca: string;
          readonly endEntityProfile: string;
          readonly certificateProfile: string;
      }
    | {
          readonly type: "awsSecret";
          readonly region: string;
          readonly certificateArn: string;
          readonly keyArn: string;
          readonly bundleArn?: string;
          readonly assumeRoleArn?: string;
      };
/** Attestors of machines by their cloud. */
type CloudNodeAttestor = Read<typeof cloudAttestor>;
type Exposure = Read<typeof exposure>;

/** Node attestors beside `k8s_psat`, which the cluster's own agents always use. */
export type ExtraNodeAttestor =
    /** One-time tokens for machines outside the cluster; they can't re-attest. */
    | { readonly type: "joinToken" }
    /** `trustAnchor` signs the nodes' certificates where the mode is `externalPki`. */
    | { readonly type: "x509pop"; readonly mode: "spiffe" | "externalPki"; readonly trustAnchor?: TrustAnchor }
    | {
          readonly type: "tpmDevid";
          readonly devidTrustAnchor: TrustAnchor;
          readonly endorsementTrustAnchor: TrustAnchor;
      }
    | CloudNodeAttestor;

export type BundleFormat = "pem" | "spiffe" | "jwks";

/** Where the bundle is published beside the cluster's ConfigMap. */
export type ExtraBundlePublisher =
    | {
          readonly type: "awsS3";
          readonly region: string;
          readonly bucket: string;
          readonly objectKey: string;
          readonly format: BundleFormat;
      }
    | { readonly type: "gcpStorage"; readonly bucket: string; readonly object: string; readonly format: BundleFormat }
    | {
          readonly type: "azureBlob";
          readonly account: string;
          readonly container: string;
          readonly blob: string;
          readonly format: BundleFormat;
      };

/** How the federation endpoint proves itself. `https_spiffe`: by an SVID; `https_web`: by a web certificate. */
export type BundleEndpointProfile =
    | { readonly type: "https_spiffe" }
    | {
          readonly type: "https_web";
          /** A Secret of type kubernetes.io/tls; either this or `acme`. */
          readonly certificate?: { readonly secret: string };
          readonly acme?: {
              readonly domain: string;
              readonly email: string;
              readonly directoryUrl?: string;
              readonly termsOfServiceAccepted: boolean;
          };
      };

/** A foreign trust domain and where its bundle is fetched. */
export interface FederatedTrustDomain {
    readonly trustDomain: string;
    readonly bundleEndpointUrl: string;
    readonly profile:
        | { readonly type: "https_web" }
        /** `bundle`: the foreign bundle in SPIFFE format, given once so that the first fetch can be verified. */
        | { readonly type: "https_spiffe"; readonly endpointSpiffeId: string; readonly bundle?: string };
}

export type CaKeyType = "ec-p256" | "ec-p384" | "rsa-4096";
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Who may scrape metrics, and how. */
export type MetricsTls =
    | { readonly type: "none" }
    /** TLS with the process' own SVID; only the SPIFFE IDs named may scrape. */
    | { readonly type: "spire"; readonly authorizedSpiffeIds: readonly string[] };

/** Something outside the cluster that a pod calls. */
export interface Destination {
    readonly name: string;
    readonly cidrs: readonly string[];
    readonly ports: readonly number[];
}

export interface ServerSettings {
    readonly replicas: number;
    readonly dataStore: DataStore;
    readonly keyManager: KeyManager;
    readonly upstreamAuthority: UpstreamAuthority;
    readonly nodeAttestors: readonly ExtraNodeAttestor[];
    readonly bundlePublishers: readonly ExtraBundlePublisher[];
    readonly bundleEndpoint?: {
        readonly profile: BundleEndpointProfile;
        readonly refreshHint?: Duration;
        /** Address ranges that foreign servers connect from; nobody else gets through. */
        readonly clients: readonly string[];
    };
    readonly caTtl: Duration;
    readonly x509SvidTtl: Duration;
    readonly jwtSvidTtl: Duration;
    /** Life of the agents' own SVIDs. Default: that of a workload's. */
    readonly agentTtl?: Duration;
    readonly caKeyType: CaKeyType;
    readonly jwtKeyType?: CaKeyType;
    readonly caSubject: { readonly country?: string; readonly organization: string; readonly commonName?: string };
    readonly jwtIssuer?: string;
    readonly disableJwtSvids: boolean;
    readonly adminIds: readonly string[];
    readonly auditLog: boolean;
    readonly logLevel: LogLevel;
    readonly metricsTls: MetricsTls;
    /** Forgets nodes whose identity expired so long ago. */
    readonly pruneNodesExpiredFor?: Duration;
    readonly storage: { readonly size: string; readonly className?: string };
    /** What the server's plugins call outside the cluster: the database, a key service, Vault, an upstream server. */
    readonly egress: readonly Destination[];
    /** How what is outside of the cluster reaches the server. */
    readonly exposure: Exposure;
    /** What the cloud is told of the server's pod, so that its plugins log in without a credential. */
    readonly workloadIdentity: {
        readonly accountAnnotations: Readonly<Record<string, string>>;
        readonly podLabels: Readonly<Record<string, string>>;
    };
}

export interface AgentSettings {
    /** `clusterCa`: the kubelet's certificate must be signed by the cluster's CA. `hostCertificate`: by the file named on the host. */
    readonly kubelet: {
        readonly verify: "clusterCa" | "hostCertificate";
        /** By what the kubelet is called, and so what its certificate must name. */
        readonly address: "hostIP" | "nodeName";
        readonly port: number;
        /** Address ranges of the nodes, where the agents reach their kubelets. */
        readonly cidrs: readonly string[];
    };
    readonly workloadKeyType: "ec-p256" | "rsa-2048";
    readonly availabilityTarget?: Duration;
    readonly rebootstrapMode: "never" | "auto" | "always";
    /** How many agents are replaced at once: a number, or a part such as `10%`. */
    readonly maxUnavailable: string;
    readonly logLevel: LogLevel;
    readonly metricsTls: MetricsTls;
    readonly maxSvidCacheSize?: number;
    /** Verifies container images with sigstore and offers `k8s:image-signature:verified`. */
    readonly sigstore?: {
        /** Issuer URL to the subjects accepted from it. */
        readonly allowedIdentities: Readonly<Record<string, readonly string[]>>;
        readonly skippedImages?: readonly string[];
    };
    /** What the agents call outside the cluster: the registry and the transparency log, where sigstore is used. */
    readonly egress: readonly Destination[];
}

/** Who judges ClusterSPIFFEIDs and federated trust domains before they are stored. */
export type EntryValidation = "admissionPolicy" | "webhook";

export interface ControllerManagerSettings {
    readonly validation: EntryValidation;
    /** Class of the objects that this manager is for, where another runs in the cluster; without it, those that have none. */
    readonly className?: string;
    /** Namespaces whose pods never get an identity by selector. */
    readonly ignoreNamespaces: readonly string[];
    readonly gcInterval: Duration;
    readonly logLevel: LogLevel;
}

/** Publishes the JWT keys as an OpenID provider (optional). */
export interface OidcSettings {
    readonly domain: string;
    /** A Secret of type kubernetes.io/tls. */
    readonly certificateSecret: string;
    readonly replicas: number;
    /** The namespace whose pods may reach it, usually the ingress controller's. */
    readonly ingressNamespace: string;
}

/** An entry for something that is not a pod of this cluster, or that needs a fixed parent. */
export interface StaticEntry {
    readonly name: string;
    readonly spiffeId: string;
    readonly parentId: string;
    readonly selectors: readonly string[];
    readonly dnsNames: readonly string[];
    readonly federatesWith: readonly string[];
    readonly x509SvidTtl?: Duration;
    readonly jwtSvidTtl?: Duration;
    /** Reaches the server's admin APIs. */
    readonly admin: boolean;
    /** A nested SPIRE server: it may sign for the whole trust domain. */
    readonly downstream: boolean;
}

/** What a SPIRE installation is told. Everything that must agree in two places is said here once. */
export interface SpireSettings {
    readonly trustDomain: string;
    /** The trust domain that is being left. Without it, a change on an existing stack is refused by the cluster. */
    readonly leavingTrustDomain?: string;
    /** Names the cluster in node attestation, agent IDs and entries. */
    readonly clusterName: string;
    /** Who brings the definitions of the registration's kinds. */
    readonly crds: "bundled" | "preinstalled";
    /** Agents accept only hybrid ML-KEM key exchange with the server. */
    readonly requirePqKem: boolean;
    /** What the cluster does with host access in SPIRE's namespace that nothing of SPIRE needs. */
    readonly hostAccess: "warn" | "deny";
    readonly server: ServerSettings;
    readonly agent: AgentSettings;
    readonly controllerManager: ControllerManagerSettings;
    /** The kubelet's directory; the platform's unless set. */
    readonly csiDriver: { readonly kubeletRoot?: string };
    readonly oidcProvider?: OidcSettings;
    /** What all of SPIRE's pods may ask for together. */
    readonly quota: QuotaSettings;
    readonly federatedTrustDomains: readonly FederatedTrustDomain[];
    readonly staticEntries: readonly StaticEntry[];
}
