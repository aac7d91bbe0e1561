import { noRemovedApis } from "../../../../policies/controls/resources/no-removed-apis";
import { describeControl } from "../../../support/control-suite";

describeControl(noRemovedApis, {
    unknown: false,
    refused: {
        "an API version that is gone": {
            object: { apiVersion: "extensions/v1beta1", kind: "Deployment", metadata: { name: "web" } },
            message: "apiVersion is extensions/v1beta1, in which Deployment was removed in v1.16. Use apps/v1.",
        },
        "a kind that is gone": {
            object: { apiVersion: "policy/v1beta1", kind: "PodSecurityPolicy", metadata: { name: "web" } },
            message:
                "apiVersion is policy/v1beta1, in which PodSecurityPolicy was removed in v1.25. There is none in its place.",
        },
        "one that goes with the version the stack is for": {
            object: { apiVersion: "flowcontrol.apiserver.k8s.io/v1beta3", kind: "FlowSchema", metadata: { name: "x" } },
            params: { kubernetesVersion: "v1.32" },
            message:
                "apiVersion is flowcontrol.apiserver.k8s.io/v1beta3, in which FlowSchema was removed in v1.32. Use flowcontrol.apiserver.k8s.io/v1.",
        },
    },
    allowed: {
        "the version that took its place": {
            object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } },
        },
        "one that is still served in the version the stack is for": {
            object: { apiVersion: "flowcontrol.apiserver.k8s.io/v1beta3", kind: "FlowSchema", metadata: { name: "x" } },
            params: { kubernetesVersion: "v1.31" },
        },
    },
});
