import { memoryLimitsSet } from "../../../../policies/controls/resources/memory-limits-set";
import { describeControl } from "../../../support/control-suite";

describeControl(memoryLimitsSet, {
    good: { container: { resources: { limits: { memory: "64Mi" } } } },
    roles: ["init", "sidecar"],
    refused: {
        "a container that states nothing": {
            container: {},
            message: 'spec.containers[0].resources.limits.memory is not set (container "web"). Set it.',
        },
        "a container that states the other half": {
            container: { resources: { requests: { memory: "64Mi" } } },
            message: 'spec.containers[0].resources.limits.memory is not set (container "web"). Set it.',
        },
        "zero, which states nothing": {
            container: { resources: { limits: { memory: 0 } } },
            message: 'spec.containers[0].resources.limits.memory is 0 (container "web"). Set it.',
        },
    },
    allowed: {
        "a container that states it": {},
        "a pod that states it for all of its containers": {
            container: {},
            pod: { resources: { limits: { memory: "64Mi" } } },
        },
        "an ephemeral container, which can't state it": {
            pod: { ephemeralContainers: [{ name: "debug", image: "busybox:1.36" }] },
        },
    },
});
