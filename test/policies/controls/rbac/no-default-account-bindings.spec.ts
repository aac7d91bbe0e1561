import { noDefaultAccountBindings } from "../../../../policies/controls/rbac/no-default-account-bindings";
import { describeControl } from "../../../support/control-suite";
import { clusterRoleBinding, roleBinding } from "../../../support/rbac";

describeControl(noDefaultAccountBindings, {
    refused: {
        "the default service account": {
            object: clusterRoleBinding([{ kind: "ServiceAccount", name: "default", namespace: "shop" }]),
            message: `subjects[0].name is "default", the account of every pod of namespace shop that names none. Bind a service account of its own.`,
        },
        "the default service account of the binding's own namespace": {
            object: roleBinding([{ kind: "ServiceAccount", name: "default" }], "tested", "till"),
            message: `subjects[0].name is "default", the account of every pod of namespace till that names none. Bind a service account of its own.`,
        },
        "the default service account by its name as a user": {
            object: clusterRoleBinding([{ kind: "User", name: "system:serviceaccount:shop:default" }]),
            message: `subjects[0].name is "system:serviceaccount:shop:default", the account of every pod of namespace shop that names none. Bind a service account of its own.`,
        },
        "every service account of the cluster": {
            object: clusterRoleBinding([{ kind: "Group", name: "system:serviceaccounts" }]),
            message: `subjects[0].name is "system:serviceaccounts": every service account there is. Bind one service account.`,
        },
        "every service account of a namespace": {
            object: clusterRoleBinding([{ kind: "Group", name: "system:serviceaccounts:shop" }]),
            message: `subjects[0].name is "system:serviceaccounts:shop": every service account there is. Bind one service account.`,
        },
    },
    allowed: {
        "a service account of its own": {
            object: clusterRoleBinding([{ kind: "ServiceAccount", name: "api", namespace: "default" }]),
        },
        "a service account of its own, by its name as a user": {
            object: clusterRoleBinding([{ kind: "User", name: "system:serviceaccount:default:api" }]),
        },
        "a user called default": { object: clusterRoleBinding([{ kind: "User", name: "default" }]) },
        "no subjects": { object: clusterRoleBinding(null) },
    },
});
