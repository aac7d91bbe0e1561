import { groupsAreStrict } from "../../../../policies/controls/pod/groups-are-strict";
import { describeControl } from "../../../support/control-suite";

const PATH = "spec.securityContext.supplementalGroupsPolicy";

describeControl(groupsAreStrict, {
    refused: {
        "groups of the image, which is the default": {
            pod: { securityContext: { runAsNonRoot: true } },
            message: `${PATH} is unset, which means "Merge". Set it to "Strict".`,
        },
        "groups of the image": {
            pod: { securityContext: { supplementalGroupsPolicy: "Merge" } },
            message: `${PATH} is "Merge". Set it to "Strict".`,
        },
    },
    allowed: {
        "groups of the manifest only": { pod: { securityContext: { supplementalGroupsPolicy: "Strict" } } },
        "a Windows pod, which has no such groups": { pod: { os: { name: "windows" } } },
    },
});
