import { noSecretWrite } from "../../../../policies/controls/rbac/no-secret-write";
import { describeGrants } from "../../../support/rbac";

describeGrants(noSecretWrite, {
    refused: {
        "update on secrets": [
            { apiGroups: [""], resources: ["secrets"], verbs: ["get", "update"] },
            "rules[0] grants update on secrets. Leave that to the operator that syncs Secrets, or limit it with resourceNames.",
        ],
    },
    allowed: {
        "patching a named Secret": {
            apiGroups: [""],
            resources: ["secrets"],
            verbs: ["patch"],
            resourceNames: ["bundle"],
        },
        "reading only": { apiGroups: [""], resources: ["secrets"], verbs: ["get"] },
    },
});
