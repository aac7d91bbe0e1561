import { noNodeInternalsRead } from "../../../../policies/controls/rbac/no-node-internals-read";
import { describeGrants } from "../../../support/rbac";

describeGrants(noNodeInternalsRead, {
    clusterScoped: true,
    refused: {
        "the logs of nodes": [
            { apiGroups: [""], resources: ["nodes/log"], verbs: ["get"] },
            "rules[0] grants get on nodes/log. Remove it; nodes/metrics and nodes/stats are enough for metrics.",
        ],
        "checkpoints of containers": [
            { apiGroups: [""], resources: ["nodes/checkpoint", "nodes/pods"], verbs: ["create"] },
            "rules[0] grants create on nodes/checkpoint, nodes/pods. Remove it; nodes/metrics and nodes/stats are enough for metrics.",
        ],
    },
    allowed: {
        metrics: {
            apiGroups: [""],
            resources: ["nodes", "nodes/metrics", "nodes/stats", "nodes/healthz"],
            verbs: ["get"],
        },
        "logs of pods": { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    },
});
