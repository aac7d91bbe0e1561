import { noControlPlaneScheduling } from "../../../../policies/controls/pod/no-control-plane-scheduling";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

function named(term: Manifest): Manifest {
    return {
        affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
        },
    };
}

const affinity = (expression: Manifest): Manifest => named({ matchExpressions: [expression] });

const runtimeClass = (scheduling: Manifest) => ({
    object: {
        apiVersion: "node.k8s.io/v1",
        kind: "RuntimeClass",
        metadata: { name: "kata" },
        handler: "kata",
        scheduling,
    },
});

describeControl(noControlPlaneScheduling, {
    refused: {
        "a pod that tolerates the control plane": {
            pod: {
                tolerations: [
                    { key: "dedicated", operator: "Exists" },
                    { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
                    { operator: "Exists" },
                ],
            },
            message: [
                'spec.tolerations[1] tolerates "node-role.kubernetes.io/control-plane", and with it the control plane. Remove it.',
                "spec.tolerations[2] tolerates every taint, and with it the control plane. Remove it.",
            ],
        },
        "a pod whose affinity asks for the control plane": {
            pod: affinity({ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }),
            message:
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0] asks for a node of the control plane. Remove it.",
        },
        "a pod whose affinity names its nodes": {
            pod: named({
                matchFields: [{ key: "metadata.name", operator: "In", values: ["node-1"] }],
                matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["node-1"] }],
            }),
            message: [
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0] asks for nodes by their names. Remove it.",
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0] asks for nodes by their names. Remove it.",
            ],
        },
        "a pod that picks its node": {
            pod: { nodeName: "node-1" },
            message: 'spec.nodeName is "node-1", which passes the scheduler by. Remove it.',
        },
        "a pod that picks nodes by a label": {
            pod: { nodeSelector: { "kubernetes.io/os": "linux", "node-role.kubernetes.io/master": "" } },
            message:
                'spec.nodeSelector["node-role.kubernetes.io/master"] picks nodes by a label of their own. Remove it.',
        },
        "a RuntimeClass that takes its pods to the control plane": {
            ...runtimeClass({
                nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
                tolerations: [{ operator: "Exists" }],
            }),
            message: [
                'scheduling.nodeSelector["node-role.kubernetes.io/control-plane"] asks for a node of the control plane. Remove it.',
                "scheduling.tolerations[0] tolerates every taint, and with it the control plane. Remove it.",
            ],
        },
    },
    allowed: {
        "a RuntimeClass that names the nodes with its runtime": runtimeClass({
            nodeSelector: { "example.org/runtime": "kata" },
            tolerations: [{ key: "example.org/runtime", operator: "Exists" }],
        }),
        "an affinity that keeps off the control plane": {
            pod: affinity({ key: "node-role.kubernetes.io/control-plane", operator: "DoesNotExist" }),
        },
        "what a node is able to run": { pod: { nodeSelector: { "kubernetes.io/arch": "arm64" } } },
        "other tolerations": { pod: { tolerations: [{ key: "dedicated", operator: "Equal", value: "shop" }] } },
        "a pod of a DaemonSet, which its controller binds to a node": {
            object: {
                apiVersion: "v1",
                kind: "Pod",
                metadata: { name: "agent", ownerReferences: [{ kind: "DaemonSet", name: "agent" }] },
                spec: named({ matchFields: [{ key: "metadata.name", operator: "In", values: ["node-1"] }] }),
            },
        },
        "nodes but those of some names": {
            pod: named({ matchFields: [{ key: "metadata.name", operator: "NotIn", values: ["node-1"] }] }),
        },
        "a pod that doesn't say": {},
    },
});
