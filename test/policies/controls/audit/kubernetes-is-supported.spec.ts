import { kubernetesIsSupported } from "../../../../policies/controls/audit/kubernetes-is-supported";
import { describeControl } from "../../../support/control-suite";
import { NODE } from "../../../support/objects";

const node = (kubeletVersion?: string) => ({ ...NODE, status: { nodeInfo: { kubeletVersion } } });
const kubeadm = (kubernetesVersion: string) => ({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "ClusterConfiguration",
    kubernetesVersion,
});
const custom = (apiVersion: string, kind: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name: "c" },
    spec,
});
const kind = (image: string) => ({
    apiVersion: "kind.x-k8s.io/v1alpha4",
    kind: "Cluster",
    nodes: [{ role: "worker" }, { role: "control-plane", image }],
});
const message = (path: string, version: string, oldest = "1.35"): string =>
    `${path} is Kubernetes ${version}, which gets no more fixes. Upgrade to ${oldest} or later.`;

describeControl(kubernetesIsSupported, {
    refused: {
        "an old API server": {
            container: { image: "registry.k8s.io/kube-apiserver:v1.34.9" },
            message: message("spec.containers[0].image", "v1.34.9"),
        },
        "an old proxy of one architecture": {
            container: { image: "registry.example/mirror/kube-proxy-arm64:v1.9.0" },
            message: message("spec.containers[0].image", "v1.9.0"),
        },
        "an old node": {
            object: node("v1.33.1-gke.100"),
            message: message("status.nodeInfo.kubeletVersion", "v1.33.1-gke.100"),
        },
        "an old cluster to be made": { object: kubeadm("v1.30.0"), message: message("kubernetesVersion", "v1.30.0") },
        "an old cluster of kOps": {
            object: custom("kops.k8s.io/v1alpha2", "Cluster", { kubernetesVersion: "1.26.3" }),
            message: message("spec.kubernetesVersion", "1.26.3"),
        },
        "an old control plane of Cluster API": {
            object: custom("controlplane.cluster.x-k8s.io/v1beta1", "KubeadmControlPlane", { version: "v1.27.1" }),
            message: message("spec.version", "v1.27.1"),
        },
        "old machines of Cluster API": {
            object: custom("cluster.x-k8s.io/v1beta1", "MachineDeployment", {
                template: { spec: { version: "v1.27.1" } },
            }),
            message: message("spec.template.spec.version", "v1.27.1"),
        },
        "an old node of kind": {
            object: kind("kindest/node:v1.25.0"),
            message: message("nodes[1].image", "v1.25.0"),
        },
        "a release older than the oldest that is configured": {
            object: node("v1.35.3"),
            params: { oldest: "1.36" },
            message: message("status.nodeInfo.kubeletVersion", "v1.35.3", "1.36"),
        },
    },
    allowed: {
        "a release that gets fixes": { container: { image: "registry.k8s.io/kube-apiserver:v1.35.0" } },
        "a newer release": { object: node("v1.37.0") },
        "an older one that a provider supports": { object: node("v1.32.9"), params: { oldest: "1.32" } },
        "a component without a version": { container: { image: "registry.k8s.io/kube-apiserver" } },
        "a node that does not say": { object: node() },
        "another program of such a version": { container: { image: "registry.k8s.io/pause:1.30" } },
        "a new node of kind": { object: kind("kindest/node:v1.37.0") },
        "a cluster by the name of a channel": { object: kubeadm("stable") },
    },
});
