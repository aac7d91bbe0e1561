import { replicasSpread } from "../../../../policies/controls/resources/replicas-spread";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";

describeControl(replicasSpread, {
    refused: {
        "replicas that may share a node": {
            object: workload("Deployment", { replicas: 2 }),
            message:
                "spec.template.spec.topologySpreadConstraints has no rule that selects the workload's own pods, nor has podAntiAffinity. Add one.",
        },
        "a constraint that the API refuses": {
            object: workload(
                "Deployment",
                { replicas: 2 },
                {
                    topologySpreadConstraints: [
                        { maxSkew: 1, labelSelector: { matchLabels: { app: "web" } } },
                        { maxSkew: 0, topologyKey: "zone", labelSelector: { matchLabels: { app: "web" } } },
                    ],
                },
            ),
            message:
                "spec.template.spec.topologySpreadConstraints has no rule that selects the workload's own pods, nor has podAntiAffinity. Add one.",
        },
        "a rule about other pods": {
            object: workload(
                "StatefulSet",
                { replicas: 3 },
                { topologySpreadConstraints: [{ topologyKey: "zone", labelSelector: { matchLabels: { app: "db" } } }] },
            ),
            message:
                "spec.template.spec.topologySpreadConstraints has no rule that selects the workload's own pods, nor has podAntiAffinity. Add one.",
        },
    },
    allowed: {
        "a count that is left out, which means one": { object: workload("Deployment") },
        "a spread constraint": {
            object: workload(
                "Deployment",
                { replicas: 3 },
                {
                    topologySpreadConstraints: [
                        { topologyKey: "zone", labelSelector: { matchLabels: { app: "web" } } },
                    ],
                },
            ),
        },
        "an anti-affinity that is preferred": {
            object: workload(
                "Deployment",
                { replicas: 3 },
                {
                    affinity: {
                        podAntiAffinity: {
                            preferredDuringSchedulingIgnoredDuringExecution: [
                                { weight: 1, podAffinityTerm: { labelSelector: { matchLabels: { app: "web" } } } },
                            ],
                        },
                    },
                },
            ),
        },
        "an anti-affinity that is required": {
            object: workload(
                "Deployment",
                { replicas: 3 },
                {
                    affinity: {
                        podAntiAffinity: {
                            requiredDuringSchedulingIgnoredDuringExecution: [
                                { labelSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] } },
                            ],
                        },
                    },
                },
            ),
        },
        "a single replica": { object: workload("Deployment", { replicas: 1 }) },
    },
});
