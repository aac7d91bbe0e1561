import { quotasBoundCompute } from "../../../../policies/controls/namespaces/quotas-bound-compute";
import { describeControl } from "../../../support/control-suite";

const quota = (hard: object, more: object = {}) => ({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "quota", namespace: "shop" },
    spec: { hard, ...more },
});
const limits = { "limits.cpu": "8", "limits.memory": "16Gi" };

describeControl(quotasBoundCompute, {
    refused: {
        "a quota that counts pods only": {
            object: quota({ pods: "10" }),
            message: "spec.hard does not bound requests.cpu, requests.memory, limits.cpu, limits.memory. Set them.",
        },
        "a quota without limits": {
            object: quota({ "requests.cpu": "4", "requests.memory": "8Gi" }),
            message: "spec.hard does not bound limits.cpu, limits.memory. Set them.",
        },
    },
    allowed: {
        "a quota for all four": { object: quota({ "requests.cpu": "4", "requests.memory": "8Gi", ...limits }) },
        "quotas for some of the pods": {
            stack: [
                quota({ pods: "10" }, { scopes: ["BestEffort"] }),
                quota(
                    { pods: "10" },
                    {
                        scopeSelector: {
                            matchExpressions: [
                                { scopeName: "PriorityClass", operator: "In", values: ["system-node-critical"] },
                            ],
                        },
                    },
                ),
            ],
        },
        "a quota with the short names of requests": { object: quota({ cpu: "4", memory: "8Gi", ...limits }) },
    },
});
