import { strict as assert } from "node:assert";

import { noPathFromAnyPodToClusterAdmin as control } from "../../../../policies/controls/paths/no-path-from-any-pod-to-cluster-admin";
import { faultsOf, messagesOf } from "../../../support/controls";
import { boundTo, named, pod } from "../../paths/manifests";

const web = pod({ automountServiceAccountToken: true });
const gives = (...rule: readonly [string, string, string]) =>
    boundTo({ kind: "ServiceAccount", name: "web", namespace: "shop" }, named("web", [rule]));

describe("no-path-from-any-pod-to-cluster-admin", () => {
    it("refuses an account of a pod that comes to every right, at the rule that lets it", () => {
        const found = faultsOf(control, [web, ...gives("rbac.authorization.k8s.io", "clusterroles", "escalate,patch")]);
        assert.deepEqual(
            found.map(({ path, message }) => [path, message.slice(0, 44)]),
            [["rules[0]", "Pod shop/web -> service account shop/web -> "]],
        );
    });

    it("leaves what leads there by way of a node to the control over nodes", () => {
        assert.deepEqual(messagesOf(control, [pod({}, { securityContext: { privileged: true } })]), []);
    });

    it("allows rights that lead nowhere, and the same rights without the token", () => {
        assert.deepEqual(messagesOf(control, [web, ...gives("", "configmaps", "get,list")]), []);
        assert.deepEqual(messagesOf(control, [pod(), ...gives("*", "*", "*")]), []);
    });
});
