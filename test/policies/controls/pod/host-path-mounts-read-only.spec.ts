import { hostPathMountsReadOnly } from "../../../../policies/controls/pod/host-path-mounts-read-only";
import { describeControl } from "../../../support/control-suite";

describeControl(hostPathMountsReadOnly, {
    good: {
        pod: {
            volumes: [
                { name: "logs", hostPath: { path: "/var/log" } },
                { name: "tmp", emptyDir: {} },
            ],
        },
    },
    refused: {
        "a writable mount of a directory of the node": {
            container: {
                volumeMounts: [
                    { name: "tmp", mountPath: "/tmp" },
                    { name: "logs", mountPath: "/logs" },
                ],
            },
            message:
                'spec.containers[0].volumeMounts[1].readOnly is not true, and the mount is "/var/log" of the node (container "web"). Set it to true.',
        },
        "readOnly: false": {
            container: { volumeMounts: [{ name: "logs", mountPath: "/logs", readOnly: false }] },
            message:
                'spec.containers[0].volumeMounts[0].readOnly is not true, and the mount is "/var/log" of the node (container "web"). Set it to true.',
        },
    },
    allowed: {
        "a read-only mount": {
            container: { volumeMounts: [{ name: "logs", mountPath: "/logs", readOnly: true }] },
        },
        "a writable mount of another volume": { container: { volumeMounts: [{ name: "tmp", mountPath: "/tmp" }] } },
        "a volume that nobody mounts": {},
    },
});
