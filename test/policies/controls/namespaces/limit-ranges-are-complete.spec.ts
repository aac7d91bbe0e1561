import { limitRangesAreComplete } from "../../../../policies/controls/namespaces/limit-ranges-are-complete";
import { describeControl } from "../../../support/control-suite";

const range = (...limits: object[]) => ({
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "defaults", namespace: "shop" },
    spec: { limits },
});
const some = { cpu: "1", memory: "1Gi" };

describeControl(limitRangesAreComplete, {
    refused: {
        "a range without defaults": {
            object: range({ type: "Container", max: some, min: some }),
            message: "spec.limits give containers no default, defaultRequest. Set them.",
        },
        "a range for claims only": {
            object: range({ type: "PersistentVolumeClaim", max: some, min: some, default: some, defaultRequest: some }),
            message: "spec.limits give containers no default, defaultRequest, max, min. Set them.",
        },
        "an empty range": {
            object: range(),
            message: "spec.limits give containers no default, defaultRequest, max, min. Set them.",
        },
    },
    allowed: {
        "a range with everything": {
            object: range({ type: "Container", max: some, min: some, default: some, defaultRequest: some }),
        },
        "a range with everything in two parts": {
            object: range(
                { type: "Container", max: some, min: some },
                { type: "Container", default: some, defaultRequest: some },
            ),
        },
    },
});
