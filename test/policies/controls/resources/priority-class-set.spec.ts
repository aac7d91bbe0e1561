import { priorityClassSet } from "../../../../policies/controls/resources/priority-class-set";
import { describeControl } from "../../../support/control-suite";

describeControl(priorityClassSet, {
    good: { pod: { priorityClassName: "platform" } },
    refused: {
        "a pod that states none": { pod: {}, message: "spec.priorityClassName is not set. Name a class." },
        "a class that the configuration doesn't name": {
            params: { classes: ["batch", "shop"] },
            message: 'spec.priorityClassName is "platform". Name one of batch, shop.',
        },
    },
    allowed: { "a class": {}, "a class that the configuration names": { params: { classes: ["platform"] } } },
});
