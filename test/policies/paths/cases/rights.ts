import { may, mayEverywhere, object, pod } from "../manifests";
import type { Case } from "./case";
import { CLUSTER, POD, ROLE } from "./case";

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

/** What rights of the API are worth. */
export const RIGHTS: readonly Case[] = [
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
        family: "impersonate-users-within",
        open: mayEverywhere(
            ["", "secrets", "impersonate-on:user-info:get"],
            ["authentication.k8s.io", "users", "impersonate:user-info", "ops"],
        ),
        edge: `${CLUSTER} -> user ops`,
        mended: mayEverywhere(
            ["", "secrets", "get"],
            ["authentication.k8s.io", "users", "impersonate:user-info", "ops"],
        ),
    },
    {
        family: "impersonate-accounts-within",
        open: may(
            ["apps", "deployments", "impersonate-on:serviceaccount:create"],
            ["authentication.k8s.io", "serviceaccounts", "impersonate:serviceaccount"],
        ),
        edge: `${ROLE} -> every service account of shop`,
        mended: may(
            ["apps", "deployments", "impersonate-on:user-info:create"],
            ["authentication.k8s.io", "serviceaccounts", "impersonate:serviceaccount"],
        ),
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
        family: "impersonate-groups",
        open: mayEverywhere(["", "users", "impersonate", "nobody"], ["", "groups", "impersonate", "ops"]),
        edge: `${CLUSTER} -> group ops`,
        mended: mayEverywhere(["", "users", "impersonate", "nobody"], ["", "groups", "impersonate", "other"]),
    },
    {
        // The API server asks for users in no namespace, and for service accounts in theirs.
        family: "impersonate-groups",
        open: [...may(["", "serviceaccounts", "impersonate"]), ...mayEverywhere(["", "groups", "impersonate"])],
        edge: "right 1 of 2 for impersonate-groups, user /jane -> cluster-admin",
        mended: [...may(["", "users", "impersonate"]), ...mayEverywhere(["", "groups", "impersonate"])],
    },
    {
        // One binding gives both rights, the last by a name; another gives the last to all of a namespace.
        family: "bind-roles",
        open: [
            ...mayEverywhere([RBAC, "rolebindings", "create"], [RBAC, "roles", "bind", "one"]),
            ...may([RBAC, "roles", "bind"]),
        ],
        edge: "right 1 of 2 for bind-roles, user /jane -> everything in shop",
        mended: mayEverywhere([RBAC, "rolebindings", "create"], [RBAC, "roles", "bind", "one"]),
    },
    {
        // A request about a namespace is asked for in that namespace.
        family: "open-namespaces",
        open: may(CREATE_PODS, ["", "namespaces", "patch", "shop"]),
        edge: `${ROLE} -> a node of the control plane`,
        mended: may(CREATE_PODS, ["", "namespaces", "patch", "other"]),
    },
];
