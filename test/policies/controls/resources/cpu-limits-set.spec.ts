import { cpuLimitsSet } from "../../../../policies/controls/resources/cpu-limits-set";
import { describeControl } from "../../../support/control-suite";

describeControl(cpuLimitsSet, {
    good: { container: { resources: { limits: { cpu: "1" } } } },
    roles: ["init", "sidecar"],
    refused: {
        "a container that states nothing": {
            container: {},
            message: 'spec.containers[0].resources.limits.cpu is not set (container "web"). Set it.',
        },
        "a container that states the other half": {
            container: { resources: { requests: { cpu: "1" } } },
            message: 'spec.containers[0].resources.limits.cpu is not set (container "web"). Set it.',
        },
        "zero, which states nothing": {
            container: { resources: { limits: { cpu: 0 } } },
            message: 'spec.containers[0].resources.limits.cpu is 0 (container "web"). Set it.',
        },
    },
    allowed: {
        "a container that states it": {},
        "a pod that states it for all of its containers": {
            container: {},
            pod: { resources: { limits: { cpu: "1" } } },
        },
        "an ephemeral container, which can't state it": {
            pod: { ephemeralContainers: [{ name: "debug", image: "busybox:1.36" }] },
        },
    },
});
