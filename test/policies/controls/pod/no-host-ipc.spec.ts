import { noHostIpc } from "../../../../policies/controls/pod/no-host-ipc";
import { describeControl } from "../../../support/control-suite";

describeControl(noHostIpc, {
    refused: {
        "a pod with hostIPC": { pod: { hostIPC: true }, message: "spec.hostIPC is true. Remove it." },
    },
    allowed: {
        "a pod that says hostIPC: false": { pod: { hostIPC: false } },
        "a pod that doesn't say": {},
    },
});
