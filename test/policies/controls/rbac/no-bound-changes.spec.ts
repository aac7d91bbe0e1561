import { noBoundChanges } from "../../../../policies/controls/rbac/no-bound-changes";
import { describeGrants } from "../../../support/rbac";

describeGrants(noBoundChanges, {
    refused: {
        "changes of quotas": [
            { apiGroups: [""], resources: ["resourcequotas"], verbs: ["get", "update"] },
            "rules[0] grants update on resourcequotas. Remove the verbs; whoever keeps the cluster sets bounds and makes namespaces.",
        ],
        "deletion of limit ranges": [
            { apiGroups: [""], resources: ["limitranges", "resourcequotas"], verbs: ["delete"] },
            "rules[0] grants delete on limitranges, resourcequotas. Remove the verbs; whoever keeps the cluster sets bounds and makes namespaces.",
        ],
        "the making of namespaces": [
            { apiGroups: [""], resources: ["namespaces"], verbs: ["create"] },
            "rules[0] grants create on namespaces. Remove the verbs; whoever keeps the cluster sets bounds and makes namespaces.",
        ],
    },
    allowed: {
        "reading them": {
            apiGroups: [""],
            resources: ["resourcequotas", "limitranges"],
            verbs: ["get", "list", "watch"],
        },
        "a quota by its name": {
            apiGroups: [""],
            resources: ["resourcequotas"],
            verbs: ["patch"],
            resourceNames: ["tested"],
        },
        "reading namespaces": { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
    },
});
