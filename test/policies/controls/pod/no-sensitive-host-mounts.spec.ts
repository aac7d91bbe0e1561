import { noSensitiveHostMounts } from "../../../../policies/controls/pod/no-sensitive-host-mounts";
import { describeControl } from "../../../support/control-suite";

describeControl(noSensitiveHostMounts, {
    refused: {
        "the root of the node, by an empty path too": {
            pod: {
                volumes: [
                    { name: "root", hostPath: { path: "/" } },
                    { name: "none", hostPath: {} },
                ],
            },
            message: [
                'spec.volumes[0].hostPath.path is "/", a sensitive directory of the node (volume "root"). Mount something else.',
                'spec.volumes[1].hostPath.path is "/", a sensitive directory of the node (volume "none"). Mount something else.',
            ],
        },
        "a part of the kubelet's directory": {
            pod: { volumes: [{ name: "pki", hostPath: { path: "/var/lib/kubelet/pki/" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/var/lib/kubelet/pki", a sensitive directory of the node (volume "pki"). Mount something else.',
        },
        "the home of a user": {
            pod: { volumes: [{ name: "home", hostPath: { path: "/home/ubuntu" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/home/ubuntu", a sensitive directory of the node (volume "home"). Mount something else.',
        },
        "the socket of the container runtime": {
            pod: { volumes: [{ name: "docker", hostPath: { path: "/var/run/docker.sock" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/var/run/docker.sock", a sensitive directory of the node (volume "docker"). Mount something else.',
        },
        "a user's credentials": {
            pod: { volumes: [{ name: "aws", hostPath: { path: "/home/ubuntu/.aws/credentials" } }] },
            message:
                'spec.volumes[0].hostPath.path is "/home/ubuntu/.aws/credentials", a sensitive directory of the node (volume "aws"). Mount something else.',
        },
    },
    allowed: {
        "a directory for data": { pod: { volumes: [{ name: "data", hostPath: { path: "/srv/data" } }] } },
        "a directory whose name only starts like a sensitive one": {
            pod: { volumes: [{ name: "data", hostPath: { path: "/var/lib/kubelet-data" } }] },
        },
        "a directory that the configuration allows": {
            pod: { volumes: [{ name: "proc", hostPath: { path: "/proc" } }] },
            params: { allowed: ["/proc"] },
        },
        "data below a user's home": { pod: { volumes: [{ name: "data", hostPath: { path: "/home/ubuntu/data" } }] } },
        "a pod without volumes": {},
    },
});
