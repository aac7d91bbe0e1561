import { securityContextPresent } from "../../../../policies/controls/pod/security-context-present";
import { describeControl } from "../../../support/control-suite";

describeControl(securityContextPresent, {
    good: { container: { securityContext: { privileged: false } } },
    refused: {
        "a container that states none": {
            container: {},
            message: 'spec.containers[0].securityContext is not set (container "web"). State one.',
        },
        "an empty one, even in a pod that has one": {
            container: { securityContext: {} },
            pod: { securityContext: { runAsNonRoot: true } },
            message: 'spec.containers[0].securityContext is empty (container "web"). State one.',
        },
        "one whose fields are all left empty": {
            container: { securityContext: { runAsUser: null, seccompProfile: null } },
            message: 'spec.containers[0].securityContext is empty (container "web"). State one.',
        },
    },
    allowed: { "a container that states one": {} },
});
