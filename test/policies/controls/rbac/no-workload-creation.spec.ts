import { noWorkloadCreation } from "../../../../policies/controls/rbac/no-workload-creation";
import { describeGrants } from "../../../support/rbac";

describeGrants(noWorkloadCreation, {
    refused: {
        "create on pods": [
            { apiGroups: [""], resources: ["pods"], verbs: ["create", "get"] },
            "rules[0] grants create on pods. Leave deploying to the pipeline identity.",
        ],
        "patch on deployments": [
            { apiGroups: ["apps"], resources: ["deployments", "deployments/scale"], verbs: ["patch"] },
            "rules[0] grants patch on deployments. Leave deploying to the pipeline identity.",
        ],
        "delete on pods": [
            { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete"] },
            "rules[0] grants delete on pods. Leave deploying to the pipeline identity.",
        ],
        "everything in batch": [
            { apiGroups: ["batch"], resources: ["*"], verbs: ["*"] },
            "rules[0] grants * on *, create on pods among it. Name the resources and verbs that are needed.",
        ],
    },
    allowed: {
        "reading pods": { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
        "scaling a deployment": { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["update"] },
    },
});
