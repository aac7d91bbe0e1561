import { seccompProfileRequired } from "../../../../policies/controls/pod/seccomp-profile-required";
import { describeControl } from "../../../support/control-suite";

describeControl(seccompProfileRequired, {
    good: { container: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } } },
    refused: {
        "a container that doesn't say": {
            container: {},
            message:
                'spec.containers[0].securityContext.seccompProfile.type is not set, and the pod doesn\'t set it either (container "web"). Set one of them to RuntimeDefault.',
        },
        "an unconfined container in a confined pod": {
            container: { securityContext: { seccompProfile: { type: "Unconfined" } } },
            pod: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
            message:
                'spec.containers[0].securityContext.seccompProfile.type is "Unconfined" (container "web"). Use RuntimeDefault or Localhost.',
        },
        "an unconfined pod, even where its container is confined": {
            pod: { securityContext: { seccompProfile: { type: "Unconfined" } } },
            message: 'spec.securityContext.seccompProfile.type is "Unconfined". Use RuntimeDefault or Localhost.',
        },
        "the deprecated annotation in its place": {
            container: {},
            metadata: { annotations: { "seccomp.security.alpha.kubernetes.io/pod": "runtime/default" } },
            message:
                'spec.containers[0].securityContext.seccompProfile.type is not set, and the pod doesn\'t set it either (container "web"). Set one of them to RuntimeDefault.',
        },
    },
    allowed: {
        "a container with a profile": {},
        "a container that inherits its pod's": {
            container: {},
            pod: { securityContext: { seccompProfile: { type: "Localhost" } } },
        },
        "a Windows pod": { container: {}, pod: { os: { name: "windows" } } },
        "a container that doesn't say, before v1.19": { container: {}, params: { pssVersion: "v1.18" } },
    },
});
