import { noImpersonation } from "../../../../policies/controls/rbac/no-impersonation";
import { describeGrants } from "../../../support/rbac";

describeGrants(noImpersonation, {
    refused: {
        "impersonate on groups": [
            { apiGroups: [""], resources: ["groups"], verbs: ["impersonate"] },
            "rules[0] grants impersonate on groups. Remove the verb impersonate.",
        ],
        "impersonate on everything": [
            { apiGroups: ["*"], resources: ["*"], verbs: ["impersonate"] },
            "rules[0] grants impersonate on *. Remove the verb impersonate.",
        ],
        "any verb on service accounts": [
            { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["*"] },
            "rules[0] grants * on serviceaccounts. Remove the verb impersonate.",
        ],
        "impersonating one named user": [
            { apiGroups: [""], resources: ["users"], verbs: ["impersonate"], resourceNames: ["jane"] },
            "rules[0] grants impersonate on users. Remove the verb impersonate.",
        ],
    },
    allowed: {
        "reading service accounts": { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get", "list"] },
    },
});
