import { requiredLabelsSet } from "../../../../policies/controls/resources/required-labels-set";
import { describeControl } from "../../../support/control-suite";

describeControl(requiredLabelsSet, {
    good: { metadata: { labels: { "app.kubernetes.io/name": "web" } } },
    refused: {
        "a pod without its name": {
            metadata: { labels: { app: "web" } },
            message:
                "metadata.labels has none of app.kubernetes.io/name, app.kubernetes.io/instance, app.kubernetes.io/component, app.kubernetes.io/part-of, owner. Set one.",
        },
        "an empty one": {
            metadata: { labels: { "app.kubernetes.io/name": "" } },
            message:
                "metadata.labels has none of app.kubernetes.io/name, app.kubernetes.io/instance, app.kubernetes.io/component, app.kubernetes.io/part-of, owner. Set one.",
        },
        "a label that the configuration demands": {
            params: { labels: ["team"] },
            message: "metadata.labels.team is not set. Set it.",
        },
        "a value that does not match": {
            object: {
                apiVersion: "v1",
                kind: "Namespace",
                metadata: { name: "shop", labels: { owner: "42" } },
            },
            params: { labels: ["owner=^[a-z]+$"], kinds: ["Namespace"] },
            message: 'metadata.labels.owner is "42", which does not match ^[a-z]+$. Change it.',
        },
        "an annotation that is demanded of every object": {
            object: { apiVersion: "v1", kind: "Service", metadata: { name: "web" } },
            params: { labels: [], annotations: ["a8r.io/owner"], kinds: ["*"] },
            message: 'metadata.annotations["a8r.io/owner"] is not set. Set it.',
        },
    },
    allowed: {
        "a pod with its name": {},
        "a pod with its owner": { metadata: { labels: { owner: "anna" } } },
        "a workload that says it for its pods": {
            object: {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "web", namespace: "shop", labels: { "app.kubernetes.io/part-of": "shop" } },
                spec: { template: { metadata: { labels: { app: "web" } }, spec: {} } },
            },
        },
        "any pod where no label is recommended": {
            metadata: { labels: { app: "web" } },
            params: { recommended: [] },
        },
        "an object of a kind that isn't looked at": {
            object: { apiVersion: "v1", kind: "Service", metadata: { name: "web" } },
        },
        "a value that matches": {
            object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { owner: "anna" } } },
            params: { labels: ["owner=^[a-z]+$"], kinds: ["Namespace"] },
        },
    },
});
