import { spireHostAccess } from "../../../../policies/controls/identity/spire-host-access";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const hostPath = (path: string): Manifest => ({ name: path.replaceAll("/", "-"), hostPath: { path } });

describeControl(spireHostAccess, {
    good: { metadata: { namespace: "spire" } },
    refused: {
        "a stranger with the node's processes": {
            pod: { hostPID: true },
            message: 'spec.hostPID is true, which the service account "default" has no need of. Remove it.',
        },
        "an agent on the node's network": {
            pod: { serviceAccountName: "spire-agent", hostPID: true, hostNetwork: true },
            message: 'spec.hostNetwork is true, which the service account "spire-agent" has no need of. Remove it.',
        },
        "a CSI driver with the node's processes": {
            pod: { serviceAccountName: "spiffe-csi-driver", hostPID: true, hostIPC: true },
            message: [
                'spec.hostPID is true, which the service account "spiffe-csi-driver" has no need of. Remove it.',
                'spec.hostIPC is true, which the service account "spiffe-csi-driver" has no need of. Remove it.',
            ],
        },
        "an agent with another directory of the node": {
            pod: {
                serviceAccountName: "spire-agent",
                volumes: [hostPath("/run/spire/agent-sockets"), hostPath("/etc")],
            },
            message:
                'spec.volumes[1].hostPath.path is "/etc", which the service account "spire-agent" has no need of. Remove the volume.',
        },
        "a CSI driver with the whole kubelet": {
            pod: { serviceAccountName: "spiffe-csi-driver", volumes: [hostPath("/var/lib/kubelet")] },
            message:
                'spec.volumes[0].hostPath.path is "/var/lib/kubelet", which the service account "spiffe-csi-driver" has no need of. Remove the volume.',
        },
        "a stranger with the driver's image": {
            pod: {
                serviceAccountName: "web",
                containers: [{ name: "driver", image: "ghcr.io/spiffe/spiffe-csi-driver:0.2.6" }],
                volumes: [hostPath("/var/lib/kubelet/pods")],
            },
            message:
                'spec.volumes[0].hostPath.path is "/var/lib/kubelet/pods", which the service account "web" has no need of. Remove the volume.',
        },
        "a stranger whose account has the name of what every object inherits": {
            pod: { serviceAccountName: "constructor", volumes: [hostPath("/etc")] },
            message:
                'spec.volumes[0].hostPath.path is "/etc", which the service account "constructor" has no need of. Remove the volume.',
        },
        "a stranger with the socket": {
            pod: { serviceAccountName: "web", volumes: [hostPath("/run/spire/agent-sockets")] },
            message:
                'spec.volumes[0].hostPath.path is "/run/spire/agent-sockets", which the service account "web" has no need of. Remove the volume.',
        },
    },
    allowed: {
        "the agent with what it needs": {
            pod: { serviceAccountName: "spire-agent", hostPID: true, volumes: [hostPath("/run/spire/agent-sockets")] },
        },
        "the CSI driver with what it needs": {
            pod: {
                serviceAccountName: "spiffe-csi-driver",
                volumes: [
                    "/run/spire/agent-sockets",
                    "/var/lib/kubelet/plugins/csi.spiffe.io",
                    "/var/lib/k0s/kubelet/pods",
                    "/var/lib/kubelet/plugins_registry",
                ].map(hostPath),
            },
        },
        "an agent whose pod holds the driver too": {
            pod: {
                serviceAccountName: "spire-agent",
                containers: [{ name: "driver", image: "ghcr.io/spiffe/spiffe-csi-driver:0.2.6" }],
                volumes: ["/var/lib/kubelet/pods", "/var/lib/kubelet/plugins_registry"].map(hostPath),
            },
        },
        "a server without anything of the node": { pod: { serviceAccountName: "spire-server" } },
        "a volume whose hostPath is left empty": {
            pod: { volumes: [{ name: "tmp", hostPath: null, emptyDir: {} }] },
        },
        "another namespace, which other controls judge": { metadata: { namespace: "shop" }, pod: { hostPID: true } },
        "a namespace that the parameters leave out": { pod: { hostPID: true }, params: { namespace: "identity" } },
    },
});
