import { noOperatorWorkloads } from "../../../../policies/controls/rbac/no-operator-workloads";
import { describeGrants } from "../../../support/rbac";

describeGrants(noOperatorWorkloads, {
    refused: {
        workflows: [
            { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] },
            "rules[0] grants create on workflows. Leave deploying to the pipeline identity.",
        ],
        "Helm releases of Flux": [
            { apiGroups: ["helm.toolkit.fluxcd.io"], resources: ["helmreleases"], verbs: ["patch"] },
            "rules[0] grants patch on helmreleases. Leave deploying to the pipeline identity.",
        ],
        "services of Knative": [
            { apiGroups: ["serving.knative.dev"], resources: ["services"], verbs: ["update"] },
            "rules[0] grants update on services. Leave deploying to the pipeline identity.",
        ],
        "any resource of an operator": [
            { apiGroups: ["tekton.dev"], resources: ["*"], verbs: ["create"] },
            "rules[0] grants create on *, create on taskruns among it. Name the resources and verbs that are needed.",
        ],
    },
    allowed: {
        "watching workflows": { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["get", "list", "watch"] },
        "Services of the core group": { apiGroups: [""], resources: ["services"], verbs: ["update"] },
    },
});
