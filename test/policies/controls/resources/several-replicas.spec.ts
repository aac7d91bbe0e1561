import { severalReplicas } from "../../../../policies/controls/resources/several-replicas";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";

describeControl(severalReplicas, {
    refused: {
        "a Deployment that doesn't say": {
            object: workload("Deployment"),
            message: "spec.replicas is not set, which means 1. Set it to 2 or more.",
        },
        "one replica": {
            object: workload("Deployment", { replicas: 1 }),
            message: "spec.replicas is 1. Set it to 2 or more.",
        },
        "fewer than the minimum that is configured": {
            object: workload("ReplicationController", { replicas: 2 }),
            params: { minimum: 3 },
            message: "spec.replicas is 2. Set it to 3 or more.",
        },
        "more than the maximum that is configured": {
            object: workload("Deployment", { replicas: 60 }),
            params: { maximum: 50 },
            message: "spec.replicas is 60. Set it to 50 or less.",
        },
        "an autoscaler that may go down to one": {
            stack: [
                workload("Deployment", { replicas: 3 }),
                {
                    apiVersion: "autoscaling/v2",
                    kind: "HorizontalPodAutoscaler",
                    metadata: { name: "web", namespace: "shop" },
                    spec: {
                        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
                        maxReplicas: 5,
                    },
                },
            ],
            message: "spec.minReplicas is not set, which means 1. Set it to 2 or more.",
        },
    },
    allowed: {
        "two replicas": { object: workload("Deployment", { replicas: 2 }) },
        "a workload that is switched off": { object: workload("Deployment", { replicas: 0 }) },
        "an autoscaler with two": {
            stack: [
                workload("Deployment"),
                {
                    apiVersion: "autoscaling/v2",
                    kind: "HorizontalPodAutoscaler",
                    metadata: { name: "web", namespace: "shop" },
                    spec: {
                        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
                        minReplicas: 2,
                        maxReplicas: 5,
                    },
                },
            ],
        },
        "a StatefulSet": { object: workload("StatefulSet", { replicas: 1 }) },
        "a ReplicaSet that a Deployment owns": {
            object: {
                ...workload("ReplicaSet", { replicas: 1 }),
                metadata: { name: "web-1", namespace: "shop", ownerReferences: [{ kind: "Deployment", name: "web" }] },
            },
        },
    },
});
