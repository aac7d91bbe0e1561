import { highUserId } from "../../../../policies/controls/pod/high-user-id";
import { describeControl } from "../../../support/control-suite";

describeControl(highUserId, {
    good: { container: { securityContext: { runAsUser: 10000 } } },
    refused: {
        "a container that leaves it to the image": {
            container: {},
            message:
                'spec.containers[0].securityContext.runAsUser is not set (container "web"). Set it to 10000 or above.',
        },
        "a low ID of its own, in a pod with a high one": {
            container: { securityContext: { runAsUser: 1000 } },
            pod: { securityContext: { runAsUser: 20000 } },
            message:
                'spec.containers[0].securityContext.runAsUser is 1000 (container "web"). Set it to 10000 or above.',
        },
        "a low ID that it inherits from its pod": {
            container: {},
            pod: { securityContext: { runAsUser: 9999 } },
            message: 'spec.securityContext.runAsUser is 9999 (container "web"). Set it to 10000 or above.',
        },
        "an ID below another minimum": {
            params: { minimum: 20000 },
            message:
                'spec.containers[0].securityContext.runAsUser is 10000 (container "web"). Set it to 20000 or above.',
        },
    },
    allowed: {
        "a high ID": {},
        "a high ID that it inherits from its pod": { container: {}, pod: { securityContext: { runAsUser: 10000 } } },
        "a low ID in a user namespace": { container: {}, pod: { hostUsers: false } },
        "a Windows pod": { container: {}, pod: { os: { name: "windows" } } },
    },
});
