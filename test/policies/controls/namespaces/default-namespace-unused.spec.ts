import { defaultNamespaceUnused } from "../../../../policies/controls/namespaces/default-namespace-unused";
import { describeControl } from "../../../support/control-suite";
import { namespace, pod, service, serviceAccount } from "../../../support/objects";
import { clusterRole } from "../../../support/rbac";

const unset = `metadata.namespace is unset, which may mean "default". Name a namespace of the workload's own.`;

describeControl(defaultNamespaceUnused, {
    refused: {
        "a pod in the default namespace": {
            object: pod({}, {}, { namespace: "default" }),
            message: `metadata.namespace is "default". Name a namespace of the workload's own.`,
        },
        "a pod without a namespace": { object: pod({}, {}, { namespace: undefined }), message: unset },
        "a Service without a namespace": { object: service({}, { name: "web", namespace: undefined }), message: unset },
        "a custom resource in the default namespace": {
            object: {
                apiVersion: "example.org/v1",
                kind: "Thing",
                metadata: { name: "one", namespace: "default" },
            },
            message: `metadata.namespace is "default". Name a namespace of the workload's own.`,
        },
    },
    allowed: {
        "an object of the cluster that names a namespace, which means nothing": {
            object: clusterRole([], { metadata: { name: "one", namespace: "default" } }),
        },
        "a pod with a namespace": {},
        "an object of the cluster": { stack: [namespace(), clusterRole([])] },
        "a custom resource, which may be one of the cluster": {
            object: { apiVersion: "example.org/v1", kind: "Thing", metadata: { name: "one" } },
        },
        "what every cluster has there": {
            stack: [
                serviceAccount("default", {}, "default"),
                service({}, { name: "kubernetes", namespace: "default" }),
            ],
        },
    },
});
