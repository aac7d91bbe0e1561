import { disruptionBudgetPresent } from "../../../../policies/controls/resources/disruption-budget-present";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";

function budget(spec: Manifest, apiVersion = "policy/v1"): Manifest {
    return { apiVersion, kind: "PodDisruptionBudget", metadata: { name: "web", namespace: "shop" }, spec };
}

const selector = { matchLabels: { app: "web" } };

describeControl(disruptionBudgetPresent, {
    refused: {
        "several replicas without a budget": {
            object: workload("Deployment", { replicas: 3 }),
            message: "spec.replicas is 3, and no PodDisruptionBudget selects the pods. Add one.",
        },
        "a budget for other pods": {
            stack: [
                workload("StatefulSet", { replicas: 2 }),
                budget({ maxUnavailable: 1, selector: { matchLabels: { app: "db" } } }),
            ],
            message: "spec.replicas is 2, and no PodDisruptionBudget selects the pods. Add one.",
        },
        "an empty selector of policy/v1beta1, which selected nothing": {
            stack: [workload("Deployment", { replicas: 2 }), budget({ selector: {} }, "policy/v1beta1")],
            message: "spec.replicas is 2, and no PodDisruptionBudget selects the pods. Add one.",
        },
        "a budget in another namespace": {
            stack: [
                workload("Deployment", { replicas: 2 }),
                { ...budget({ maxUnavailable: 1, selector }), metadata: { name: "web", namespace: "other" } },
            ],
            message: "spec.replicas is 2, and no PodDisruptionBudget selects the pods. Add one.",
        },
    },
    allowed: {
        "a count that is left out, which means one": { object: workload("Deployment") },
        "a budget that selects the pods": {
            stack: [workload("Deployment", { replicas: 3 }), budget({ maxUnavailable: 1, selector })],
        },
        "a budget for the whole namespace": {
            stack: [workload("Deployment", { replicas: 3 }), budget({ maxUnavailable: 1, selector: {} })],
        },
        "a single replica, which a budget would pin to its node": { object: workload("Deployment", { replicas: 1 }) },
    },
});
