import { noSelfProvisioners } from "../../../../policies/controls/rbac/no-self-provisioners";
import { describeControl } from "../../../support/control-suite";
import { clusterRoleBinding } from "../../../support/rbac";

const everybody = [{ kind: "Group", name: "system:authenticated:oauth" }];

describeControl(noSelfProvisioners, {
    refused: {
        "a binding to self-provisioner": {
            object: clusterRoleBinding(everybody, "self-provisioner"),
            message: `roleRef.name is "self-provisioner". Remove the binding.`,
        },
    },
    allowed: {
        "the binding emptied of its subjects": { object: clusterRoleBinding([], "self-provisioner") },
        "a binding to another role": { object: clusterRoleBinding(everybody, "basic-user") },
    },
});
