import { noSecurityContextUse } from "../../../../policies/controls/rbac/no-security-context-use";
import { describeGrants } from "../../../support/rbac";

describeGrants(noSecurityContextUse, {
    refused: {
        "any constraint": [
            { apiGroups: ["security.openshift.io"], resources: ["securitycontextconstraints"], verbs: ["use"] },
            "rules[0] grants use on securitycontextconstraints. Use restricted-v2, nonroot-v2 or a constraint of your own that names what is needed.",
        ],
        "the privileged constraint": [
            {
                apiGroups: ["security.openshift.io"],
                resources: ["securitycontextconstraints"],
                verbs: ["use"],
                resourceNames: ["privileged"],
            },
            "rules[0] grants use on securitycontextconstraints. Use restricted-v2, nonroot-v2 or a constraint of your own that names what is needed.",
        ],
        "changing constraints": [
            { apiGroups: ["security.openshift.io"], resources: ["securitycontextconstraints"], verbs: ["patch"] },
            "rules[0] grants patch on securitycontextconstraints. Use restricted-v2, nonroot-v2 or a constraint of your own that names what is needed.",
        ],
    },
    allowed: {
        "the restricted one": {
            apiGroups: ["security.openshift.io"],
            resources: ["securitycontextconstraints"],
            verbs: ["use"],
            resourceNames: ["restricted-v2"],
        },
        "reading constraints": {
            apiGroups: ["security.openshift.io"],
            resources: ["securitycontextconstraints"],
            verbs: ["get"],
        },
    },
});
