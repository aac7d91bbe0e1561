import { backupsLeaveTheCluster } from "../../../../policies/controls/secrets/backups-leave-the-cluster";
import { describeControl } from "../../../support/control-suite";

const object = (apiVersion: string, kind: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name: "nightly", namespace: "backup" },
    spec,
});
const policy = (...actions: string[]) =>
    object("config.kio.kasten.io/v1alpha1", "Policy", { actions: actions.map((action) => ({ action })) });
const profile = (objectStore: object, type = "Location") =>
    object("config.kio.kasten.io/v1alpha1", "Profile", { type, locationSpec: { objectStore } });
const PERIOD = "spec.locationSpec.objectStore.protectionPeriod";

describeControl(backupsLeaveTheCluster, {
    refused: {
        "backups that stay": {
            object: policy("backup"),
            message: `spec.actions make backups and export none. Add the action "export".`,
        },
        "exports that can be overwritten": {
            object: profile({ name: "bucket" }),
            message: `${PERIOD} is unset, so exports can be overwritten. Set it.`,
        },
        "a schedule that is paused": {
            object: object("velero.io/v1", "Schedule", { paused: true }),
            message: "spec.paused is true, so no backup is made. Remove it.",
        },
    },
    allowed: {
        "backups that leave": { object: policy("backup", "export") },
        "a policy that makes no backups": { object: policy("import", "restore") },
        "exports that are protected": { object: profile({ name: "bucket", protectionPeriod: "504h" }) },
        "a profile of another type": { object: profile({}, "Infra") },
        "a schedule that runs": { object: object("velero.io/v1", "Schedule", { schedule: "0 3 * * *" }) },
    },
});
