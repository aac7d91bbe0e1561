import { workloadApiThroughCsi } from "../../../../policies/controls/identity/workload-api-through-csi";
import { describeControl } from "../../../support/control-suite";

const CSI = { name: "spiffe", csi: { driver: "csi.spiffe.io", readOnly: true } };

describeControl(workloadApiThroughCsi, {
    refused: {
        "the socket's directory by hostPath": {
            pod: { volumes: [{ name: "sockets", hostPath: { path: "/run/spire/agent-sockets" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/run/spire/agent-sockets", where SPIRE keeps its socket. Use the CSI driver csi.spiffe.io.',
        },
        "the tutorial's directory": {
            pod: { volumes: [{ name: "sockets", hostPath: { path: "/run/spire/sockets" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/run/spire/sockets", where SPIRE keeps its socket. Use the CSI driver csi.spiffe.io.',
        },
        "its directory, spelled in another way": {
            pod: { volumes: [{ name: "sockets", hostPath: { path: "//var/./run//spire/" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/var/run/spire", where SPIRE keeps its socket. Use the CSI driver csi.spiffe.io.',
        },
        "a volume that could be written to": {
            pod: { volumes: [{ name: "spiffe", csi: { driver: "csi.spiffe.io" } }] },
            message:
                "spec.volumes[0].csi.readOnly is not true; the driver refuses such a volume and the pod never starts. Set it to true.",
        },
        "a mount that could be written to": {
            pod: { volumes: [CSI] },
            container: { volumeMounts: [{ name: "spiffe", mountPath: "/spiffe" }] },
            message: 'spec.containers[0].volumeMounts[0].readOnly is not true (container "web"). Set it to true.',
        },
    },
    allowed: {
        "the CSI volume, mounted read-only": {
            pod: { volumes: [CSI] },
            container: { volumeMounts: [{ name: "spiffe", mountPath: "/spiffe", readOnly: true }] },
        },
        "another CSI driver": { pod: { volumes: [{ name: "data", csi: { driver: "ebs.csi.aws.com" } }] } },
        "the agent itself": {
            pod: {
                serviceAccountName: "spire-agent",
                volumes: [{ name: "sockets", hostPath: { path: "/run/spire/agent-sockets" } }],
            },
        },
    },
    roles: [],
});
