import { noHostPid } from "../../../../policies/controls/pod/no-host-pid";
import { describeControl } from "../../../support/control-suite";

describeControl(noHostPid, {
    refused: {
        "a pod with hostPID": { pod: { hostPID: true }, message: "spec.hostPID is true. Remove it." },
    },
    allowed: {
        "a pod that says hostPID: false": { pod: { hostPID: false } },
        "a pod that doesn't say": {},
    },
});
