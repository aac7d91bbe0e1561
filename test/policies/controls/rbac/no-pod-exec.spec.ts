import { noPodExec } from "../../../../policies/controls/rbac/no-pod-exec";
import { describeGrants } from "../../../support/rbac";

describeGrants(noPodExec, {
    refused: {
        "create on pods/exec": [
            { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] },
            "rules[0] grants create on pods/exec. Remove it; use break-glass access for a limited time instead.",
        ],
        "get on pods/attach, which is enough over a WebSocket": [
            { apiGroups: [""], resources: ["pods/attach"], verbs: ["get"] },
            "rules[0] grants get on pods/attach. Remove it; use break-glass access for a limited time instead.",
        ],
        "verbs that pods/exec does not know, by which the shell was meant": [
            { apiGroups: [""], resources: ["pods/exec"], verbs: ["update", "delete", "watch"] },
            "rules[0] grants update, delete on pods/exec. Remove it; use break-glass access for a limited time instead.",
        ],
        "every subresource of pods": [
            { apiGroups: [""], resources: ["pods/*"], verbs: ["create"] },
            "rules[0] grants create on pods/*. Remove it; use break-glass access for a limited time instead.",
        ],
        "adding debug containers": [
            { apiGroups: [""], resources: ["pods/ephemeralcontainers"], verbs: ["patch"] },
            "rules[0] grants patch on pods/ephemeralcontainers. Remove it; use break-glass access for a limited time instead.",
        ],
    },
    allowed: {
        "reading pods and their logs": { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] },
        "listing pods/exec, which gives nothing": { apiGroups: [""], resources: ["pods/exec"], verbs: ["list"] },
    },
});
