import { readOnlyRootFilesystem } from "../../../../policies/controls/pod/read-only-root-filesystem";
import { describeControl } from "../../../support/control-suite";

describeControl(readOnlyRootFilesystem, {
    good: { container: { securityContext: { readOnlyRootFilesystem: true } } },
    refused: {
        "a container that doesn't say": {
            container: {},
            message:
                'spec.containers[0].securityContext.readOnlyRootFilesystem is not set (container "web"). Set it to true.',
        },
        "a writable root": {
            container: { securityContext: { readOnlyRootFilesystem: false } },
            message:
                'spec.containers[0].securityContext.readOnlyRootFilesystem is false (container "web"). Set it to true.',
        },
    },
    allowed: {
        "a read-only root": {},
        "a Windows pod, which can't have one": { container: {}, pod: { os: { name: "windows" } } },
    },
});
