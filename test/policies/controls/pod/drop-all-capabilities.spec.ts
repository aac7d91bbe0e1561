import { dropAllCapabilities } from "../../../../policies/controls/pod/drop-all-capabilities";
import { describeControl } from "../../../support/control-suite";

describeControl(dropAllCapabilities, {
    good: { container: { securityContext: { capabilities: { drop: ["ALL"] } } } },
    refused: {
        "a container that drops nothing": {
            container: {},
            message:
                'spec.containers[0].securityContext.capabilities.drop is not set (container "web"). Set it to ["ALL"].',
        },
        "all in lower case, which the runtime need not know": {
            container: { securityContext: { capabilities: { drop: ["all"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.drop is ["all"] (container "web"). Set it to ["ALL"].',
            // The runtimes drop NET_RAW for it.
            slugs: ["pod.capabilities-drop-all"],
        },
        "some dropped by name": {
            container: { securityContext: { capabilities: { drop: ["NET_RAW", "CHOWN"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.drop is ["NET_RAW","CHOWN"] (container "web"). Set it to ["ALL"].',
        },
        "one added back": {
            container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE", "CHOWN"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.add[1] is "CHOWN" (container "web"). Remove it; only NET_BIND_SERVICE may be added.',
        },
        "NET_RAW kept beside all that is dropped": {
            container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_RAW"] } } },
            message:
                'spec.containers[0].securityContext.capabilities.add[0] is "NET_RAW" (container "web"). Remove it; only NET_BIND_SERVICE may be added.',
            slugs: ["pod.capabilities-drop-all", "pod.capabilities-add-baseline", "pod.drop-net-raw"],
        },
        "one beyond the baseline before v1.22, when that was all the rule": {
            container: { securityContext: { capabilities: { add: ["CHOWN", "SYS_ADMIN"] } } },
            params: { pssVersion: "v1.21" },
            message:
                'spec.containers[0].securityContext.capabilities.add[1] is "SYS_ADMIN" (container "web"). Remove it.',
        },
    },
    allowed: {
        "a container that drops all": {},
        "a container that adds NET_BIND_SERVICE back": {
            container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } } },
        },
        "a Windows pod": { container: {}, pod: { os: { name: "windows" } } },
        "nothing dropped before v1.22": { container: {}, params: { pssVersion: "v1.21" } },
    },
});
