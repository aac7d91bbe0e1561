import { strict as assert } from "node:assert";

import { noPathBetweenTenants as control } from "../../../../policies/controls/paths/no-path-between-tenants";
import type { Manifest } from "../../../support/controls";
import { faultsOf, messagesOf } from "../../../support/controls";
import { boundTo, named, object, pod } from "../../paths/manifests";

const tenant = (name: string, owner: string, label = "capsule.clastix.io/tenant"): Manifest =>
    object("v1", "Namespace", name, { metadata: { labels: { [label]: owner } } }, "");
const web = pod({ automountServiceAccountToken: true });
const readsSecrets = boundTo(
    { kind: "ServiceAccount", name: "web", namespace: "shop" },
    named("web", [["", "secrets", "get"]]),
);

describe("no-path-between-tenants", () => {
    it("refuses a pod of one tenant that reads the Secrets of all", () => {
        const found = faultsOf(control, [tenant("shop", "one"), tenant("bank", "other"), web, ...readsSecrets]);
        assert.equal(found.length, 1);
        assert.match(found[0]?.message ?? "", /^Pod shop\/web -> .* -> every Secret of the cluster\. /);
    });

    it("refuses a pod that leaves its container, since other tenants' pods run on its node", () => {
        const privileged = pod({}, { securityContext: { privileged: true } });
        assert.equal(messagesOf(control, [tenant("shop", "one"), tenant("bank", "other"), privileged]).length, 1);
    });

    it("allows the same between namespaces of one tenant, and where nobody says whose a namespace is", () => {
        assert.deepEqual(messagesOf(control, [tenant("shop", "one"), tenant("bank", "one"), web, ...readsSecrets]), []);
        assert.deepEqual(messagesOf(control, [web, ...readsSecrets]), []);
    });

    it("takes the labels of its parameter", () => {
        const manifests = [tenant("shop", "one", "team"), tenant("bank", "other", "team"), web, ...readsSecrets];
        assert.deepEqual(messagesOf(control, manifests), []);
        assert.equal(messagesOf(control, manifests, { labels: ["team"] }).length, 1);
    });
});
