import { highGroupId } from "../../../../policies/controls/pod/high-group-id";
import { describeControl } from "../../../support/control-suite";

describeControl(highGroupId, {
    good: { container: { securityContext: { runAsGroup: 10000 } } },
    refused: {
        "a container that leaves it to the image": {
            container: {},
            message:
                'spec.containers[0].securityContext.runAsGroup is not set (container "web"). Set it to 10000 or above.',
        },
        "a low ID of its own, in a pod with a high one": {
            container: { securityContext: { runAsGroup: 1000 } },
            pod: { securityContext: { runAsGroup: 20000 } },
            message:
                'spec.containers[0].securityContext.runAsGroup is 1000 (container "web"). Set it to 10000 or above.',
        },
        "a low ID that it inherits from its pod": {
            container: {},
            pod: { securityContext: { runAsGroup: 9999 } },
            message: 'spec.securityContext.runAsGroup is 9999 (container "web"). Set it to 10000 or above.',
        },
        "an ID below another minimum": {
            params: { minimum: 20000 },
            message:
                'spec.containers[0].securityContext.runAsGroup is 10000 (container "web"). Set it to 20000 or above.',
        },
    },
    allowed: {
        "a high ID": {},
        "a high ID that it inherits from its pod": { container: {}, pod: { securityContext: { runAsGroup: 10000 } } },
        "a low ID in a user namespace": { container: {}, pod: { hostUsers: false } },
        "a Windows pod": { container: {}, pod: { os: { name: "windows" } } },
    },
});
