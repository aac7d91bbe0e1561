import { strict as assert } from "node:assert";

import { lateralGraphOf } from "../../../policies/paths/build";
import { EDGE_FAMILIES } from "../../../policies/paths/edges";
import type { Manifest } from "../../support/controls";
import { stackOf } from "../../support/controls";
import { may, mayEverywhere, namespace, object, pod, podWithHostPath } from "./manifests";
import { edgesOf, graphOf } from "./support";

type Fields = Readonly<Record<string, unknown>>;

/** Manifests in which a family has an edge, and the same mended, in which it has not. */
interface Case {
    readonly family: string;
    readonly open: readonly Manifest[];
    readonly edge: string;
    readonly mended: readonly Manifest[];
}

const POD = "Pod shop/web";
const ROLE = "RoleBinding shop/jane";
const CLUSTER = "ClusterRoleBinding everywhere";

const service = (spec: Fields): Manifest =>
    object("v1", "Service", "web", { spec: { selector: { app: "web" }, ...spec } });
const ingress = object("networking.k8s.io/v1", "Ingress", "web", {
    spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
});
const denied = object("networking.k8s.io/v1", "NetworkPolicy", "deny", {
    spec: { podSelector: {}, policyTypes: ["Ingress"] },
});
const privileged = { securityContext: { privileged: true } };
const adds = (name: string): Fields => ({ securityContext: { capabilities: { add: [name] } } });
const spiffe = { volumes: [{ name: "spiffe", csi: { driver: "csi.spiffe.io", readOnly: true } }] };
const registration = (spec: Fields = {}): Manifest =>
    object(
        "spire.spiffe.io/v1alpha1",
        "ClusterSPIFFEID",
        "web",
        { spec: { spiffeIDTemplate: "spiffe://example.org/ns/{{ .PodMeta.Namespace }}/web", ...spec } },
        "",
    );
const store = object("external-secrets.io/v1", "SecretStore", "vault", {
    spec: {
        provider: {
            vault: {
                server: "https://vault",
                auth: { kubernetes: { role: "r", serviceAccountRef: { name: "reader" } } },
            },
        },
    },
});
const application = object("argoproj.io/v1alpha1", "Application", "app", {
    spec: { source: { repoURL: "https://git.example/app" }, destination: { namespace: "shop" } },
});
const flux = (account?: string): readonly Manifest[] => [
    object("source.toolkit.fluxcd.io/v1", "GitRepository", "app", { spec: { url: "https://git.example/app" } }),
    object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "app", {
        spec: {
            sourceRef: { kind: "GitRepository", name: "app" },
            ...(account !== undefined && { serviceAccountName: account }),
        },
    }),
];
const crd = object(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    "externalsecrets.external-secrets.io",
    {},
    "",
);
const CREATE_PODS = ["", "pods", "create"] as const;
const RBAC = "rbac.authorization.k8s.io";
const CERTIFICATES = "certificates.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";
const SIGNER = "kubernetes.io/kube-apiserver-client";

const CASES: readonly Case[] = [
    {
        family: "exposed-service",
        open: [service({ type: "LoadBalancer" }), pod()],
        edge: "the Internet -> Service shop/web",
        mended: [service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] }), pod()],
    },
    {
        family: "published-route",
        open: [service({}), pod(), ingress],
        edge: "the Internet -> Service shop/web",
        mended: [service({}), pod()],
    },
    {
        family: "service-backend",
        open: [service({ type: "NodePort" }), pod()],
        edge: `Service shop/web -> ${POD}`,
        mended: [service({ type: "NodePort" }), pod(), denied],
    },
    {
        family: "host-port",
        open: [pod({}, { ports: [{ containerPort: 80, hostPort: 80 }] })],
        edge: `the Internet -> ${POD}`,
        mended: [pod({}, { ports: [{ containerPort: 80 }] })],
    },
    {
        family: "privileged-container",
        open: [pod({}, privileged)],
        edge: `${POD} -> a node`,
        mended: [pod({ hostUsers: false }, privileged)],
    },
    {
        family: "dangerous-capability",
        open: [pod({}, adds("CAP_SYS_ADMIN"))],
        edge: `${POD} -> a node`,
        mended: [pod({}, adds("NET_BIND_SERVICE"))],
    },
    {
        family: "host-processes",
        open: [pod({ hostPID: true }, adds("SYS_PTRACE"))],
        edge: `${POD} -> the node's processes, from spec.containers[0].securityContext.capabilities.add[0]`,
        mended: [pod({ hostPID: false }, adds("SYS_PTRACE"))],
    },
    {
        family: "unmasked-proc",
        open: [pod({}, { securityContext: { procMount: "Unmasked" } })],
        edge: `${POD} -> a node`,
        mended: [pod({ hostUsers: false }, { securityContext: { procMount: "Unmasked" } })],
    },
    {
        family: "windows-host-process",
        open: [pod({ securityContext: { windowsOptions: { hostProcess: true } } })],
        edge: `${POD} -> a node`,
        mended: [pod({ securityContext: { windowsOptions: { hostProcess: false } } })],
    },
    {
        family: "runtime-socket",
        open: [podWithHostPath("/run/containerd/containerd.sock", true)],
        edge: `${POD} -> a node`,
        mended: [podWithHostPath("/srv/data", true)],
    },
    {
        family: "host-path-write",
        open: [podWithHostPath("/etc", false)],
        edge: `${POD} -> a node`,
        mended: [podWithHostPath("/etc", true)],
    },
    {
        family: "host-path-read",
        open: [podWithHostPath("/var/lib/kubelet", true)],
        edge: `${POD} -> every pod of the cluster`,
        mended: [podWithHostPath("/var/lib/data", true)],
    },
    {
        family: "log-symlink",
        open: [
            podWithHostPath("/var/log", false),
            ...may(["", "pods/log", "get"]).map((each) =>
                each["kind"] === "RoleBinding"
                    ? { ...each, subjects: [{ kind: "ServiceAccount", name: "web" }] }
                    : each,
            ),
        ],
        edge: `${POD} -> a node`,
        mended: [podWithHostPath("/var/log", false)],
    },
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
        open: [store],
        edge: "service account shop/reader -> external store vault role=r server=https://vault",
        mended: [],
    },
    {
        family: "workload-api",
        open: [pod(spiffe), namespace(), registration()],
        edge: `${POD} -> SPIFFE identity spiffe://example.org/ns/shop/web`,
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
        mended: flux("deployer"),
    },
    {
        family: "every-right",
        open: mayEverywhere(["*", "*", "*"]),
        edge: `${CLUSTER} -> cluster-admin`,
        mended: mayEverywhere(["", "*", "*"]),
    },
    {
        family: "read-secrets",
        open: may(["", "secrets", "list"]),
        edge: `${ROLE} -> every Secret of shop`,
        mended: may(["", "secrets", "list", "other"]),
    },
    {
        family: "read-stores",
        open: may(["external-secrets.io", "externalsecrets", "create"], ["", "secrets", "get", "x"]),
        edge: `${ROLE} -> every secret store of shop`,
        mended: may(["external-secrets.io", "externalsecrets", "create"]),
    },
    {
        family: "create-workloads",
        open: may(["batch", "jobs", "create"]),
        edge: `${ROLE} -> a pod of one's own making in shop`,
        mended: may(["batch", "jobs", "create", "named"]),
    },
    {
        family: "change-workloads",
        open: may(["apps", "deployments", "patch", "web"]),
        edge: `${ROLE} -> a pod of one's own making in shop`,
        mended: may(["apps", "deployments/scale", "patch", "web"]),
    },
    {
        family: "change-pods",
        open: may(["", "pods", "patch"]),
        edge: `${ROLE} -> every pod of shop`,
        mended: may(["", "pods", "get,list"]),
    },
    {
        family: "run-commands",
        open: [pod(), ...may(["", "pods/exec", "create", "web"])],
        edge: `${ROLE} -> ${POD}`,
        mended: [pod(), ...may(["", "pods/exec", "create", "other"])],
    },
    {
        family: "debug-pods",
        open: may(["", "pods/ephemeralcontainers", "patch"]),
        edge: `${ROLE} -> every pod of shop`,
        mended: may(["", "pods/ephemeralcontainers", "get"]),
    },
    {
        family: "forward-ports",
        open: may(["", "pods/portforward", "create"]),
        edge: `${ROLE} -> every pod of shop`,
        mended: may(["", "pods/log", "get"]),
    },
    {
        family: "kubelet-api",
        open: mayEverywhere(["", "nodes/proxy", "get"]),
        edge: `${CLUSTER} -> every pod of the cluster`,
        mended: may(["", "nodes/proxy", "get"]),
    },
    {
        family: "mint-tokens",
        open: may(["", "serviceaccounts/token", "create", "reader"]),
        edge: `${ROLE} -> service account shop/reader`,
        mended: may(["", "serviceaccounts", "create"]),
    },
    {
        family: "token-secret",
        open: may(["", "secrets", "create"], ["", "secrets", "get", "mine"]),
        edge: `${ROLE} -> every service account of shop`,
        mended: may(["", "secrets", "create"]),
    },
    {
        family: "impersonate-accounts",
        open: may(["", "serviceaccounts", "impersonate"]),
        edge: `${ROLE} -> every service account of shop`,
        mended: may(["", "serviceaccounts", "get"]),
    },
    {
        family: "impersonate-users",
        open: mayEverywhere(["", "users", "impersonate", "ops"]),
        edge: `${CLUSTER} -> user ops`,
        mended: may(["", "users", "impersonate", "ops"]),
    },
    {
        family: "impersonate-groups",
        open: mayEverywhere(["", "users", "impersonate", "nobody"], ["", "groups", "impersonate"]),
        edge: `${CLUSTER} -> cluster-admin`,
        mended: mayEverywhere(["", "groups", "impersonate"]),
    },
    {
        family: "bind-cluster-roles",
        open: mayEverywhere([RBAC, "clusterrolebindings", "create"], [RBAC, "clusterroles", "bind"]),
        edge: `${CLUSTER} -> cluster-admin`,
        mended: mayEverywhere([RBAC, "clusterrolebindings", "create"], [RBAC, "clusterroles", "bind", "view"]),
    },
    {
        family: "bind-roles",
        open: may([RBAC, "rolebindings", "create"], [RBAC, "roles", "bind"]),
        edge: `${ROLE} -> everything in shop`,
        mended: may([RBAC, "rolebindings", "create"]),
    },
    {
        family: "escalate-cluster-roles",
        open: mayEverywhere([RBAC, "clusterroles", "patch,escalate"]),
        edge: `${CLUSTER} -> cluster-admin`,
        mended: mayEverywhere([RBAC, "clusterroles", "patch"]),
    },
    {
        family: "escalate-roles",
        open: may([RBAC, "roles", "patch,escalate"]),
        edge: `${ROLE} -> everything in shop`,
        mended: may([RBAC, "roles", "patch"]),
    },
    {
        family: "approve-certificates",
        open: mayEverywhere(
            [CERTIFICATES, "certificatesigningrequests", "create"],
            [CERTIFICATES, "certificatesigningrequests/approval", "update"],
            [CERTIFICATES, "signers", "approve", SIGNER],
        ),
        edge: `${CLUSTER} -> every user`,
        mended: mayEverywhere(
            [CERTIFICATES, "certificatesigningrequests", "create"],
            [CERTIFICATES, "certificatesigningrequests/approval", "update"],
            [CERTIFICATES, "signers", "approve", "kubernetes.io/kubelet-serving"],
        ),
    },
    {
        family: "open-namespaces",
        open: mayEverywhere(CREATE_PODS, ["", "namespaces", "patch"]),
        edge: `${CLUSTER} -> a node of the control plane`,
        mended: mayEverywhere(CREATE_PODS, ["", "namespaces", "get"]),
    },
    {
        family: "host-volumes",
        open: [...may(CREATE_PODS), ...mayEverywhere(["", "persistentvolumes", "create"])],
        edge: "right 1 of 2 for host-volumes, user /jane -> a node of the control plane",
        mended: may(CREATE_PODS, ["", "persistentvolumes", "create"]),
    },
    {
        family: "mutate-admission",
        open: mayEverywhere([ADMISSION, "mutatingwebhookconfigurations", "patch", "mine"]),
        edge: `${CLUSTER} -> cluster-admin`,
        mended: mayEverywhere([ADMISSION, "mutatingwebhookconfigurations", "get"]),
    },
    {
        family: "watch-admission",
        open: mayEverywhere([ADMISSION, "validatingwebhookconfigurations", "update", "mine"]),
        edge: `${CLUSTER} -> every Secret of the cluster`,
        mended: mayEverywhere([ADMISSION, "validatingwebhookconfigurations", "get"]),
    },
    {
        family: "convert-resources",
        open: [crd, ...mayEverywhere(["apiextensions.k8s.io", "customresourcedefinitions", "patch"])],
        edge: `${CLUSTER} -> every secret store of the cluster`,
        mended: mayEverywhere(["apiextensions.k8s.io", "customresourcedefinitions", "patch"]),
    },
    {
        family: "register-identities",
        open: mayEverywhere(["spire.spiffe.io", "clusterspiffeids", "create"]),
        edge: `${CLUSTER} -> every SPIFFE identity`,
        mended: mayEverywhere(["spire.spiffe.io", "clusterspiffeids/status", "patch"]),
    },
    {
        family: "operator-workloads",
        open: may(["tekton.dev", "taskruns", "create"]),
        edge: `${ROLE} -> a pod of one's own making in shop`,
        mended: may(["tekton.dev", "taskruns", "get"]),
    },
    {
        family: "operator-objects",
        open: may(["argoproj.io", "applications", "patch", "app"]),
        edge: `${ROLE} -> cluster-admin`,
        mended: may(["argoproj.io", "applications", "get"]),
    },
    {
        family: "map-cloud-users",
        open: [object("v1", "ConfigMap", "aws-auth", {}, "kube-system"), ...mayEverywhere(["", "configmaps", "patch"])],
        edge: `${CLUSTER} -> cluster-admin`,
        mended: mayEverywhere(["", "configmaps", "patch"]),
    },
    {
        family: "binding-subjects",
        open: may(["", "secrets", "list"]),
        edge: `user jane -> ${ROLE}`,
        mended: may(["", "configmaps", "list"]),
    },
    {
        family: "own-pods",
        open: [namespace()],
        edge: "a pod of one's own making in shop -> a node of the control plane",
        mended: [namespace("restricted")],
    },
    { family: "node-pods", open: [pod()], edge: "a node -> every pod of the cluster", mended: [] },
    {
        family: "control-plane-keys",
        open: [pod({ tolerations: [{ operator: "Exists" }] }, privileged)],
        edge: "a node of the control plane -> cluster-admin",
        mended: [],
    },
    {
        family: "group-membership",
        open: [
            pod({ automountServiceAccountToken: true }),
            ...may(["", "secrets", "list"]).map((each) =>
                each["kind"] === "RoleBinding"
                    ? { ...each, subjects: [{ kind: "Group", name: "system:serviceaccounts:shop" }] }
                    : each,
            ),
        ],
        edge: "service account shop/web -> group system:serviceaccounts:shop",
        mended: [pod({ automountServiceAccountToken: true })],
    },
    { family: "members", open: [pod()], edge: `every pod of shop -> ${POD}`, mended: [] },
];

/** These hold in every cluster, whatever its manifests say, so nothing mends them. */
const LAWS = new Set(["node-pods", "control-plane-keys"]);

describe("edges of attack paths", () => {
    for (const { family, open, edge, mended } of CASES) {
        it(`${family}: is there where the manifests make it so, and gone when they are mended`, () => {
            const found = edgesOf(graphOf(...open), family);
            assert.ok(found.includes(edge), `${edge} is not among\n${found.join("\n")}`);
            if (!LAWS.has(family)) {
                assert.ok(!edgesOf(graphOf(...mended), family).includes(edge));
            }
        });
    }

    it("network-reach: follows what the policies of both ends leave open, and only where it is asked for", () => {
        const other = pod({}, {}, { name: "other", labels: { app: "other" } });
        const reach = (...manifests: readonly Manifest[]) =>
            edgesOf(lateralGraphOf(stackOf(pod(), other, ...manifests)), "network-reach");
        const open = "the network between pods that no policy isolates";
        assert.deepEqual(
            [...reach()].sort(),
            [`${POD} -> ${open}`, `Pod shop/other -> ${open}`, `${open} -> ${POD}`, `${open} -> Pod shop/other`].sort(),
        );
        const toWeb = (from: string) =>
            object("networking.k8s.io/v1", "NetworkPolicy", "web", {
                spec: {
                    podSelector: { matchLabels: { app: "web" } },
                    policyTypes: ["Ingress"],
                    ingress: [{ from: [{ podSelector: { matchLabels: { app: from } } }], ports: [{ port: 80 }] }],
                },
            });
        assert.ok(reach(toWeb("other")).includes(`Pod shop/other -> ${POD}`));
        assert.ok(!reach(toWeb("third")).some((edge) => edge.endsWith(`-> ${POD}`)));
        assert.deepEqual(edgesOf(graphOf(pod(), other), "network-reach"), []);
    });

    it("have a case each", () => {
        assert.deepEqual(
            EDGE_FAMILIES.map(({ name }) => name),
            CASES.map(({ family }) => family),
        );
    });
});
