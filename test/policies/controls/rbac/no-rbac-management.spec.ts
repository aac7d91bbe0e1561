import { noRbacManagement } from "../../../../policies/controls/rbac/no-rbac-management";
import { describeGrants } from "../../../support/rbac";

describeGrants(noRbacManagement, {
    refused: {
        "create on rolebindings": [
            { apiGroups: ["rbac.authorization.k8s.io"], resources: ["rolebindings"], verbs: ["create"] },
            "rules[0] grants create on rolebindings. Leave roles and bindings to the pipeline identity.",
        ],
        "everything in the RBAC group": [
            { apiGroups: ["rbac.authorization.k8s.io"], resources: ["*"], verbs: ["*"] },
            "rules[0] grants * on *, create on roles among it. Name the resources and verbs that are needed.",
        ],
    },
    allowed: {
        "reading bindings": {
            apiGroups: ["rbac.authorization.k8s.io"],
            resources: ["rolebindings"],
            verbs: ["get", "list"],
        },
    },
});
