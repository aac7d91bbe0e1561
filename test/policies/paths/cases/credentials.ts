import type { Manifest } from "../../../support/controls";
import { namespace, object, pod, podWithHostPath, secretStore } from "../manifests";
import type { Case } from "./case";
import { POD } from "./case";

type Fields = Readonly<Record<string, unknown>>;

const spiffe = { volumes: [{ name: "spiffe", csi: { driver: "csi.spiffe.io", readOnly: true } }] };
const registration = (spec: Fields = {}): Manifest =>
    object(
        "spire.spiffe.io/v1alpha1",
        "ClusterSPIFFEID",
        "web",
        { spec: { spiffeIDTemplate: "spiffe://example.org/ns/{{ .PodMeta.Namespace }}/web", ...spec } },
        "",
    );
const application = object("argoproj.io/v1alpha1", "Application", "app", {
    spec: { project: "shop", source: { repoURL: "https://git.example/app" }, destination: { namespace: "shop" } },
});
const RBAC = "rbac.authorization.k8s.io";
/** A project of Argo CD that allows what is in `shop`, of any repository, unless it says otherwise. */
const project = (spec: Readonly<Record<string, unknown>>, space = "shop"): Manifest =>
    object(
        "argoproj.io/v1alpha1",
        "AppProject",
        "shop",
        { spec: { sourceRepos: ["*"], destinations: [{ namespace: "shop" }], ...spec } },
        space,
    );
const flux = (account?: string): readonly Manifest[] => [
    object("source.toolkit.fluxcd.io/v1", "GitRepository", "app", { spec: { url: "https://git.example/app" } }),
    object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "app", {
        spec: {
            sourceRef: { kind: "GitRepository", name: "app" },
            ...(account !== undefined && { serviceAccountName: account }),
        },
    }),
];
/** A class of the Secrets Store CSI driver, and a pod that mounts one. */
const providerClass = (provider: string, parameters: Readonly<Record<string, string>>): Manifest =>
    object("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "app", { spec: { provider, parameters } });
const mountsClass = (name: string): Manifest =>
    pod({
        volumes: [
            {
                name: "s",
                csi: { driver: "secrets-store.csi.k8s.io", volumeAttributes: { secretProviderClass: name } },
            },
        ],
    });
const kiam = (role: string): Manifest =>
    pod({}, {}, { annotations: role === "" ? {} : { "iam.amazonaws.com/role": role } });
const awsStore = (kind: string, scope: string): Manifest =>
    object(
        "external-secrets.io/v1",
        kind,
        "aws",
        { spec: { provider: { aws: { region: "eu-west-1", role: "r" } } } },
        scope,
    );
const AWS = "external store aws region=eu-west-1 role=r";
const IDENTITY = "SPIFFE identity spiffe://example.org/ns/shop/web";

/** What a pod holds, and what that is good for. */
export const CREDENTIALS: readonly Case[] = [
    ...["/run/spire/agent-sockets", "/var/run/spire-agent", "/tmp/spire-agent/public", "/run/spiffe"].map(
        (directory) => ({
            family: "workload-api",
            open: [podWithHostPath(directory, true), namespace(), registration()],
            edge: `${POD} -> ${IDENTITY}`,
            mended: [podWithHostPath("/srv/spire", true), namespace(), registration()],
        }),
    ),
    {
        family: "mounted-token",
        open: [pod({ automountServiceAccountToken: true })],
        edge: `${POD} -> service account shop/web`,
        mended: [pod({ automountServiceAccountToken: false })],
    },
    {
        family: "mounted-secret",
        open: [pod({}, { envFrom: [{ secretRef: { name: "key" } }] })],
        edge: `${POD} -> Secret shop/key`,
        mended: [pod()],
    },
    {
        family: "secret-token",
        open: [
            object("v1", "Secret", "token", {
                type: "kubernetes.io/service-account-token",
                metadata: { annotations: { "kubernetes.io/service-account.name": "web" } },
            }),
        ],
        edge: "Secret shop/token -> service account shop/web",
        mended: [object("v1", "Secret", "token", { type: "Opaque" })],
    },
    {
        family: "cloud-role",
        open: [
            object("v1", "ServiceAccount", "web", {
                metadata: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/web" } },
            }),
        ],
        edge: "service account shop/web -> cloud identity arn:aws:iam::1:role/web",
        mended: [object("v1", "ServiceAccount", "web")],
    },
    {
        family: "secret-store",
        open: [secretStore("r", "reader")],
        edge: "service account shop/reader -> external store vault role=r server=https://vault",
        mended: [],
    },
    {
        family: "workload-api",
        open: [pod(spiffe), namespace(), registration()],
        edge: `${POD} -> ${IDENTITY}`,
        mended: [pod(), namespace(), registration()],
    },
    {
        family: "spire-trust",
        open: [pod({}, { image: "ghcr.io/spiffe/spire-server:1.15.2@sha256:00" })],
        edge: `${POD} -> every SPIFFE identity`,
        mended: [pod({}, { image: "ghcr.io/spiffe/spire-server-exporter:1" })],
    },
    {
        family: "gitops-source",
        open: [application],
        edge: "repository https://git.example/app -> cluster-admin",
        mended: [application, project({})],
    },
    {
        family: "gitops-source",
        open: [application, project({ clusterResourceWhitelist: [{ group: RBAC, kind: "ClusterRoleBinding" }] })],
        edge: "repository https://git.example/app -> cluster-admin",
        mended: [application, project({ clusterResourceWhitelist: [{ group: "", kind: "Namespace" }] })],
    },
    {
        family: "gitops-source",
        open: [application, project({ clusterResourceWhitelist: [{ group: "", kind: "Namespace" }] })],
        edge: "repository https://git.example/app -> a node of the control plane",
        mended: [application, project({})],
    },
    {
        family: "gitops-source",
        open: [application, project({ destinations: [{ namespace: "*" }] })],
        edge: "repository https://git.example/app -> everything in kube-system",
        mended: [application, project({ destinations: [{ namespace: "shop" }, { namespace: "!kube-system" }] })],
    },
    {
        family: "gitops-source",
        open: [application, project({ sourceRepos: ["https://git.example/app.git"] })],
        edge: "repository https://git.example/app -> everything in shop",
        mended: [application, project({ sourceRepos: ["https://git.example/other"] })],
    },
    {
        // A project of another namespace is another Argo CD's, unless it takes Applications of this one.
        family: "gitops-source",
        open: [application, project({}, "argocd")],
        edge: "repository https://git.example/app -> cluster-admin",
        mended: [application, project({ sourceNamespaces: ["shop"] }, "argocd")],
    },
    {
        family: "gitops-source",
        open: [project({})],
        edge: "everything in shop -> cluster-admin",
        mended: [application],
    },
    {
        family: "mounted-secret",
        open: [pod({ volumes: [{ name: "all", projected: { sources: [{ secret: { name: "key" } }] } }] })],
        edge: `${POD} -> Secret shop/key`,
        mended: [pod({ volumes: [{ name: "all", projected: { sources: [{ configMap: { name: "key" } }] } }] })],
    },
    {
        family: "mounted-secret",
        open: [pod({}, { env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "key", key: "k" } } }] })],
        edge: `${POD} -> Secret shop/key`,
        mended: [pod({}, { env: [{ name: "KEY", valueFrom: { configMapKeyRef: { name: "key", key: "k" } } }] })],
    },
    { family: "cloud-role", open: [kiam("web")], edge: `${POD} -> cloud identity web`, mended: [kiam("")] },
    {
        family: "secret-store",
        open: [namespace(), awsStore("ClusterSecretStore", "")],
        edge: `every secret store of shop -> ${AWS}`,
        mended: [namespace(), awsStore("SecretStore", "bank")],
    },
    {
        family: "workload-api",
        open: [pod(spiffe), namespace(), registration({ namespaceSelector: { matchLabels: {} } })],
        edge: `${POD} -> ${IDENTITY}`,
        mended: [pod(spiffe), namespace(), registration({ namespaceSelector: { matchLabels: { team: "other" } } })],
    },
    {
        family: "workload-api",
        open: [pod(spiffe), namespace(), registration({ admin: true })],
        edge: `${IDENTITY} -> every SPIFFE identity`,
        mended: [pod(spiffe), namespace(), registration()],
    },
    {
        family: "workload-api",
        open: [pod(), namespace(), registration({ podSelector: { matchLabels: { app: "web" } } })],
        edge: `a pod of one's own making in shop -> ${IDENTITY}`,
        mended: [pod(), namespace(), registration({ podSelector: { matchLabels: { app: "other" } } })],
    },
    {
        family: "gitops-source",
        open: flux(),
        edge: "repository https://git.example/app -> cluster-admin",
        mended: flux("deployer"),
    },
    {
        family: "gitops-source",
        open: flux("deployer"),
        edge: "repository https://git.example/app -> service account shop/deployer",
        mended: flux("other"),
    },
    {
        family: "vault-agent",
        open: [pod({}, {}, { annotations: { "vault.hashicorp.com/role": "shop" } })],
        edge: `${POD} -> external store vault mountPath=kubernetes role=shop`,
        mended: [pod({}, {}, { annotations: { "vault.hashicorp.com/agent-inject": "true" } })],
    },
    {
        // One role at one server is one principal, whoever logs in as it.
        family: "vault-agent",
        open: [
            pod(
                {},
                {},
                {
                    annotations: {
                        "vault.hashicorp.com/role": "shop",
                        "vault.hashicorp.com/service": "https://vault",
                        "vault.hashicorp.com/auth-path": "auth/cluster-1",
                    },
                },
            ),
        ],
        edge: "service account shop/web -> external store vault mountPath=cluster-1 role=shop server=https://vault",
        mended: [pod()],
    },
    {
        family: "secret-provider",
        open: [mountsClass("app"), providerClass("vault", { roleName: "shop", vaultAddress: "https://vault" })],
        edge: `${POD} -> external store vault mountPath=kubernetes role=shop server=https://vault`,
        mended: [mountsClass("other"), providerClass("vault", { roleName: "shop", vaultAddress: "https://vault" })],
    },
    {
        family: "secret-provider",
        open: [providerClass("aws", { region: "eu-west-1" })],
        edge: "a pod of one's own making in shop -> external store aws SecretProviderClass shop/app",
        mended: [mountsClass("app")],
    },
];
