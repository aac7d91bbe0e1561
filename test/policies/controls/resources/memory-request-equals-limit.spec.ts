import { memoryRequestEqualsLimit } from "../../../../policies/controls/resources/memory-request-equals-limit";
import { describeControl } from "../../../support/control-suite";

describeControl(memoryRequestEqualsLimit, {
    good: { container: { resources: { requests: { memory: "64Mi" }, limits: { memory: "64Mi" } } } },
    roles: ["init", "sidecar"],
    refused: {
        "a limit above the request": {
            container: { resources: { requests: { memory: "64Mi" }, limits: { memory: "128Mi" } } },
            message:
                'spec.containers[0].resources.limits.memory is 128Mi, the request 64Mi (container "web"). Set it to at most 1 times the request.',
        },
        "a container that states nothing": {
            container: {},
            message:
                'spec.containers[0].resources.limits.memory is not set (container "web"). Set it to at most 1 times the request.',
        },
        "disk space beyond the request": {
            container: {
                resources: { requests: { "ephemeral-storage": "1Gi" }, limits: { "ephemeral-storage": "2Gi" } },
            },
            message:
                'spec.containers[0].resources.limits.ephemeral-storage is 2Gi, the request 1Gi (container "web"). Set it to at most 1 times the request.',
        },
        "a request without a limit": {
            container: { resources: { requests: { memory: "64Mi" } } },
            message:
                'spec.containers[0].resources.limits.memory is not set (container "web"). Set it to at most 1 times the request.',
        },
        "CPU beyond the allowed ratio": {
            container: {
                resources: { requests: { memory: "1Gi", cpu: "100m" }, limits: { memory: "2Gi", cpu: "4" } },
            },
            params: { memoryRatio: 2, cpuRatio: 10 },
            message:
                'spec.containers[0].resources.limits.cpu is 4, the request 100m (container "web"). Set it to at most 10 times the request.',
        },
    },
    allowed: {
        "equal amounts": {},
        "equal amounts of disk space alone": {
            container: {
                resources: { requests: { "ephemeral-storage": "1Gi" }, limits: { "ephemeral-storage": "1Gi" } },
            },
        },
        "a CPU request alone, which promises no memory": { container: { resources: { requests: { cpu: "100m" } } } },
        "equal amounts in other units": {
            container: { resources: { requests: { memory: "1024Mi" }, limits: { memory: "1Gi" } } },
        },
        "a limit alone, which the API copies into the request": {
            container: { resources: { limits: { memory: "64Mi" } } },
        },
    },
});
