import { noHostPathPersistentVolumes } from "../../../../policies/controls/pod/no-host-path-persistent-volumes";
import { describeControl } from "../../../support/control-suite";

const volume = (spec: object) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "data" },
    spec,
});
const NO_DISKS = [
    "/",
    "",
    "//",
    "/etc",
    "/etc/kubernetes",
    "/var",
    "/var/lib",
    "/var/lib/kubelet/pods",
    "/mnt/../etc",
    "/var/run/x",
];

describeControl(noHostPathPersistentVolumes, {
    refused: {
        "a volume that is a directory of a node": {
            object: {
                apiVersion: "v1",
                kind: "PersistentVolume",
                metadata: { name: "data" },
                spec: { hostPath: { path: "/mnt/data" } },
            },
            message: 'spec.hostPath is "/mnt/data" of a node. Use another kind of volume.',
        },
        ...Object.fromEntries(
            NO_DISKS.map((path) => [
                `a local volume at "${path}"`,
                {
                    object: volume({ local: { path } }),
                    message: `spec.local.path is "${path}", which no disk of its own is. Name where the disk is mounted.`,
                },
            ]),
        ),
        "a volume of a program of the node": {
            object: volume({ flexVolume: { driver: "example.test/driver" } }),
            message: 'spec.flexVolume.driver is "example.test/driver", a program of the node\'s. Use a CSI driver.',
        },
    },
    allowed: {
        ...Object.fromEntries(
            [
                "/mnt",
                "/mnt/disks/a",
                "/data",
                "/srv/a",
                "/var/local/a",
                "/var/lib/disks/a",
                "/media/etc",
                "/mnt/..a",
            ].map((path) => [`a local volume at ${path}`, { object: volume({ local: { path } }) }]),
        ),
        "a volume of a driver": {
            object: {
                apiVersion: "v1",
                kind: "PersistentVolume",
                metadata: { name: "data" },
                spec: { csi: { driver: "ebs.csi.aws.com", volumeHandle: "data" } },
            },
        },
        "an object of another kind": { object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "data" } } },
    },
});
