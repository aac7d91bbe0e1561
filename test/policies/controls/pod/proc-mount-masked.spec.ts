import { procMountMasked } from "../../../../policies/controls/pod/proc-mount-masked";
import { describeControl } from "../../../support/control-suite";

describeControl(procMountMasked, {
    refused: {
        "an unmasked /proc": {
            container: { securityContext: { procMount: "Unmasked" } },
            message: 'spec.containers[0].securityContext.procMount is "Unmasked" (container "web"). Remove it.',
        },
        "an unmasked /proc in a user namespace before v1.35": {
            container: { securityContext: { procMount: "Unmasked" } },
            pod: { hostUsers: false },
            params: { pssVersion: "v1.34" },
            message: 'spec.containers[0].securityContext.procMount is "Unmasked" (container "web"). Remove it.',
        },
    },
    allowed: {
        "the default mask by name": { container: { securityContext: { procMount: "Default" } } },
        "an unmasked /proc in a user namespace": {
            container: { securityContext: { procMount: "Unmasked" } },
            pod: { hostUsers: false },
        },
        "a container that doesn't say": {},
    },
});
