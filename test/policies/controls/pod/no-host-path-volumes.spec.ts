import { noHostPathVolumes } from "../../../../policies/controls/pod/no-host-path-volumes";
import { describeControl } from "../../../support/control-suite";

describeControl(noHostPathVolumes, {
    refused: {
        "a hostPath volume": {
            pod: {
                volumes: [
                    { name: "tmp", emptyDir: {} },
                    { name: "logs", hostPath: { path: "/var/log" } },
                ],
            },
            message:
                'spec.volumes[1].hostPath mounts "/var/log" of the node (volume "logs"). Use another kind of volume.',
        },
    },
    allowed: {
        "other volumes": {
            pod: {
                volumes: [
                    { name: "tmp", emptyDir: {} },
                    { name: "none", hostPath: null },
                ],
            },
        },
        "a pod without volumes": {},
    },
});
