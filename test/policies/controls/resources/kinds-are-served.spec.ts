import { kindsAreServed } from "../../../../policies/controls/resources/kinds-are-served";
import { describeControl } from "../../../support/control-suite";

const named = (apiVersion: string, kind: string) => ({ object: { apiVersion, kind, metadata: { name: "web" } } });

describeControl(kindsAreServed, {
    unknown: false,
    refused: {
        "a kind in the wrong group": {
            ...named("v1", "DaemonSet"),
            message: "No API serves the kind DaemonSet in v1; DaemonSet is served in apps/v1.",
        },
        "a kind that is written wrongly": {
            ...named("rbac.authorization.k8s.io/v1", "Clusterrolebinding"),
            message:
                'No API serves the kind Clusterrolebinding in rbac.authorization.k8s.io/v1; did you mean "ClusterRoleBinding"?',
        },
        "a version that there never was": {
            ...named("apps/v2", "Deployment"),
            message: "No API serves the kind Deployment in apps/v2; Deployment is served in apps/v1.",
        },
        "a workload in the group of a tool": {
            ...named("skaffold/v4beta11", "DaemonSet"),
            message: 'No API serves the group "skaffold"; DaemonSet is served in apps/v1.',
        },
        "a workload among a tool's plugins": {
            ...named("builtin", "DaemonSet"),
            message: "No API serves the kind DaemonSet in builtin; DaemonSet is served in apps/v1.",
        },
        "a group that can't be anybody's": {
            ...named("app/v1", "Deployment"),
            message: 'No API serves the group "app"; Deployment is served in apps/v1.',
        },
        "a kind that came after the version the stack is for": {
            ...named("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema"),
            params: { kubernetesVersion: "v1.25" },
            message:
                "Kubernetes v1.25 does not serve FlowSchema in flowcontrol.apiserver.k8s.io/v1beta3; FlowSchema is served in flowcontrol.apiserver.k8s.io/v1beta1, flowcontrol.apiserver.k8s.io/v1beta2.",
        },
        "a stable kind that came after the version the stack is for": {
            ...named("batch/v1", "CronJob"),
            params: { kubernetesVersion: "v1.20" },
            message:
                "Kubernetes v1.20 does not serve CronJob in batch/v1; CronJob is served in batch/v1beta1, batch/v2alpha1.",
        },
        "a kind that no release serves any more": {
            ...named("networking.k8s.io/v1alpha1", "ClusterCIDR"),
            message: "Kubernetes v1.36 does not serve ClusterCIDR in networking.k8s.io/v1alpha1.",
        },
        "a kind named like what every object has": {
            ...named("v1", "constructor"),
            message: "No API serves the kind constructor in v1.",
        },
    },
    allowed: {
        "the configuration of Skaffold": named("skaffold/v4beta11", "Config"),
        "a plugin that is built into Kustomize": named("builtin", "LabelTransformer"),
        "a kind that is served": named("apps/v1", "Deployment"),
        "a custom resource": named("gateway.networking.k8s.io/v1", "HTTPRoute"),
        "a configuration file of kubectl": named("v1", "Config"),
        "what another control says is removed": named("policy/v1beta1", "PodSecurityPolicy"),
    },
});
