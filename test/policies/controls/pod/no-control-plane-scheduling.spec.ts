import { noControlPlaneScheduling } from "../../../../policies/controls/pod/no-control-plane-scheduling";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

function affinity(expression: Manifest): Manifest {
    return {
        affinity: {
            nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [{ matchExpressions: [expression] }],
                },
            },
        },
    };
}

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
        "a pod that picks its node": {
            pod: { nodeName: "node-1" },
            message: 'spec.nodeName is "node-1", which passes the scheduler by. Remove it.',
        },
        "a pod that picks nodes by a label": {
            pod: { nodeSelector: { "kubernetes.io/os": "linux", "node-role.kubernetes.io/master": "" } },
            message:
                'spec.nodeSelector["node-role.kubernetes.io/master"] picks nodes by a label of their own. Remove it.',
        },
    },
    allowed: {
        "an affinity that keeps off the control plane": {
            pod: affinity({ key: "node-role.kubernetes.io/control-plane", operator: "DoesNotExist" }),
        },
        "what a node is able to run": { pod: { nodeSelector: { "kubernetes.io/arch": "arm64" } } },
        "other tolerations": { pod: { tolerations: [{ key: "dedicated", operator: "Equal", value: "shop" }] } },
        "a pod that doesn't say": {},
    },
});
