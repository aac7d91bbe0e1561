import { noDangerousCapabilities } from "../../../../policies/controls/pod/no-dangerous-capabilities";
import { describeControl } from "../../../support/control-suite";

describeControl(noDangerousCapabilities, {
    refused: {
        "SYS_ADMIN, and others in the forms that runtimes take": {
            container: { securityContext: { capabilities: { add: ["CHOWN", "SYS_ADMIN", "CAP_NET_RAW", "all"] } } },
            message: [
                'spec.containers[0].securityContext.capabilities.add[1] is "SYS_ADMIN" (container "web"). Remove it.',
                'spec.containers[0].securityContext.capabilities.add[2] is "CAP_NET_RAW" (container "web"). Remove it.',
                'spec.containers[0].securityContext.capabilities.add[3] is "all" (container "web"). Remove it.',
            ],
        },
        "one that the configuration names": {
            container: { securityContext: { capabilities: { add: ["CHOWN"] } } },
            params: { capabilities: ["CHOWN"] },
            message: 'spec.containers[0].securityContext.capabilities.add[0] is "CHOWN" (container "web"). Remove it.',
        },
    },
    allowed: {
        "what does no harm": { container: { securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } } } },
        "a dangerous one dropped": { container: { securityContext: { capabilities: { drop: ["SYS_ADMIN"] } } } },
        "a container without capabilities": {},
    },
});
