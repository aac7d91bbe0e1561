import { noPrivilegedContainers } from "../../../../policies/controls/pod/no-privileged-containers";
import { describeControl } from "../../../support/control-suite";

describeControl(noPrivilegedContainers, {
    refused: {
        "a privileged container": {
            container: { securityContext: { privileged: true } },
            message: 'spec.containers[0].securityContext.privileged is true (container "web"). Remove it.',
        },
    },
    allowed: {
        "a container that says privileged: false": { container: { securityContext: { privileged: false } } },
        "a container without a security context": {},
    },
});
