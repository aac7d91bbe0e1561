import { rollingUpdates } from "../../../../policies/controls/resources/rolling-updates";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";

describeControl(rollingUpdates, {
    refused: {
        "an update that stops everything first": {
            object: workload("Deployment", { strategy: { type: "Recreate" } }),
            message: 'spec.strategy.type is "Recreate". Set it to RollingUpdate.',
        },
        "an update that waits for somebody to delete pods": {
            object: workload("DaemonSet", { updateStrategy: { type: "OnDelete" } }),
            message: 'spec.updateStrategy.type is "OnDelete". Set it to RollingUpdate.',
        },
        "a rolling update of all at once": {
            object: workload("Deployment", {
                strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
            }),
            message: "spec.strategy.rollingUpdate.maxUnavailable is 100%: all pods may be down at once. Lower it.",
        },
    },
    allowed: {
        "a rolling update": { object: workload("Deployment", { strategy: { type: "RollingUpdate" } }) },
        "a workload that doesn't say, which is rolled": { object: workload("StatefulSet") },
    },
});
