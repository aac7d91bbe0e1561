import { noAddedCapabilities } from "../../../../policies/controls/pod/no-added-capabilities";
import { describeControl } from "../../../support/control-suite";

describeControl(noAddedCapabilities, {
    refused: {
        "any capability": {
            container: { securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.add is ["NET_BIND_SERVICE"] (container "web"). Remove it.',
        },
    },
    allowed: {
        "an empty list": { container: { securityContext: { capabilities: { add: [], drop: ["ALL"] } } } },
        "a container without capabilities": {},
    },
});
