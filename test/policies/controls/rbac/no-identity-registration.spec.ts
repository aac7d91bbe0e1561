import { noIdentityRegistration } from "../../../../policies/controls/rbac/no-identity-registration";
import { describeGrants } from "../../../support/rbac";

describeGrants(noIdentityRegistration, {
    clusterScoped: true,
    refused: {
        "registering identities": [
            { apiGroups: ["spire.spiffe.io"], resources: ["clusterspiffeids"], verbs: ["create", "patch"] },
            "rules[0] grants create, patch on clusterspiffeids. Leave registration to the pipeline identity, or limit it with resourceNames.",
        ],
        "static entries": [
            { apiGroups: ["spire.spiffe.io"], resources: ["clusterstaticentries"], verbs: ["create"] },
            "rules[0] grants create on clusterstaticentries. Leave registration to the pipeline identity, or limit it with resourceNames.",
        ],
    },
    allowed: {
        "watching identities": {
            apiGroups: ["spire.spiffe.io"],
            resources: ["clusterspiffeids"],
            verbs: ["get", "list", "watch"],
        },
        "writing their status": {
            apiGroups: ["spire.spiffe.io"],
            resources: ["clusterspiffeids/status"],
            verbs: ["update"],
        },
    },
});
