import { noWindowsHostProcess } from "../../../../policies/controls/pod/no-windows-host-process";
import { describeControl } from "../../../support/control-suite";

describeControl(noWindowsHostProcess, {
    refused: {
        "a HostProcess container": {
            container: { securityContext: { windowsOptions: { hostProcess: true } } },
            message:
                'spec.containers[0].securityContext.windowsOptions.hostProcess is true (container "web"). Remove it.',
        },
        "a HostProcess pod": {
            pod: { securityContext: { windowsOptions: { hostProcess: true } } },
            message: "spec.securityContext.windowsOptions.hostProcess is true. Remove it.",
        },
    },
    allowed: {
        "hostProcess: false": { container: { securityContext: { windowsOptions: { hostProcess: false } } } },
        "a pod that doesn't say": {},
    },
});
