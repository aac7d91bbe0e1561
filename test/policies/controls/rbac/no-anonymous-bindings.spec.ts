import { noAnonymousBindings } from "../../../../policies/controls/rbac/no-anonymous-bindings";
import { describeControl } from "../../../support/control-suite";
import { clusterRoleBinding, roleBinding } from "../../../support/rbac";

describeControl(noAnonymousBindings, {
    refused: {
        "the group of unauthenticated callers": {
            object: clusterRoleBinding([
                { kind: "Group", name: "ops" },
                { kind: "Group", name: "system:unauthenticated" },
            ]),
            message: `subjects[1].name is "system:unauthenticated": callers without credentials. Remove the subject.`,
        },
        "the anonymous user in a RoleBinding": {
            object: roleBinding([{ kind: "User", name: "system:anonymous" }]),
            message: `subjects[0].name is "system:anonymous": callers without credentials. Remove the subject.`,
        },
    },
    allowed: {
        "a user of one's own": { object: clusterRoleBinding([{ kind: "User", name: "jane" }]) },
        "authenticated callers, which another control judges": {
            object: clusterRoleBinding([{ kind: "Group", name: "system:authenticated" }]),
        },
        "a binding without subjects": { stack: [clusterRoleBinding([]), clusterRoleBinding(undefined)] },
    },
});
