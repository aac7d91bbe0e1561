import { noRuntimeSocket } from "../../../../policies/controls/pod/no-runtime-socket";
import { describeControl } from "../../../support/control-suite";

describeControl(noRuntimeSocket, {
    refused: {
        "docker's socket": {
            pod: { volumes: [{ name: "docker", hostPath: { path: "/var/run/docker.sock" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/var/run/docker.sock", which holds the container runtime\'s socket (volume "docker"). Remove the volume.',
        },
        "a path that only looks different": {
            pod: { volumes: [{ name: "cri", hostPath: { path: "/run//containerd/../containerd/" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/run/containerd", which holds the container runtime\'s socket (volume "cri"). Remove the volume.',
        },
        "a directory above it": {
            pod: { volumes: [{ name: "run", hostPath: { path: "/var/run" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/var/run", which holds the container runtime\'s socket (volume "run"). Remove the volume.',
        },
        "a socket at another place, by its name": {
            pod: { volumes: [{ name: "x", hostPath: { path: "/data/crio.sock" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/data/crio.sock", which holds the container runtime\'s socket (volume "x"). Remove the volume.',
        },
    },
    allowed: {
        "another directory": { pod: { volumes: [{ name: "data", hostPath: { path: "/run/app" } }] } },
        "other volumes": { pod: { volumes: [{ name: "tmp", emptyDir: {} }] } },
        "a pod without volumes": {},
    },
});
