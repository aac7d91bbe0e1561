import { seccompNotUnconfined } from "../../../../policies/controls/pod/seccomp-not-unconfined";
import { describeControl } from "../../../support/control-suite";

describeControl(seccompNotUnconfined, {
    refused: {
        "an unconfined container": {
            container: { securityContext: { seccompProfile: { type: "Unconfined" } } },
            message:
                'spec.containers[0].securityContext.seccompProfile.type is "Unconfined" (container "web"). Use RuntimeDefault or Localhost.',
        },
        "an unconfined pod, even where its container is confined": {
            pod: { securityContext: { seccompProfile: { type: "Unconfined" } } },
            container: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
            message: 'spec.securityContext.seccompProfile.type is "Unconfined". Use RuntimeDefault or Localhost.',
        },
        "the pod's annotation before v1.19": {
            metadata: { annotations: { "seccomp.security.alpha.kubernetes.io/pod": "unconfined" } },
            params: { pssVersion: "v1.18" },
            message:
                'metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"] is "unconfined". Use runtime/default or localhost/<profile>.',
        },
        "a container's annotation before v1.19": {
            metadata: { annotations: { "container.seccomp.security.alpha.kubernetes.io/web": "unconfined" } },
            params: { pssVersion: "v1.18" },
            message:
                'metadata.annotations["container.seccomp.security.alpha.kubernetes.io/web"] is "unconfined". Use runtime/default or localhost/<profile>.',
        },
    },
    allowed: {
        "a local profile": { container: { securityContext: { seccompProfile: { type: "Localhost" } } } },
        "good annotations before v1.19": {
            metadata: {
                annotations: {
                    "seccomp.security.alpha.kubernetes.io/pod": "docker/default",
                    "container.seccomp.security.alpha.kubernetes.io/web": "localhost/strict",
                },
            },
            params: { pssVersion: "v1.18" },
        },
        "the annotation, which nothing reads since v1.19": {
            metadata: { annotations: { "seccomp.security.alpha.kubernetes.io/pod": "unconfined" } },
        },
        "a pod that doesn't say": {},
    },
});
