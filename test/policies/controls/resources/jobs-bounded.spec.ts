import { jobsBounded } from "../../../../policies/controls/resources/jobs-bounded";
import { describeControl } from "../../../support/control-suite";

describeControl(jobsBounded, {
    good: { kind: "Job", pod: { restartPolicy: "Never" }, workload: undefined },
    kinds: ["Job"],
    refused: {
        "a Job that stays for ever": {
            message: "spec.ttlSecondsAfterFinished is not set. Set it.",
        },
        "a CronJob that starts whatever it missed": {
            object: {
                apiVersion: "batch/v1",
                kind: "CronJob",
                metadata: { name: "nightly", namespace: "shop" },
                spec: { jobTemplate: { spec: { template: { spec: { restartPolicy: "OnFailure" } } } } },
            },
            message: "spec.startingDeadlineSeconds is not set. Set it.",
        },
        "a workload whose pods are not restarted": {
            object: {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "web", namespace: "shop" },
                spec: { template: { spec: { restartPolicy: "Never" } } },
            },
            message: 'spec.template.spec.restartPolicy is "Never", and a Deployment keeps its pods running. Remove it.',
        },
        "a Job whose pods are restarted for ever": {
            object: {
                apiVersion: "batch/v1",
                kind: "Job",
                metadata: { name: "once", namespace: "shop" },
                spec: { ttlSecondsAfterFinished: 600, template: { spec: { restartPolicy: "Always" } } },
            },
            message: 'spec.template.spec.restartPolicy is "Always". Set it to Never or OnFailure.',
        },
    },
    allowed: {
        "a workload that says that it restarts its pods": { kind: "Deployment", pod: { restartPolicy: "Always" } },
        "a Job with a time to live": {
            object: {
                apiVersion: "batch/v1",
                kind: "Job",
                metadata: { name: "once", namespace: "shop" },
                spec: { ttlSecondsAfterFinished: 0, template: { spec: { restartPolicy: "Never" } } },
            },
        },
        "a Job that a CronJob owns": {
            object: {
                apiVersion: "batch/v1",
                kind: "Job",
                metadata: {
                    name: "nightly-1",
                    namespace: "shop",
                    ownerReferences: [{ kind: "CronJob", name: "nightly" }],
                },
                spec: { template: { spec: { restartPolicy: "Never" } } },
            },
        },
        "a workload that runs for ever": { kind: "Deployment", pod: {} },
    },
});
