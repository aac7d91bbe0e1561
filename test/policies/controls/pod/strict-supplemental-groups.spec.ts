import { strictSupplementalGroups } from "../../../../policies/controls/pod/strict-supplemental-groups";
import { describeControl } from "../../../support/control-suite";

describeControl(strictSupplementalGroups, {
    good: { pod: { securityContext: { supplementalGroupsPolicy: "Strict" } } },
    refused: {
        "a pod that doesn't say": {
            pod: {},
            message: "spec.securityContext.supplementalGroupsPolicy is not set. Set it to Strict.",
        },
        "groups of the image": {
            pod: { securityContext: { supplementalGroupsPolicy: "Merge" } },
            message: 'spec.securityContext.supplementalGroupsPolicy is "Merge". Set it to Strict.',
        },
    },
    allowed: {
        "groups of the manifest alone": {},
        "a Windows pod": { pod: { os: { name: "windows" } } },
    },
});
