import { noTokenCreation } from "../../../../policies/controls/rbac/no-token-creation";
import { describeGrants } from "../../../support/rbac";

describeGrants(noTokenCreation, {
    refused: {
        "create on serviceaccounts/token": [
            { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
            "rules[0] grants create on serviceaccounts/token. Drop the rule, or limit it to one service account with resourceNames.",
        ],
        "any verb on every core resource": [
            { apiGroups: [""], resources: ["*"], verbs: ["*"] },
            "rules[0] grants * on *, create on serviceaccounts/token among it. Name the resources and verbs that are needed.",
        ],
    },
    allowed: {
        "a token for one named service account": {
            apiGroups: [""],
            resources: ["serviceaccounts/token"],
            verbs: ["create"],
            resourceNames: ["vault-auth"],
        },
        "reading service accounts": { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get"] },
    },
});
