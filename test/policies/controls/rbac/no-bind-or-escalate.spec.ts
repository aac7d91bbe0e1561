import { noBindOrEscalate } from "../../../../policies/controls/rbac/no-bind-or-escalate";
import { describeGrants } from "../../../support/rbac";

describeGrants(noBindOrEscalate, {
    refused: {
        "escalate on roles": [
            { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["get", "escalate"] },
            "rules[0] grants escalate on roles. Remove bind, escalate and impersonate.",
        ],
        "bind on clusterroles": [
            { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"] },
            "rules[0] grants bind on clusterroles. Remove bind, escalate and impersonate.",
        ],
        "impersonate on roles, which knows no such verb": [
            { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["impersonate"] },
            "rules[0] grants impersonate on roles. Remove bind, escalate and impersonate.",
        ],
        "any verb on rolebindings": [
            { apiGroups: ["*"], resources: ["rolebindings"], verbs: ["*"] },
            "rules[0] grants * on rolebindings, bind on rolebindings among it. Name the resources and verbs that are needed.",
        ],
    },
    allowed: {
        "reading roles": {
            apiGroups: ["rbac.authorization.k8s.io"],
            resources: ["roles", "clusterroles"],
            verbs: ["get", "list", "watch"],
        },
        "the verb bind in another group": {
            apiGroups: ["servicecatalog.example.org"],
            resources: ["roles"],
            verbs: ["bind"],
        },
    },
});
