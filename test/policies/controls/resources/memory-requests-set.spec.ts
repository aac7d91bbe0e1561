import { memoryRequestsSet } from "../../../../policies/controls/resources/memory-requests-set";
import { describeControl } from "../../../support/control-suite";

describeControl(memoryRequestsSet, {
    good: { container: { resources: { requests: { memory: "64Mi" } } } },
    roles: ["init", "sidecar"],
    refused: {
        "a container that states nothing": {
            container: {},
            message: 'spec.containers[0].resources.requests.memory is not set (container "web"). Set it.',
        },
        "zero, which states nothing": {
            container: { resources: { requests: { memory: 0 } } },
            message: 'spec.containers[0].resources.requests.memory is 0 (container "web"). Set it.',
        },
        "null beside a limit, which the API server reads as zero": {
            container: { resources: { requests: { memory: null }, limits: { memory: "64Mi" } } },
            message: 'spec.containers[0].resources.requests.memory is 0 (container "web"). Set it.',
        },
    },
    allowed: {
        "a limit, which the API server takes for the request": {
            container: { resources: { limits: { memory: "64Mi" } } },
        },
        "a container that states it": {},
        "a pod that states it for all of its containers": {
            container: {},
            pod: { resources: { requests: { memory: "64Mi" } } },
        },
        "a pod's own limit, which the API server takes for its request": {
            container: {},
            pod: { resources: { limits: { memory: "64Mi" } } },
        },
        "an ephemeral container, which can't state it": {
            pod: { ephemeralContainers: [{ name: "debug", image: "busybox:1.36" }] },
        },
    },
});
