import { noNodeChanges } from "../../../../policies/controls/rbac/no-node-changes";
import { describeGrants } from "../../../support/rbac";

describeGrants(noNodeChanges, {
    clusterScoped: true,
    refused: {
        "patching nodes": [
            { apiGroups: [""], resources: ["nodes"], verbs: ["patch"] },
            "rules[0] grants patch on nodes. Leave nodes to the kubelet and the controllers.",
        ],
        "a node's status": [
            { apiGroups: [""], resources: ["nodes/status"], verbs: ["update"] },
            "rules[0] grants update on nodes/status. Leave nodes to the kubelet and the controllers.",
        ],
    },
    allowed: {
        "reading nodes": { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
        "nodes of the metrics API": { apiGroups: ["metrics.k8s.io"], resources: ["nodes"], verbs: ["get"] },
    },
});
