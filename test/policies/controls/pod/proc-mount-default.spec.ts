import { procMountDefault } from "../../../../policies/controls/pod/proc-mount-default";
import { describeControl } from "../../../support/control-suite";

describeControl(procMountDefault, {
    refused: {
        "an unmasked /proc": {
            container: { securityContext: { procMount: "Unmasked" } },
            message: 'spec.containers[0].securityContext.procMount is "Unmasked" (container "web"). Remove it.',
        },
        "an unmasked /proc in a user namespace": {
            container: { securityContext: { procMount: "Unmasked" } },
            pod: { hostUsers: false },
            message: 'spec.containers[0].securityContext.procMount is "Unmasked" (container "web"). Remove it.',
        },
    },
    allowed: {
        "the default mask by name": { container: { securityContext: { procMount: "Default" } } },
        "a container that doesn't say": {},
    },
});
