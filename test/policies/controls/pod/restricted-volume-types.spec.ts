import { restrictedVolumeTypes } from "../../../../policies/controls/pod/restricted-volume-types";
import { describeControl } from "../../../support/control-suite";

describeControl(restrictedVolumeTypes, {
    refused: {
        "a volume on a storage server of one's choosing": {
            pod: { volumes: [{ name: "share", nfs: { server: "nfs.example", path: "/" } }] },
            message:
                'spec.volumes[0].nfs is of a type that isn\'t allowed (volume "share"). Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret.',
        },
        "a hostPath volume": {
            pod: { volumes: [{ name: "root", hostPath: { path: "/" } }] },
            message:
                'spec.volumes[0].hostPath is of a type that isn\'t allowed (volume "root"). Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret.',
        },
    },
    allowed: {
        "volumes that the cluster manages": {
            pod: {
                volumes: [
                    { name: "a", configMap: { name: "a" } },
                    { name: "b", csi: { driver: "csi.spiffe.io" } },
                    { name: "c", image: { reference: "registry.example/data:1" } },
                    { name: "d", persistentVolumeClaim: { claimName: "d" } },
                ],
            },
        },
        "a volume without a source, of which the API makes an emptyDir": { pod: { volumes: [{ name: "tmp" }] } },
        "a pod without volumes": {},
    },
});
