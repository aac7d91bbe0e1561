import { noSecretStoreAccess } from "../../../../policies/controls/rbac/no-secret-store-access";
import { describeGrants } from "../../../support/rbac";

describeGrants(noSecretStoreAccess, {
    refused: {
        "external secrets": [
            { apiGroups: ["external-secrets.io"], resources: ["externalsecrets"], verbs: ["create"] },
            "rules[0] grants create on externalsecrets. Leave them to the pipeline identity, or limit it with resourceNames.",
        ],
        stores: [
            { apiGroups: ["external-secrets.io"], resources: ["clustersecretstores"], verbs: ["update"] },
            "rules[0] grants update on clustersecretstores. Leave them to the pipeline identity, or limit it with resourceNames.",
        ],
        "provider classes of the CSI driver": [
            { apiGroups: ["secrets-store.csi.x-k8s.io"], resources: ["secretproviderclasses"], verbs: ["create"] },
            "rules[0] grants create on secretproviderclasses. Leave them to the pipeline identity, or limit it with resourceNames.",
        ],
    },
    allowed: {
        "reading external secrets": {
            apiGroups: ["external-secrets.io"],
            resources: ["externalsecrets"],
            verbs: ["get", "list"],
        },
        "refreshing one by name": {
            apiGroups: ["external-secrets.io"],
            resources: ["externalsecrets"],
            verbs: ["patch"],
            resourceNames: ["database"],
        },
    },
});
