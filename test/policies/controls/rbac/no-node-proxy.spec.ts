import { noNodeProxy } from "../../../../policies/controls/rbac/no-node-proxy";
import { describeGrants } from "../../../support/rbac";

describeGrants(noNodeProxy, {
    clusterScoped: true,
    refused: {
        "get on nodes/proxy": [
            { apiGroups: [""], resources: ["nodes", "nodes/proxy"], verbs: ["get"] },
            "rules[0] grants get on nodes/proxy. Remove it; nodes/metrics and nodes/stats are enough for metrics.",
        ],
        "every subresource of nodes": [
            { apiGroups: [""], resources: ["nodes/*"], verbs: ["create"] },
            "rules[0] grants create on nodes/*. Remove it; nodes/metrics and nodes/stats are enough for metrics.",
        ],
    },
    allowed: {
        "reading node metrics": {
            apiGroups: [""],
            resources: ["nodes", "nodes/metrics", "nodes/stats"],
            verbs: ["get"],
        },
    },
});
