import assert from "node:assert/strict";

import {
    bindingObjects,
    bindingOf,
    bindingsOfServiceAccount,
    roleOf,
} from "../../../../policies/kubernetes/rbac/bindings";
import { withUnknown } from "../../../support/cases";
import { stackOf } from "../../../support/controls";
import { clusterRole, clusterRoleBinding, role, roleBinding } from "../../../support/rbac";

const account = { kind: "ServiceAccount", name: "web" };

describe("bindings", () => {
    it("take the namespace of a service account from the binding where the subject names none", () => {
        const stack = stackOf(roleBinding([account], "tested", "till"));
        assert.equal(bindingsOfServiceAccount(stack, "till", "web").length, 1);
        assert.equal(bindingsOfServiceAccount(stack, "shop", "web").length, 0);
    });

    it("know a service account by its name as a user", () => {
        const stack = stackOf(clusterRoleBinding([{ kind: "User", name: "system:serviceaccount:shop:web" }]));
        assert.equal(bindingsOfServiceAccount(stack, "shop", "web").length, 1);
        assert.equal(bindingsOfServiceAccount(stack, "shop", "system:serviceaccount:shop:web").length, 0);
    });

    it("are those of the RBAC API, not kinds of that name elsewhere", () => {
        const elsewhere = { ...clusterRoleBinding([account]), apiVersion: "iam.example.org/v1" };
        const openshift = { ...roleBinding([account]), apiVersion: "authorization.openshift.io/v1" };
        const stack = stackOf(elsewhere, openshift, roleBinding([account]));
        assert.deepEqual(bindingObjects(stack), stack.given.slice(1));
    });

    it("leave a binding out whose subjects are unknown, and keep the others", () => {
        const stack = stackOf(
            withUnknown(roleBinding([account]), "subjects"),
            clusterRoleBinding([{ ...account, namespace: "shop" }]),
        );
        assert.deepEqual(
            bindingsOfServiceAccount(stack, "shop", "web").map(({ object }) => object.kind),
            ["ClusterRoleBinding"],
        );
        assert.equal(bindingObjects(stack).length, 2);
    });

    it("find a Role in their own namespace, and a ClusterRole anywhere", () => {
        const stack = stackOf(
            role([], "shop"),
            role([], "till"),
            clusterRole([]),
            roleBinding([]),
            clusterRoleBinding([]),
        );
        const [own, cluster] = bindingObjects(stack).map(bindingOf);
        assert.equal(own && roleOf(stack, own), stack.given[0]);
        assert.equal(cluster && roleOf(stack, cluster), stack.given[2]);
    });
});
