import { argoProjectsBounded } from "../../../../policies/controls/rbac/argo-projects-bounded";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const project = (spec: Manifest): Manifest => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AppProject",
    metadata: { name: "shop", namespace: "argocd" },
    spec,
});
const every = { group: "*", kind: "*" };
const source = (index: number, pattern: string): string =>
    `spec.sourceRepos[${index}] is "${pattern}": anybody's repository is deployed. Name yours.`;
const destination =
    'spec.destinations[0].namespace is "*", kube-system and Argo CD\'s own among them. Name the namespaces.';
const kinds =
    "spec.clusterResourceWhitelist[0] is every kind outside of namespaces, ClusterRoleBindings among them. Name the kinds.";

describeControl(argoProjectsBounded, {
    refused: {
        "anybody's repository": { object: project({ sourceRepos: ["*"] }), message: source(0, "*") },
        "the same by a glob that crosses slashes": {
            object: project({ sourceRepos: ["https://git.example.org/shop.git", "**"] }),
            message: source(1, "**"),
        },
        "every namespace of a cluster": {
            object: project({ destinations: [{ server: "https://kubernetes.default.svc", namespace: "*" }] }),
            message: destination,
        },
        "every cluster-wide kind": { object: project({ clusterResourceWhitelist: [every] }), message: kinds },
        "all of them, as in the project that Argo CD brings along": {
            object: project({
                sourceRepos: ["*"],
                destinations: [{ server: "*", namespace: "*" }],
                clusterResourceWhitelist: [every],
            }),
            message: [source(0, "*"), destination, kinds],
        },
    },
    allowed: {
        "a project that names everything": {
            object: project({
                sourceRepos: ["https://git.example.org/shop/*"],
                destinations: [{ server: "*", namespace: "shop-*" }],
                clusterResourceWhitelist: [{ group: "", kind: "Namespace" }],
            }),
        },
        "a project that may do nothing": { object: project({}) },
        "every kind within its namespaces": { object: project({ namespaceResourceWhitelist: [every] }) },
        "all but some": {
            object: project({
                sourceRepos: ["*", "!https://git.example.org/other/*"],
                destinations: [
                    { server: "*", namespace: "*" },
                    { server: "*", namespace: "!kube-system" },
                ],
                clusterResourceWhitelist: [every],
                clusterResourceBlacklist: [{ group: "rbac.authorization.k8s.io", kind: "*" }],
            }),
        },
        "a kind of another API": { object: { ...project({ sourceRepos: ["*"] }), apiVersion: "example.org/v1" } },
    },
});
