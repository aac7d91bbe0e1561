import { noKnownVulnerableComponents } from "../../../../policies/controls/audit/no-known-vulnerable-components";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const image = (name: string) => ({ container: { image: name } });
const node = (nodeInfo: Manifest) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-1" },
    status: { nodeInfo },
});
const ofImage = (what: string): string => `spec.containers[0].image is ${what}. Upgrade to a fixed release.`;
const ofNode = (field: string, what: string): string =>
    `status.nodeInfo.${field} is ${what}. Upgrade to a fixed release.`;

describeControl(noKnownVulnerableComponents, {
    refused: {
        "an old Argo CD": {
            ...image("quay.io/argoproj/argocd:v2.2.3"),
            message: ofImage("Argo CD v2.2.3 (CVE-2022-24348)"),
        },
        "a Kyverno that believes a malicious registry": {
            ...image("ghcr.io/kyverno/kyverno:v1.8.4"),
            message: ofImage("Kyverno v1.8.4 (CVE-2022-47633)"),
        },
        "an old API server": {
            ...image("registry.k8s.io/kube-apiserver:v1.24.4"),
            message: ofImage("kube-apiserver v1.24.4 (CVE-2022-3172)"),
        },
        "an old kubelet": {
            object: node({ kubeletVersion: "v1.21.4" }),
            message: ofNode("kubeletVersion", `"v1.21.4" (kubelet, CVE-2021-25741)`),
        },
        "an old containerd and an old kernel": {
            object: node({ containerRuntimeVersion: "containerd://1.5.9", kernelVersion: "5.15.4-generic" }),
            message: [
                ofNode("containerRuntimeVersion", `"containerd://1.5.9" (containerd, CVE-2022-23648)`),
                ofNode("kernelVersion", `"5.15.4-generic" (Linux, CVE-2022-0185)`),
            ],
        },
    },
    allowed: {
        "a fixed release": image("quay.io/argoproj/argocd:v2.2.4"),
        "a release before the fault came in": image("ghcr.io/kyverno/kyverno:v1.8.2"),
        "an image whose name only begins alike": image("example.org/grafana-exporter:9.2.1"),
        "an image without a version": image("quay.io/argoproj/argocd:stable"),
        "fixed releases on a node": {
            object: node({
                kubeletVersion: "v1.35.1",
                containerRuntimeVersion: "containerd://2.1.0",
                kernelVersion: "5.15.16",
            }),
        },
        "another runtime": { object: node({ containerRuntimeVersion: "cri-o://1.3.0" }) },
    },
});
