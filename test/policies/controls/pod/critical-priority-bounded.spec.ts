import { criticalPriorityBounded } from "../../../../policies/controls/pod/critical-priority-bounded";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const NODE_CRITICAL = "system-node-critical";

function quota(expression: Manifest | undefined, namespace = "shop", hard: Manifest = { pods: "10" }): Manifest {
    return {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "critical", namespace },
        spec: { hard, ...(expression !== undefined && { scopeSelector: { matchExpressions: [expression] } }) },
    };
}

const grant = (...values: readonly string[]): Manifest => ({ scopeName: "PriorityClass", operator: "In", values });
const message = (name: string): string =>
    `spec.priorityClassName is "${name}", which drives other pods off their nodes, and no quota of namespace "shop" bounds them. Name a class of your own, or add a quota.`;
const refused = { pod: { priorityClassName: NODE_CRITICAL }, message: message(NODE_CRITICAL) };

describeControl(criticalPriorityBounded, {
    refused: {
        "a class of the node's own pods": refused,
        "a class of the cluster's own pods": {
            pod: { priorityClassName: "system-cluster-critical" },
            message: message("system-cluster-critical"),
        },
        "a quota for the other class": { ...refused, beside: [quota(grant("system-cluster-critical"))] },
        "a quota of another namespace": { ...refused, beside: [quota(grant(NODE_CRITICAL), "other")] },
        "a quota that leaves the class out": {
            ...refused,
            beside: [quota({ scopeName: "PriorityClass", operator: "NotIn", values: [NODE_CRITICAL] })],
        },
        "a quota of something else": { ...refused, beside: [quota(undefined, "shop", { services: "5" })] },
        "a quota of another kind of pods": {
            ...refused,
            beside: [{ ...quota(undefined), spec: { hard: { pods: "10" }, scopes: ["BestEffort"] } }],
        },
        "a quota of another scope": {
            ...refused,
            beside: [quota({ scopeName: "CrossNamespacePodAffinity", operator: "In", values: [NODE_CRITICAL] })],
        },
    },
    allowed: {
        "a class within the quota of all pods": {
            pod: { priorityClassName: NODE_CRITICAL },
            beside: [quota(undefined, "shop", { "requests.cpu": "4" })],
        },
        "a class within a quota of its own": {
            pod: { priorityClassName: NODE_CRITICAL },
            beside: [quota(grant("batch", NODE_CRITICAL))],
        },
        "a class of one's own": { pod: { priorityClassName: "shop" } },
        "no class": {},
        "a critical pod of the cluster": {
            metadata: { namespace: "kube-system" },
            pod: { priorityClassName: NODE_CRITICAL },
        },
    },
});
