import { claimsNameTheirStorage } from "../../../../policies/controls/resources/claims-name-their-storage";
import { describeControl } from "../../../support/control-suite";
import { workload } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";

const resources = { requests: { storage: "8Gi" } };

function claim(spec: Manifest): Manifest {
    return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data", namespace: "shop" }, spec };
}

describeControl(claimsNameTheirStorage, {
    refused: {
        "a claim that leaves its class to the cluster": {
            object: claim({ resources }),
            message: "spec.storageClassName is not set. Name a class.",
        },
        "a claim of no size": {
            object: claim({ storageClassName: "encrypted" }),
            message: "spec.resources.requests.storage is not set. Set it.",
        },
        "a template of a StatefulSet": {
            object: workload("StatefulSet", {
                volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { resources } }],
            }),
            message: "spec.volumeClaimTemplates[0].spec.storageClassName is not set. Name a class.",
        },
        "an ephemeral volume of a pod": {
            pod: { volumes: [{ name: "tmp", ephemeral: { volumeClaimTemplate: { spec: { resources } } } }] },
            message: "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.storageClassName is not set. Name a class.",
        },
        "a class that the configuration doesn't name": {
            object: claim({ storageClassName: "slow", resources }),
            params: { classes: ["encrypted"] },
            message: 'spec.storageClassName is "slow". Name one of encrypted.',
        },
        "a class that the stack must have, and has not": {
            object: claim({ storageClassName: "slow", resources }),
            params: { classInStack: true },
            message:
                'spec.storageClassName is "slow", and the stack has no StorageClass of this name. Name one that exists.',
        },
    },
    allowed: {
        "a class": { object: claim({ storageClassName: "encrypted", resources }) },
        "a class by the older annotation": {
            object: {
                ...claim({ resources }),
                metadata: { name: "data", annotations: { "volume.beta.kubernetes.io/storage-class": "encrypted" } },
            },
        },
        "no class on purpose": { object: claim({ storageClassName: "", resources }) },
        "a claim on one particular volume": { object: claim({ volumeName: "data-1", resources }) },
        "a class of the stack": {
            stack: [
                claim({ storageClassName: "encrypted", resources }),
                { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "encrypted" } },
            ],
            params: { classInStack: true },
        },
    },
});
