import { sandboxedRuntimeClass } from "../../../../policies/controls/pod/sandboxed-runtime-class";
import { describeControl } from "../../../support/control-suite";

describeControl(sandboxedRuntimeClass, {
    good: { pod: { runtimeClassName: "gvisor" } },
    refused: {
        "a pod in the default runtime": {
            pod: {},
            message: "spec.runtimeClassName is not set. Name a sandboxed class.",
        },
        "a class that is not known to be a sandbox": {
            pod: { runtimeClassName: "nvidia" },
            message: 'spec.runtimeClassName is "nvidia", which isn\'t known to be a sandbox. Name a sandboxed class.',
        },
        "a class whose handler is none, whatever its name": {
            stack: [
                { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name: "kata" }, handler: "runc" },
                {
                    apiVersion: "v1",
                    kind: "Pod",
                    metadata: { name: "web", namespace: "shop" },
                    spec: { runtimeClassName: "kata", containers: [] },
                },
            ],
            message: 'spec.runtimeClassName is "kata", which isn\'t known to be a sandbox. Name a sandboxed class.',
        },
    },
    allowed: {
        gVisor: {},
        "a class whose handler is a sandbox": {
            stack: [
                { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name: "strong" }, handler: "runsc" },
                {
                    apiVersion: "v1",
                    kind: "Pod",
                    metadata: { name: "web", namespace: "shop" },
                    spec: { runtimeClassName: "strong", containers: [] },
                },
            ],
        },
        "a class that the configuration accepts": {
            pod: { runtimeClassName: "inhouse" },
            params: { classes: ["inhouse"] },
        },
    },
});
