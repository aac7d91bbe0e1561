import { noLoadBalancerStatusWrites } from "../../../../policies/controls/rbac/no-load-balancer-status-writes";
import { describeGrants } from "../../../support/rbac";

describeGrants(noLoadBalancerStatusWrites, {
    refused: {
        "patch on services/status": [
            { apiGroups: [""], resources: ["services/status"], verbs: ["patch"] },
            "rules[0] grants patch on services/status. Leave services/status to the cloud controller manager.",
        ],
        "the status of every resource": [
            { apiGroups: [""], resources: ["*/status"], verbs: ["update"] },
            "rules[0] grants update on */status. Leave services/status to the cloud controller manager.",
        ],
    },
    allowed: {
        "reading it": { apiGroups: [""], resources: ["services", "services/status"], verbs: ["get"] },
        "writing Services themselves": { apiGroups: [""], resources: ["services"], verbs: ["update"] },
    },
});
