import { noEphemeralContainers } from "../../../../policies/controls/pod/no-ephemeral-containers";
import { describeControl } from "../../../support/control-suite";

describeControl(noEphemeralContainers, {
    refused: {
        "an ephemeral container": {
            pod: { ephemeralContainers: [{ name: "debug", image: "busybox:1.36" }] },
            message: 'spec.ephemeralContainers holds "debug". Remove it.',
        },
    },
    allowed: { "an empty list": { pod: { ephemeralContainers: [] } }, "a pod without": {} },
});
