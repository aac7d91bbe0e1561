import { userNamespaceRequired } from "../../../../policies/controls/pod/user-namespace-required";
import { describeControl } from "../../../support/control-suite";

describeControl(userNamespaceRequired, {
    good: { pod: { hostUsers: false } },
    refused: {
        "a pod that doesn't say": { pod: {}, message: "spec.hostUsers is not set. Set it to false." },
        "a pod with the node's users": {
            pod: { hostUsers: true },
            message: "spec.hostUsers is true. Set it to false.",
        },
    },
    allowed: { "a user namespace": {}, "a Windows pod": { pod: { os: { name: "windows" } } } },
});
