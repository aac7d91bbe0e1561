import { netRawDropped } from "../../../../policies/controls/pod/net-raw-dropped";
import { describeControl } from "../../../support/control-suite";

describeControl(netRawDropped, {
    good: { container: { securityContext: { capabilities: { drop: ["NET_RAW"] } } } },
    refused: {
        "a container that drops nothing": {
            container: {},
            message:
                'spec.containers[0].securityContext.capabilities.drop names neither ALL nor NET_RAW (container "web"). Drop ALL.',
        },
        "a container that drops others": {
            container: { securityContext: { capabilities: { drop: ["CHOWN"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.drop names neither ALL nor NET_RAW (container "web"). Drop ALL.',
        },
        "one that is added back": {
            container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_RAW"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.add is ["NET_RAW"], which grants NET_RAW (container "web"). Remove it.',
        },
        "one that is added in lower case": {
            container: { securityContext: { capabilities: { drop: ["ALL"], add: ["net_raw"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.add is ["net_raw"], which grants NET_RAW (container "web"). Remove it.',
        },
    },
    allowed: {
        "all dropped in lower case, as runtimes take it": {
            container: { securityContext: { capabilities: { drop: ["all"] } } },
        },
        "NET_RAW dropped": {},
        "all dropped": { container: { securityContext: { capabilities: { drop: ["ALL"] } } } },
        "a Windows pod": { container: {}, pod: { os: { name: "windows" } } },
    },
});
