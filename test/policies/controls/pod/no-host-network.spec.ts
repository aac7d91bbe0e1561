import { noHostNetwork } from "../../../../policies/controls/pod/no-host-network";
import { describeControl } from "../../../support/control-suite";

describeControl(noHostNetwork, {
    refused: {
        "a pod with hostNetwork": { pod: { hostNetwork: true }, message: "spec.hostNetwork is true. Remove it." },
    },
    allowed: {
        "a pod that says hostNetwork: false": { pod: { hostNetwork: false } },
        "a pod that doesn't say": {},
    },
});
