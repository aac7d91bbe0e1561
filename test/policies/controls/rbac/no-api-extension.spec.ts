import { noApiExtension } from "../../../../policies/controls/rbac/no-api-extension";
import { describeGrants } from "../../../support/rbac";

describeGrants(noApiExtension, {
    clusterScoped: true,
    refused: {
        "registering an API server": [
            { apiGroups: ["apiregistration.k8s.io"], resources: ["apiservices"], verbs: ["create"] },
            "rules[0] grants create on apiservices. Limit it to the definitions the component owns with resourceNames, or drop it.",
        ],
        "changing definitions": [
            { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["get", "update"] },
            "rules[0] grants update on customresourcedefinitions. Limit it to the definitions the component owns with resourceNames, or drop it.",
        ],
    },
    allowed: {
        "reading definitions": {
            apiGroups: ["apiextensions.k8s.io"],
            resources: ["customresourcedefinitions"],
            verbs: ["get", "list"],
        },
        "updating a definition of one's own": {
            apiGroups: ["apiextensions.k8s.io"],
            resources: ["customresourcedefinitions"],
            verbs: ["update"],
            resourceNames: ["widgets.example.org"],
        },
    },
});
