import { noBroadDeletion } from "../../../../policies/controls/rbac/no-broad-deletion";
import { describeGrants } from "../../../support/rbac";

describeGrants(noBroadDeletion, {
    refused: {
        "delete on deployments": [
            { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "delete"] },
            "rules[0] grants delete on deployments. Limit it with resourceNames, or leave deleting to the pipeline identity.",
        ],
        "any verb on namespaces": [
            { apiGroups: [""], resources: ["namespaces"], verbs: ["*"] },
            "rules[0] grants * on namespaces, delete on namespaces among it. Name the resources and verbs that are needed.",
        ],
        evictions: [
            { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
            "rules[0] grants create on pods/eviction. Limit it with resourceNames, or leave deleting to the pipeline identity.",
        ],
    },
    allowed: {
        "deleting one named job": {
            apiGroups: ["batch"],
            resources: ["jobs"],
            verbs: ["delete"],
            resourceNames: ["migrate"],
        },
        "deleting leases": { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["delete"] },
    },
});
