import { autoscalerSound } from "../../../../policies/controls/resources/autoscaler-sound";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";

function autoscaler(spec: Manifest, target = "web"): Manifest {
    return {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "web", namespace: "shop" },
        spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target }, ...spec },
    };
}

describeControl(autoscalerSound, {
    refused: {
        "a minimum of one": {
            object: autoscaler({ minReplicas: 1, maxReplicas: 5 }),
            message: "spec.minReplicas is 1. Set it to 2 or more.",
        },
        "a minimum that is left out": {
            object: autoscaler({ maxReplicas: 5 }),
            message: "spec.minReplicas is not set, which means 1. Set it to 2 or more.",
        },
        "a range in which nothing can scale": {
            object: autoscaler({ minReplicas: 4, maxReplicas: 4 }),
            message: "spec.maxReplicas is 4, the minimum 4: it can't scale. Leave at least 1 between them.",
        },
        "more than the maximum that is configured": {
            object: autoscaler({ minReplicas: 3, maxReplicas: 7 }),
            params: { maximum: 6 },
            message: "spec.maxReplicas is 7. Set it to 6 or less.",
        },
        "a target that does not exist": {
            stack: [workload("Deployment"), autoscaler({ minReplicas: 2, maxReplicas: 5 }, "wbe")],
            message:
                'spec.scaleTargetRef.name is "wbe", and there is no Deployment of this name. Name one that exists.',
        },
    },
    allowed: {
        "a range above one, for a target that exists": {
            stack: [workload("Deployment"), autoscaler({ minReplicas: 2, maxReplicas: 5 })],
        },
        "a target that somebody else deploys": { object: autoscaler({ minReplicas: 2, maxReplicas: 5 }) },
        "a target of a kind of one's own": {
            stack: [
                workload("Deployment"),
                autoscaler({
                    scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "x" },
                    minReplicas: 2,
                    maxReplicas: 5,
                }),
            ],
        },
    },
});
