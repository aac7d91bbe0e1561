import { dataMountsReviewed } from "../../../../policies/controls/secrets/data-mounts-reviewed";
import { IMAGE } from "../../../support/cases";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";
import { configMap, pod } from "../../../support/objects";

const mounting = (volume: Manifest, mount = "data") =>
    pod(
        {},
        {
            containers: [{ name: "web", image: IMAGE, volumeMounts: [{ name: mount, mountPath: "/data" }] }],
            volumes: [{ name: "data", ...volume }],
        },
    );
const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data", namespace: "shop" } };
const message = (field: string, what: string): string =>
    `spec.volumes[0].${field} mounts ${what}. Review it and record who did.`;

describeControl(dataMountsReviewed, {
    refused: {
        "a mounted Secret": {
            object: mounting({ secret: { secretName: "db" } }),
            message: message("secret", `Secret "db"`),
        },
        "a mounted ConfigMap of the stack": {
            stack: [mounting({ configMap: { name: "settings" } }), configMap({})],
            message: message("configMap", `ConfigMap "settings"`),
        },
        "a mounted claim of the stack": {
            stack: [mounting({ persistentVolumeClaim: { claimName: "data" } }), claim],
            message: message("persistentVolumeClaim", `PersistentVolumeClaim "data"`),
        },
        "a Secret in the environment": {
            container: { envFrom: [{ secretRef: { name: "db" } }] },
            message: `spec.containers[0].envFrom[0].secretRef reads Secret "db". Review it and record who did.`,
        },
        "a key of a Secret in the environment": {
            container: { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "db", key: "a" } } }] },
            message: `spec.containers[0].env[0].valueFrom.secretKeyRef reads Secret "db". Review it and record who did.`,
        },
    },
    allowed: {
        "a Secret that no container mounts": { object: mounting({ secret: { secretName: "db" } }, "other") },
        "a ConfigMap that is not in the stack": { object: mounting({ configMap: { name: "settings" } }) },
        "scratch space": { object: mounting({ emptyDir: {} }) },
        "a pod without volumes": {},
    },
});
