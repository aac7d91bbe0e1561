import { noPodStatusWrites } from "../../../../policies/controls/rbac/no-pod-status-writes";
import { describeGrants } from "../../../support/rbac";

describeGrants(noPodStatusWrites, {
    refused: {
        "writing the status of pods": [
            { apiGroups: [""], resources: ["pods/status"], verbs: ["patch"] },
            "rules[0] grants patch on pods/status. Leave it to the kubelet and the autoscaler.",
        ],
        "resizing pods": [
            { apiGroups: [""], resources: ["pods", "pods/resize"], verbs: ["get", "update"] },
            "rules[0] grants update on pods/resize. Leave it to the kubelet and the autoscaler.",
        ],
    },
    allowed: {
        "reading pods": { apiGroups: [""], resources: ["pods", "pods/status"], verbs: ["get"] },
        "the status of Deployments": { apiGroups: ["apps"], resources: ["deployments/status"], verbs: ["patch"] },
    },
});
