import assert from "node:assert/strict";

import { noPowerfulBindings } from "../../../../policies/controls/rbac/no-powerful-bindings";
import { describeControl } from "../../../support/control-suite";
import { outcomesOf } from "../../../support/controls";
import { clusterRole, clusterRoleBinding, roleBinding } from "../../../support/rbac";

const jane = { kind: "User", name: "jane" };
const inNamespace = (name: string) => ({
    ...roleBinding([jane]),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
});
const message = (role: string, powers: string, first: string) =>
    `roleRef.name is "${role}", whose subjects may ${powers} (${first}). Bind a role of your own that lists what is needed.`;
const secrets = clusterRole([{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }], {
    metadata: { name: "part", labels: { collect: "yes" } },
});
const collector = clusterRole(null, {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { collect: "yes" } }] },
});
const keeper = "system:controller:replicaset-controller";
const shipped = (over: object) =>
    clusterRoleBinding([{ kind: "ServiceAccount", name: "replicaset-controller", namespace: "kube-system" }], keeper, {
        metadata: { name: keeper },
        ...over,
    });

describeControl(noPowerfulBindings, {
    refused: {
        "edit in a namespace": {
            object: inNamespace("edit"),
            message: message(
                "edit",
                "read every Secret, run commands in pods, act as somebody else, create, change or delete pods, get a token of every service account",
                "get, list, watch on secrets",
            ),
        },
        "a security context constraint of OpenShift's": {
            object: inNamespace("system:openshift:scc:anyuid"),
            message: message(
                "system:openshift:scc:anyuid",
                "run pods beyond the restricted security context constraint",
                "use on securitycontextconstraints",
            ),
        },
        "the role that may give itself any right": {
            object: clusterRoleBinding([jane], "system:controller:clusterrole-aggregation-controller"),
            message: message(
                "system:controller:clusterrole-aggregation-controller",
                "give themselves any right, change roles and bindings",
                "escalate on clusterroles",
            ),
        },
        "the role that commands kubelets": {
            object: clusterRoleBinding([jane], "system:kubelet-api-admin"),
            message: message("system:kubelet-api-admin", "command the kubelet", "* on nodes/proxy"),
        },
        "an aggregated role of the stack": {
            stack: [clusterRoleBinding([jane]), collector, secrets],
            message: message("tested", "read every Secret", "list on secrets"),
        },
        "a binding of the API server with somebody added": {
            object: shipped({ subjects: [jane] }),
            message: message(keeper, "create, change or delete pods", "update on replicasets"),
        },
    },
    allowed: {
        "the restricted constraint of OpenShift's": { object: inNamespace("system:openshift:scc:restricted-v2") },
        "view, which reads no Secrets": { stack: [clusterRoleBinding([jane], "view"), inNamespace("view")] },
        "a role of the stack, where other controls see the rules": {
            stack: [clusterRoleBinding([jane], "part"), secrets],
        },
        "an aggregated role that collects nothing": { stack: [clusterRoleBinding([jane]), collector] },
        "a role that is not there, bound to nobody": { object: clusterRoleBinding([], "absent") },
        "cluster-admin, which another control refuses": { object: clusterRoleBinding([jane], "cluster-admin") },
        "a binding as the API server makes it": { object: shipped({}) },
    },
});

describe("no-powerful-bindings", () => {
    it("can't tell what a role gives that is nowhere to be seen", () => {
        const [outcome, ...others] = outcomesOf(noPowerfulBindings, [clusterRoleBinding([jane], "absent")]);
        assert.ok(outcome?.status === "unverifiable");
        assert.match(
            outcome.error.message,
            /^roleRef\.name is ClusterRole "absent", which is not judged with the binding, so nobody knows what it grants$/,
        );
        assert.deepEqual(others, []);
    });
});
