import { priorityClassesBounded } from "../../../../policies/controls/resources/priority-classes-bounded";
import { describeControl } from "../../../support/control-suite";

const priority = (over: object) => ({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: "tested" },
    value: 1000,
    ...over,
});

describeControl(priorityClassesBounded, {
    refused: {
        "a default for everybody": {
            object: priority({ globalDefault: true }),
            message: "globalDefault is true, for every namespace. Name the class in the pods that need it.",
        },
    },
    allowed: {
        "a class to be named": { object: priority({ globalDefault: false }) },
        "a class that says nothing": { object: priority({}) },
        "a kind of another API": { object: { ...priority({ globalDefault: true }), apiVersion: "example.test/v1" } },
    },
});
