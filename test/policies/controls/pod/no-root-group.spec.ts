import { noRootGroup } from "../../../../policies/controls/pod/no-root-group";
import { describeControl } from "../../../support/control-suite";

describeControl(noRootGroup, {
    refused: {
        "a container in the root group": {
            container: { securityContext: { runAsGroup: 0 } },
            message:
                'spec.containers[0].securityContext.runAsGroup is 0 (container "web"); 1 to 2147483647 are allowed. Use another group.',
        },
        "a pod in the root group, in every way": {
            pod: { securityContext: { runAsGroup: 0, fsGroup: 0, supplementalGroups: [1000, 0] } },
            message: [
                "spec.securityContext.runAsGroup is 0; 1 to 2147483647 are allowed. Use another group.",
                "spec.securityContext.fsGroup is 0; 1 to 2147483647 are allowed. Use another group.",
                "spec.securityContext.supplementalGroups[1] is 0; 1 to 2147483647 are allowed. Use another group.",
            ],
        },
        "a group outside the range": {
            pod: { securityContext: { fsGroup: 2000 } },
            params: { minimum: 1, maximum: 1000 },
            message: "spec.securityContext.fsGroup is 2000; 1 to 1000 are allowed. Use another group.",
        },
        "any group, where the range is empty": {
            pod: { securityContext: { fsGroup: 500 } },
            params: { minimum: 1, maximum: 0 },
            message: "spec.securityContext.fsGroup is 500; no group is allowed. Use another group.",
        },
    },
    allowed: {
        "other groups": {
            container: { securityContext: { runAsGroup: 1000 } },
            pod: { securityContext: { fsGroup: 1000, supplementalGroups: [1000] } },
        },
        "a pod that doesn't say": {},
    },
});
