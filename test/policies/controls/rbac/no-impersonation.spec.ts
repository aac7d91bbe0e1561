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
            "rules[0] grants impersonate on *, impersonate on users among it. Name the resources and verbs that are needed.",
        ],
        "any verb on service accounts": [
            { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["*"] },
            "rules[0] grants * on serviceaccounts, impersonate on serviceaccounts among it. Name the resources and verbs that are needed.",
        ],
        "what may be done in another's name": [
            { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "impersonate-on:user-info:list"] },
            "rules[0] grants impersonate-on:user-info:list on deployments. Remove the verb impersonate.",
        ],
        "impersonating one named user": [
            { apiGroups: [""], resources: ["users"], verbs: ["impersonate"], resourceNames: ["jane"] },
            "rules[0] grants impersonate on users. Remove the verb impersonate.",
        ],
    },
    allowed: {
        "reading service accounts": { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get", "list"] },
        "every verb on something else": { apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] },
    },
});
