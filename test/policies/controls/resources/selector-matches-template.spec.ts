import { selectorMatchesTemplate } from "../../../../policies/controls/resources/selector-matches-template";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";

describeControl(selectorMatchesTemplate, {
    refused: {
        "a selector that misses its own pods": {
            object: workload("Deployment", { selector: { matchLabels: { app: "wbe" } } }),
            message: "spec.selector does not pick the labels in spec.template.metadata.labels. Use the same in both.",
        },
        "no selector": {
            object: workload("DaemonSet", { selector: undefined }),
            message: "spec.selector is not set. State the template's labels in it.",
        },
        "an empty selector": {
            object: workload("StatefulSet", { selector: {} }),
            message: "spec.selector is empty. State the template's labels in it.",
        },
        "a plain selector of a ReplicationController": {
            object: workload("ReplicationController", { selector: { app: "db" } }),
            message: "spec.selector does not pick the labels in spec.template.metadata.labels. Use the same in both.",
        },
        "a Job that picks its pods by hand": {
            object: {
                ...workload("Job", { manualSelector: true, selector: { matchLabels: { app: "db" } } }),
                apiVersion: "batch/v1",
            },
            message: "spec.selector does not pick the labels in spec.template.metadata.labels. Use the same in both.",
        },
    },
    allowed: {
        "a Job whose selector is the API's to write": {
            object: { ...workload("Job", { selector: undefined }), apiVersion: "batch/v1" },
        },
        "a selector that picks the template": { object: workload("Deployment") },
        "an expression that picks it": {
            object: workload("Deployment", { selector: { matchExpressions: [{ key: "app", operator: "Exists" }] } }),
        },
        "a ReplicationController that leaves it to the API": {
            object: workload("ReplicationController", { selector: undefined }),
        },
    },
});
