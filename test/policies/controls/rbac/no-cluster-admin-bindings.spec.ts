import { noClusterAdminBindings } from "../../../../policies/controls/rbac/no-cluster-admin-bindings";
import { describeControl } from "../../../support/control-suite";
import { clusterRole, clusterRoleBinding, role, roleBinding } from "../../../support/rbac";

const ops = [{ kind: "Group", name: "ops", apiGroup: "rbac.authorization.k8s.io" }];
const everything = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
const ADVICE = "Bind a role that lists what is needed.";
const own = (kind: string): string =>
    `roleRef.name is "tested" for Group ops, a ${kind} that grants every verb on every resource. ${ADVICE}`;

describeControl(noClusterAdminBindings, {
    refused: {
        "a binding to cluster-admin": {
            object: clusterRoleBinding(ops, "cluster-admin"),
            message: `roleRef.name is "cluster-admin" for Group ops. ${ADVICE}`,
        },
        "a RoleBinding to cluster-admin, without subjects yet": {
            object: clusterRoleBinding([], "cluster-admin", {
                kind: "RoleBinding",
                metadata: { name: "tested", namespace: "shop" },
            }),
            message: `roleRef.name is "cluster-admin" for whoever is added. ${ADVICE}`,
        },
        "a binding to a ClusterRole that grants as much": {
            stack: [clusterRole(everything), clusterRoleBinding(ops)],
            message: own("ClusterRole"),
        },
        "a binding to a Role that grants as much in its namespace": {
            stack: [role(everything), roleBinding(ops)],
            message: own("Role"),
        },
        "a binding to a role that aggregates as much": {
            stack: [
                clusterRole([], {
                    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "example.org/to-ops": "true" } }] },
                }),
                clusterRole(everything, { metadata: { name: "part", labels: { "example.org/to-ops": "true" } } }),
                clusterRoleBinding(ops),
            ],
            message: own("ClusterRole"),
        },
        "everything of the core group for the whole cluster": {
            stack: [
                clusterRoleBinding([{ kind: "User", name: "jane" }]),
                clusterRole([{ apiGroups: [""], resources: ["*"], verbs: ["*"] }]),
            ],
            message:
                'roleRef.name is "tested" for User jane, a ClusterRole that grants every verb on every resource of the core group, Secrets and nodes among them. Bind a role that lists what is needed.',
        },
    },
    allowed: {
        "everything of the core group in one namespace": {
            stack: [
                role([{ apiGroups: [""], resources: ["*"], verbs: ["*"] }]),
                roleBinding([{ kind: "User", name: "jane" }]),
            ],
        },
        "a binding to a role that lists what is needed": {
            stack: [clusterRole([{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]), clusterRoleBinding(ops)],
        },
        "a Role of its own that is called cluster-admin": { object: roleBinding(ops, "cluster-admin") },
        "a binding to a role that is not in the stack": { object: clusterRoleBinding(ops, "view") },
        "a Role of another namespace that grants everything": {
            stack: [role(everything, "other"), roleBinding(ops, "tested", "shop")],
        },
        "everything in one API group of one's own": {
            stack: [
                clusterRole([{ apiGroups: ["shop.example.org"], resources: ["*"], verbs: ["*"] }]),
                clusterRoleBinding(ops),
            ],
        },
    },
});
