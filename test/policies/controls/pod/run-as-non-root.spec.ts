import { runAsNonRoot } from "../../../../policies/controls/pod/run-as-non-root";
import { describeControl } from "../../../support/control-suite";

describeControl(runAsNonRoot, {
    good: { container: { securityContext: { runAsNonRoot: true } } },
    refused: {
        "a container that doesn't say": {
            container: {},
            message:
                'spec.containers[0].securityContext.runAsNonRoot is not set, and the pod doesn\'t set it either (container "web"). Set one of them to true.',
        },
        "a container that says false, in a pod that says true": {
            container: { securityContext: { runAsNonRoot: false } },
            pod: { securityContext: { runAsNonRoot: true } },
            message: 'spec.containers[0].securityContext.runAsNonRoot is false (container "web"). Set it to true.',
        },
        "a pod that says false, even where its container says true": {
            pod: { securityContext: { runAsNonRoot: false } },
            message: "spec.securityContext.runAsNonRoot is false. Set it to true.",
        },
        "a user other than root in its place": {
            container: { securityContext: { runAsUser: 1000 } },
            message:
                'spec.containers[0].securityContext.runAsNonRoot is not set, and the pod doesn\'t set it either (container "web"). Set one of them to true.',
        },
        "a user namespace before v1.35": {
            container: {},
            pod: { hostUsers: false },
            params: { pssVersion: "v1.34" },
            message:
                'spec.containers[0].securityContext.runAsNonRoot is not set, and the pod doesn\'t set it either (container "web"). Set one of them to true.',
        },
    },
    allowed: {
        "a container that says true": {},
        "a container that inherits true from its pod": {
            container: {},
            pod: { securityContext: { runAsNonRoot: true } },
        },
        "root in a user namespace": { container: {}, pod: { hostUsers: false } },
    },
});
