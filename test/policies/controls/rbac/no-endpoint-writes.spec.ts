import { noEndpointWrites } from "../../../../policies/controls/rbac/no-endpoint-writes";
import { describeGrants } from "../../../support/rbac";

describeGrants(noEndpointWrites, {
    refused: {
        "update on endpoints": [
            { apiGroups: [""], resources: ["endpoints", "services"], verbs: ["get", "update"] },
            "rules[0] grants update on endpoints. The controllers keep endpoints; remove the verbs.",
        ],
        "creating endpoint slices": [
            { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["create"] },
            "rules[0] grants create on endpointslices. The controllers keep endpoints; remove the verbs.",
        ],
        "endpoints filed under the group apps by mistake": [
            { apiGroups: ["apps"], resources: ["endpoints"], verbs: ["patch"] },
            "rules[0] grants patch on endpoints. The controllers keep endpoints; remove the verbs.",
        ],
    },
    allowed: {
        "reading endpoints": { apiGroups: [""], resources: ["endpoints"], verbs: ["get", "list", "watch"] },
        "leader election on one named Endpoints object": {
            apiGroups: [""],
            resources: ["endpoints"],
            verbs: ["update"],
            resourceNames: ["leader"],
        },
    },
});
