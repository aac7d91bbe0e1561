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
        "a path with steps that lead nowhere": {
            pod: { volumes: [{ name: "cri", hostPath: { path: "//run/./containerd/." } }] },
            message:
                'spec.volumes[0].hostPath.path is "/run/containerd", which holds the container runtime\'s socket (volume "cri"). Remove the volume.',
        },
        "the whole node, spelled oddly": {
            pod: { volumes: [{ name: "node", hostPath: { path: "/." } }] },
            message:
                'spec.volumes[0].hostPath.path is "/", which holds the container runtime\'s socket (volume "node"). Remove the volume.',
        },
        "the socket of a runtime of its own": {
            pod: { volumes: [{ name: "x", hostPath: { path: "/var/run/frakti.sock" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/var/run/frakti.sock", which holds the container runtime\'s socket (volume "x"). Remove the volume.',
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
        "a directory that only starts like one": {
            pod: { volumes: [{ name: "data", hostPath: { path: "/run/container" } }] },
        },
        "other volumes": { pod: { volumes: [{ name: "tmp", emptyDir: {} }] } },
        "a pod without volumes": {},
    },
});
