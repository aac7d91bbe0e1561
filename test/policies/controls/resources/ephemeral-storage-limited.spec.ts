import { ephemeralStorageLimited } from "../../../../policies/controls/resources/ephemeral-storage-limited";
import { describeControl } from "../../../support/control-suite";

describeControl(ephemeralStorageLimited, {
    good: { container: { resources: { limits: { "ephemeral-storage": "1Gi" } } } },
    roles: ["init", "sidecar"],
    refused: {
        "a container that states none": {
            container: {},
            message: 'spec.containers[0].resources.limits.ephemeral-storage is not set (container "web"). Set it.',
        },
        "more than is allowed": {
            params: { maximum: "500Mi" },
            message:
                'spec.containers[0].resources.limits.ephemeral-storage is 1Gi (container "web"); at most 500Mi is allowed. Lower it.',
        },
    },
    allowed: { "a limit": {}, "a limit at the ceiling": { params: { maximum: "1024Mi" } } },
});
