import { requestsAndLimitsSet } from "../../../../policies/controls/resources/requests-and-limits-set";
import { describeControl } from "../../../support/control-suite";

describeControl(requestsAndLimitsSet, {
    good: {
        container: { resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "1", memory: "64Mi" } } },
    },
    roles: ["init", "sidecar"],
    refused: {
        "a container that states nothing": {
            container: {},
            message: ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"].map(
                (field) => `spec.containers[0].resources.${field} is not set (container "web"). Set it.`,
            ),
        },
        "more than is allowed": {
            params: { maxRequests: ["cpu=0.05"], maxLimits: ["memory=32Mi", "cpu=2"] },
            message: [
                'spec.containers[0].resources.requests.cpu is 100m (container "web"); at most 0.05 is allowed. Lower it.',
                'spec.containers[0].resources.limits.memory is 64Mi (container "web"); at most 32Mi is allowed. Lower it.',
            ],
        },
    },
    allowed: {
        "a container that states all four": {},
        "what the configuration doesn't demand": { container: {}, params: { requests: [], limits: [] } },
        "as much as is allowed": { params: { maxRequests: ["cpu=100m"], maxLimits: ["memory=0.0625Gi"] } },
    },
});
