import { cpuRequestsSet } from "../../../../policies/controls/resources/cpu-requests-set";
import { describeControl } from "../../../support/control-suite";

describeControl(cpuRequestsSet, {
    good: { container: { resources: { requests: { cpu: "100m" } } } },
    roles: ["init", "sidecar"],
    refused: {
        "a container that states nothing": {
            container: {},
            message: 'spec.containers[0].resources.requests.cpu is not set (container "web"). Set it.',
        },
        "zero, which states nothing": {
            container: { resources: { requests: { cpu: 0 } } },
            message: 'spec.containers[0].resources.requests.cpu is 0 (container "web"). Set it.',
        },
        "null beside a limit, which the API server reads as zero": {
            container: { resources: { requests: { cpu: null }, limits: { cpu: "100m" } } },
            message: 'spec.containers[0].resources.requests.cpu is 0 (container "web"). Set it.',
        },
    },
    allowed: {
        "a limit, which the API server takes for the request": {
            container: { resources: { limits: { cpu: "100m" } } },
        },
        "a container that states it": {},
        "a pod that states it for all of its containers": {
            container: {},
            pod: { resources: { requests: { cpu: "100m" } } },
        },
        "a pod's own limit, which the API server takes for its request": {
            container: {},
            pod: { resources: { limits: { cpu: "100m" } } },
        },
        "an ephemeral container, which can't state it": {
            pod: { ephemeralContainers: [{ name: "debug", image: "busybox:1.36" }] },
        },
    },
});
