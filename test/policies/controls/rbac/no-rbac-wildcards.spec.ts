import { noRbacWildcards } from "../../../../policies/controls/rbac/no-rbac-wildcards";
import { describeControl } from "../../../support/control-suite";
import { clusterRole, role } from "../../../support/rbac";

const core = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };

describeControl(noRbacWildcards, {
    refused: {
        "a wildcard for verbs": {
            object: clusterRole([core, { ...core, verbs: ["get", "*"] }]),
            message: `rules[1].verbs[1] is "*". List what is needed instead.`,
        },
        "a wildcard for resources": {
            object: role([{ ...core, resources: ["*"] }]),
            message: `rules[0].resources[0] is "*". List what is needed instead.`,
        },
        "a wildcard for resources and subresources": {
            object: role([{ ...core, resources: ["*/*"] }]),
            message: `rules[0].resources[0] is "*/*". List what is needed instead.`,
        },
        "a wildcard for API groups": {
            object: role([{ ...core, apiGroups: ["*"] }]),
            message: `rules[0].apiGroups[0] is "*". List what is needed instead.`,
        },
        "a wildcard for URLs": {
            object: clusterRole([{ nonResourceURLs: ["*"], verbs: ["get"] }]),
            message: `rules[0].nonResourceURLs[0] is "*". List what is needed instead.`,
            slugs: [],
        },
        "a rule for everything, once": {
            object: clusterRole([{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]),
            message: "rules[0] grants every verb on every resource. List what is needed instead.",
        },
        "everything of the core group, each wildcard by itself": {
            object: clusterRole([{ apiGroups: [""], resources: ["*"], verbs: ["*"] }]),
            message: [
                `rules[0].verbs[0] is "*". List what is needed instead.`,
                `rules[0].resources[0] is "*". List what is needed instead.`,
            ],
        },
    },
    allowed: {
        "a rule that lists everything": { object: clusterRole([core]) },
        "one subresource of every resource": { object: clusterRole([{ ...core, resources: ["*/scale"] }]) },
        "URLs below a path": { object: clusterRole([{ nonResourceURLs: ["/healthz/*"], verbs: ["get"] }]) },
        "a role without rules": { stack: [clusterRole([]), clusterRole(null)] },
    },
});
