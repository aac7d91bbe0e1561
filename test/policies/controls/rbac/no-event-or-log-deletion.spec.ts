import { noEventOrLogDeletion } from "../../../../policies/controls/rbac/no-event-or-log-deletion";
import { describeGrants } from "../../../support/rbac";

describeGrants(noEventOrLogDeletion, {
    refused: {
        "delete on events": [
            { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "delete"] },
            "rules[0] grants delete on events. Remove delete and deletecollection.",
        ],
        "deletecollection on pods/log": [
            { apiGroups: [""], resources: ["pods/log"], verbs: ["deletecollection"] },
            "rules[0] grants deletecollection on pods/log. Remove delete and deletecollection.",
        ],
    },
    allowed: {
        "recording events": { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    },
});
