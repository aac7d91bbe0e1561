import { disruptionBudgetSparesTheHealthy } from "../../../../policies/controls/resources/disruption-budget-spares-the-healthy";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

function budget(spec: Manifest, apiVersion = "policy/v1"): Manifest {
    return {
        apiVersion,
        kind: "PodDisruptionBudget",
        metadata: { name: "web", namespace: "shop" },
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } }, ...spec },
    };
}

describeControl(disruptionBudgetSparesTheHealthy, {
    refused: {
        "the other policy": {
            object: budget({ unhealthyPodEvictionPolicy: "IfHealthyBudget" }),
            message: 'spec.unhealthyPodEvictionPolicy is "IfHealthyBudget". Set it to AlwaysAllow.',
        },
        "a policy that is left out": {
            object: budget({}),
            message: "spec.unhealthyPodEvictionPolicy is not set, which means IfHealthyBudget. Set it to AlwaysAllow.",
        },
        "a value that the API does not know": {
            object: budget({ unhealthyPodEvictionPolicy: "Always" }),
            message: 'spec.unhealthyPodEvictionPolicy is "Always". Set it to AlwaysAllow.',
        },
    },
    allowed: {
        "pods that are not ready go at any time": { object: budget({ unhealthyPodEvictionPolicy: "AlwaysAllow" }) },
        "a kind of another API": { object: budget({}, "example.org/v1") },
    },
});
