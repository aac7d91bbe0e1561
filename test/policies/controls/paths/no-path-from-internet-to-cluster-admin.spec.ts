import { strict as assert } from "node:assert";

import { noPathFromInternetToClusterAdmin as control } from "../../../../policies/controls/paths/no-path-from-internet-to-cluster-admin";
import { runControl } from "../../../../policies/engine/run";
import { Stack } from "../../../../policies/kubernetes/stack";
import { withUnknown } from "../../../support/cases";
import { faultsOf, messagesOf, resourceOf } from "../../../support/controls";
import type { Manifest } from "../../../support/controls";
import { boundTo, named, object, pod } from "../../paths/manifests";

const published = object("v1", "Service", "web", { spec: { type: "NodePort", selector: { app: "web" } } });
const web = pod({ automountServiceAccountToken: true });
/** A cluster role for the account of the published pod. */
const gives = (...rule: readonly [string, string, string]): readonly Manifest[] =>
    boundTo({ kind: "ServiceAccount", name: "web", namespace: "shop" }, named("web", [rule]));

describe("no-path-from-internet-to-cluster-admin", () => {
    it("refuses rights of a published pod's account that lead to every right, at the rule that gives them", () => {
        const found = faultsOf(control, [
            published,
            web,
            ...gives("rbac.authorization.k8s.io", "clusterroles", "escalate,patch"),
        ]);
        assert.deepEqual(
            found.map(({ path }) => path),
            ["rules[0]"],
        );
        assert.match(
            found[0]?.message ?? "",
            /^the Internet -> .* -> service account shop\/web -> .* -> cluster-admin\. /,
        );
    });

    it("refuses rights that lead there by way of others, such as a token of the controllers' accounts", () => {
        assert.equal(messagesOf(control, [published, web, ...gives("", "serviceaccounts/token", "create")]).length, 1);
    });

    it("allows rights that lead nowhere, and the same pod without its token", () => {
        assert.deepEqual(messagesOf(control, [published, web, ...gives("", "pods", "get,list")]), []);
        assert.deepEqual(messagesOf(control, [published, pod(), ...gives("*", "*", "*")]), []);
    });

    it("can't tell where a pod is unknown before deployment", () => {
        const unknown = withUnknown(pod(), "spec");
        const outcomes = [...runControl(control, new Stack([resourceOf(published), resourceOf(unknown)]), {})];
        assert.deepEqual(
            outcomes.map(({ status }) => status),
            ["unverifiable"],
        );
    });
});
