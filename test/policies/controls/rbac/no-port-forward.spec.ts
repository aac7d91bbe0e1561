import { noPortForward } from "../../../../policies/controls/rbac/no-port-forward";
import { describeGrants } from "../../../support/rbac";

describeGrants(noPortForward, {
    refused: {
        "create on pods/portforward": [
            { apiGroups: [""], resources: ["pods/portforward"], verbs: ["create"] },
            "rules[0] grants create on pods/portforward. Remove it.",
        ],
        "every core resource": [
            { apiGroups: ["*"], resources: ["*"], verbs: ["get"] },
            "rules[0] grants get on *, get on pods/portforward among it. Name the resources and verbs that are needed.",
        ],
    },
    allowed: {
        "reading pods": { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    },
});
