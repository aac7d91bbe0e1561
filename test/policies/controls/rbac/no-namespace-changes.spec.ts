import { noNamespaceChanges } from "../../../../policies/controls/rbac/no-namespace-changes";
import { describeGrants } from "../../../support/rbac";

describeGrants(noNamespaceChanges, {
    refused: {
        "patching namespaces": [
            { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "patch"] },
            "rules[0] grants patch on namespaces. Leave namespaces to the pipeline identity.",
        ],
        "finalizing namespaces": [
            { apiGroups: [""], resources: ["namespaces/finalize"], verbs: ["update"] },
            "rules[0] grants update on namespaces/finalize. Leave namespaces to the pipeline identity.",
        ],
        "patching every core resource": [
            { apiGroups: [""], resources: ["*"], verbs: ["patch"] },
            "rules[0] grants patch on *, patch on namespaces among it. Name the resources and verbs that are needed.",
        ],
        "one namespace by name, whose labels are as good as those of all": [
            { apiGroups: [""], resources: ["namespaces"], verbs: ["update"], resourceNames: ["shop"] },
            "rules[0] grants update on namespaces. Leave namespaces to the pipeline identity.",
        ],
    },
    allowed: {
        "reading namespaces": { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "list", "watch"] },
        "namespaces of another API": {
            apiGroups: ["project.example.org"],
            resources: ["namespaces"],
            verbs: ["patch"],
        },
    },
});
