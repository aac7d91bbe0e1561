import { kubeletStatesItsDefaults } from "../../../../policies/controls/audit/kubelet-states-its-defaults";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const GOOD = {
    rotateCertificates: true,
    protectKernelDefaults: true,
    serverTLSBootstrap: true,
    tlsMinVersion: "VersionTLS13",
};
const configuration = (settings: Manifest): Manifest => ({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    ...GOOD,
    ...settings,
});

describeControl(kubeletStatesItsDefaults, {
    refused: {
        "certificates that are not renewed": {
            object: configuration({ rotateCertificates: undefined }),
            message:
                "rotateCertificates: rotateCertificates is unset, which means: its client certificate is never renewed. Set it to true (CIS 4.2.10), unless a flag or a drop-in file does.",
        },
        "a kernel whose settings it changes": {
            object: configuration({ protectKernelDefaults: undefined }),
            message:
                "protectKernelDefaults: protectKernelDefaults is unset, which means: it changes the kernel's settings to its own. Set it to true, unless a flag or a drop-in file does.",
        },
        "a certificate that it signs itself": {
            object: configuration({ serverTLSBootstrap: false }),
            message:
                "serverTLSBootstrap: serverTLSBootstrap is off, which means: it serves with a certificate that it signed itself. Set it to true, or name a certificate in tlsCertFile (CIS 4.2.9, 4.2.11), unless a flag or a drop-in file does.",
        },
        "suites of the release, in a ConfigMap": {
            object: {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "kubelet-config", namespace: "kube-system" },
                data: { kubelet: JSON.stringify(configuration({ tlsMinVersion: "VersionTLS12" })) },
            },
            message:
                "data.kubelet: tlsCipherSuites is unset, which means: whatever this build of Go offers with TLS 1.2. Set it to strong suites, or tlsMinVersion to VersionTLS13 (CIS 4.2.12), unless a flag or a drop-in file does.",
        },
    },
    allowed: {
        "a configuration that says it all": { object: configuration({}) },
        "a certificate of its own, and suites": {
            object: configuration({
                serverTLSBootstrap: undefined,
                tlsCertFile: "/etc/kubelet.crt",
                tlsMinVersion: undefined,
                tlsCipherSuites: ["TLS_AES_256_GCM_SHA384"],
            }),
        },
        "a ConfigMap with something else": {
            object: {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "notes", namespace: "kube-system" },
                data: { text: "how a KubeletConfiguration is written" },
            },
        },
    },
});
