import { noFlexVolumes } from "../../../../policies/controls/pod/no-flex-volumes";
import { describeControl } from "../../../support/control-suite";

describeControl(noFlexVolumes, {
    refused: {
        "a FlexVolume": {
            pod: { volumes: [{ name: "data", flexVolume: { driver: "example/lvm" } }] },
            message: 'spec.volumes[0].flexVolume.driver is "example/lvm". Use a CSI driver.',
        },
    },
    allowed: {
        "a driver that the configuration allows": {
            pod: { volumes: [{ name: "data", flexVolume: { driver: "example/lvm" } }] },
            params: { drivers: ["example/lvm"] },
        },
        "other volumes": { pod: { volumes: [{ name: "data", emptyDir: {} }] } },
        "a pod without volumes": {},
    },
});
