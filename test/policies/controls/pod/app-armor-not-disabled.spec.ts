import { appArmorNotDisabled } from "../../../../policies/controls/pod/app-armor-not-disabled";
import { describeControl } from "../../../support/control-suite";

describeControl(appArmorNotDisabled, {
    refused: {
        "an unconfined container": {
            container: { securityContext: { appArmorProfile: { type: "Unconfined" } } },
            message:
                'spec.containers[0].securityContext.appArmorProfile.type is "Unconfined" (container "web"). Use RuntimeDefault or Localhost.',
        },
        "an unconfined pod, even where its container is confined": {
            pod: { securityContext: { appArmorProfile: { type: "Unconfined" } } },
            container: { securityContext: { appArmorProfile: { type: "RuntimeDefault" } } },
            message: 'spec.securityContext.appArmorProfile.type is "Unconfined". Use RuntimeDefault or Localhost.',
        },
        "a profile without a type": {
            container: { securityContext: { appArmorProfile: {} } },
            message:
                'spec.containers[0].securityContext.appArmorProfile.type is "" (container "web"). Use RuntimeDefault or Localhost.',
        },
        "the annotation form": {
            metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/web": "unconfined" } },
            message:
                'metadata.annotations["container.apparmor.security.beta.kubernetes.io/web"] is "unconfined". Use runtime/default or localhost/<profile>, or the field securityContext.appArmorProfile.',
        },
    },
    allowed: {
        "a local profile": { container: { securityContext: { appArmorProfile: { type: "Localhost" } } } },
        "the runtime's profile by annotation": {
            metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/web": "runtime/default" } },
        },
        "a local profile by annotation": {
            metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/web": "localhost/strict" } },
        },
        "a pod that doesn't say, which gets the runtime's profile": {},
    },
});
