import { noSystemGroupBindings } from "../../../../policies/controls/rbac/no-system-group-bindings";
import { describeControl } from "../../../support/control-suite";
import { clusterRoleBinding, roleBinding } from "../../../support/rbac";

describeControl(noSystemGroupBindings, {
    refused: {
        "everybody with an account": {
            object: clusterRoleBinding([{ kind: "Group", name: "system:authenticated" }]),
            message: `subjects[0].name is "system:authenticated": everybody with any account. Bind a group of your own.`,
        },
        "the group that passes every check": {
            object: roleBinding([{ kind: "Group", name: "system:masters" }]),
            message: `subjects[0].name is "system:masters": its members pass every authorization check, and nothing can take that away. Bind a group of your own.`,
        },
    },
    allowed: {
        "a group of one's own": { object: clusterRoleBinding([{ kind: "Group", name: "ops" }]) },
        "a group that only looks like it": {
            object: clusterRoleBinding([{ kind: "Group", name: "system:masters-of-jazz" }]),
        },
        "a service account": {
            object: clusterRoleBinding([{ kind: "ServiceAccount", name: "api", namespace: "shop" }]),
        },
    },
});
