import { noHostPathPersistentVolumes } from "../../../../policies/controls/pod/no-host-path-persistent-volumes";
import { describeControl } from "../../../support/control-suite";

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
    },
    allowed: {
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
