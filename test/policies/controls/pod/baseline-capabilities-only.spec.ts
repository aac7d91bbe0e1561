import { baselineCapabilitiesOnly } from "../../../../policies/controls/pod/baseline-capabilities-only";
import { describeControl } from "../../../support/control-suite";

describeControl(baselineCapabilitiesOnly, {
    refused: {
        "NET_RAW and what lies beyond the runtime's defaults": {
            container: { securityContext: { capabilities: { add: ["NET_RAW", "CHOWN", "SYS_ADMIN"] } } },
            message: [
                'spec.containers[0].securityContext.capabilities.add[0] is "NET_RAW", beyond the baseline set (container "web"). Remove it.',
                'spec.containers[0].securityContext.capabilities.add[2] is "SYS_ADMIN", beyond the baseline set (container "web"). Remove it.',
            ],
        },
        "a name in lower case, which the API does not know": {
            container: { securityContext: { capabilities: { add: ["chown"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.add[0] is "chown", beyond the baseline set (container "web"). Remove it.',
        },
    },
    allowed: {
        "what the runtime grants by default": {
            container: { securityContext: { capabilities: { add: ["CHOWN", "NET_BIND_SERVICE", "SYS_CHROOT"] } } },
        },
        "an empty list": { container: { securityContext: { capabilities: { add: [] } } } },
        "a container without capabilities": {},
    },
});
