import { noSecretRead } from "../../../../policies/controls/rbac/no-secret-read";
import { describeGrants } from "../../../support/rbac";

describeGrants(noSecretRead, {
    refused: {
        "get and list on secrets": [
            { apiGroups: [""], resources: ["pods", "secrets"], verbs: ["get", "list", "create"] },
            "rules[0] grants get, list on secrets. Drop the rule, or limit it to get on named Secrets with resourceNames.",
        ],
        "any verb on secrets": [
            { apiGroups: ["*"], resources: ["secrets"], verbs: ["*"] },
            "rules[0] grants * on secrets, get on secrets among it. Name the resources and verbs that are needed.",
        ],
        "every resource of the core group": [
            { apiGroups: [""], resources: ["*"], verbs: ["watch"] },
            "rules[0] grants watch on *, watch on secrets among it. Name the resources and verbs that are needed.",
        ],
    },
    allowed: {
        "get on named Secrets": { apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ["api-tls"] },
        "a resource called secrets in another group": {
            apiGroups: ["vault.example.org"],
            resources: ["secrets"],
            verbs: ["get"],
        },
        "creating Secrets only": { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
    },
});
