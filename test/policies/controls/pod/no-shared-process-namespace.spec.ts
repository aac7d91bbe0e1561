import { noSharedProcessNamespace } from "../../../../policies/controls/pod/no-shared-process-namespace";
import { describeControl } from "../../../support/control-suite";

describeControl(noSharedProcessNamespace, {
    refused: {
        "a shared namespace": {
            pod: { shareProcessNamespace: true },
            message: "spec.shareProcessNamespace is true. Remove it.",
        },
    },
    allowed: {
        "shareProcessNamespace: false": { pod: { shareProcessNamespace: false } },
        "a pod that doesn't say": {},
    },
});
