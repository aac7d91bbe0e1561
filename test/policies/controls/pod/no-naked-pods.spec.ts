import { noNakedPods } from "../../../../policies/controls/pod/no-naked-pods";
import { describeControl } from "../../../support/control-suite";

describeControl(noNakedPods, {
    kinds: ["Pod"],
    refused: {
        "a pod of its own": { message: "kind is Pod, and no controller owns it. Use a Deployment or a Job." },
    },
    allowed: {
        "a pod that a controller owns": {
            metadata: { ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1" }] },
        },
        "a pod in a workload": { kind: "Deployment" },
    },
    unknown: "metadata.ownerReferences",
});
