import { disruptionBudgetSound } from "../../../../policies/controls/resources/disruption-budget-sound";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";

function budget(spec: Manifest, apiVersion = "policy/v1"): Manifest {
    return { apiVersion, kind: "PodDisruptionBudget", metadata: { name: "web", namespace: "shop" }, spec };
}

const selector = { matchLabels: { app: "web" } };

describeControl(disruptionBudgetSound, {
    refused: {
        "a budget that lets nothing go": {
            object: budget({ maxUnavailable: 0, selector }),
            message: "spec.maxUnavailable is 0: no node with such a pod can be drained. Allow at least one.",
        },
        "nothing in percent": {
            object: budget({ maxUnavailable: "0%", selector }),
            message: "spec.maxUnavailable is 0%: no node with such a pod can be drained. Allow at least one.",
        },
        "a budget that keeps all": {
            object: budget({ minAvailable: "100%", selector }),
            message: "spec.minAvailable is 100%: no node with such a pod can be drained. Allow at least one to go.",
        },
        "a budget that keeps as many as there are": {
            stack: [budget({ minAvailable: 3, selector }), workload("Deployment", { replicas: 3 })],
            message:
                "spec.minAvailable is 3, and Deployment shop/web may have as few as 3 replicas: none could go. Keep fewer.",
        },
        "a share that rounds up to all": {
            stack: [budget({ minAvailable: "90%", selector }), workload("Deployment", { replicas: 3 })],
            message:
                "spec.minAvailable is 90%, and Deployment shop/web may have as few as 3 replicas: none could go. Keep fewer.",
        },
        "as many as an autoscaler may go down to": {
            stack: [
                budget({ minAvailable: 2, selector }),
                workload("Deployment", { replicas: 5 }),
                {
                    apiVersion: "autoscaling/v2",
                    kind: "HorizontalPodAutoscaler",
                    metadata: { name: "web", namespace: "shop" },
                    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: 2, maxReplicas: 9 },
                },
            ],
            message:
                "spec.minAvailable is 2, and Deployment shop/web may have as few as 2 replicas: none could go. Keep fewer.",
        },
        "a budget that limits nothing": {
            object: budget({ selector }),
            message: "spec.maxUnavailable is not set, nor is minAvailable: the budget limits nothing. Set one.",
        },
        "a count below zero": {
            object: budget({ maxUnavailable: -2, selector }),
            message: "spec.maxUnavailable is -2, which the API server refuses. Set it to 0 or more.",
        },
    },
    allowed: {
        "one at a time": { object: budget({ maxUnavailable: 1, selector }) },
        "fewer than there are": {
            stack: [budget({ minAvailable: 2, selector }), workload("Deployment", { replicas: 3 })],
        },
        "a number beside a count that is left to something else": {
            stack: [budget({ minAvailable: 1, selector }), workload("Deployment")],
        },
        "a number where the pods are elsewhere": { object: budget({ minAvailable: 2, selector }) },
    },
});
