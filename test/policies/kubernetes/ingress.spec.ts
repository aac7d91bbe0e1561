import assert from "node:assert/strict";

import {
    coversHost,
    defaultBackend,
    ingressRules,
    ingressServices,
    isIngress,
} from "../../../policies/kubernetes/ingress";
import { stackOf } from "../../support/controls";
import { ingress, ingressRule } from "../../support/objects";

function only(manifest: ReturnType<typeof ingress>) {
    const [object] = stackOf(manifest).objects;
    assert.ok(object !== undefined);
    return object;
}

describe("Ingress", () => {
    it("is read in both ways of naming a backend", () => {
        const old = {
            ...ingress({
                backend: { serviceName: "rest", servicePort: 80 },
                rules: [{ host: "a", http: { paths: [{ backend: { serviceName: "web", servicePort: 80 } }] } }],
            }),
            apiVersion: "extensions/v1beta1",
        };
        assert.deepEqual(ingressServices(only(old)), ["web", "rest"]);
        assert.deepEqual(defaultBackend(only(old)), { field: "backend", service: "rest" });
        assert.deepEqual(ingressServices(only(ingress())), ["web"]);
        assert.equal(defaultBackend(only(ingress())), undefined);
    });

    it("takes no path for the root", () => {
        const [rule] = ingressRules(only(ingress({ rules: [{ http: { paths: [{ backend: {} }] } }] })));
        assert.deepEqual(rule, {
            path: "spec.rules[0]",
            host: "",
            paths: [{ path: "spec.rules[0].http.paths[0]", value: "/", pathType: "", service: "" }],
        });
    });

    it("is of the Kubernetes API", () => {
        assert.equal(isIngress(only(ingress({ rules: [ingressRule("a")] }))), true);
        assert.equal(isIngress(only({ ...ingress(), apiVersion: "config.openshift.io/v1" })), false);
    });

    it("has hosts that a wildcard covers one label deep", () => {
        assert.equal(coversHost("shop.example.org", "Shop.example.org"), true);
        assert.equal(coversHost("*.example.org", "shop.example.org"), true);
        assert.equal(coversHost("*.example.org", "a.shop.example.org"), false);
        assert.equal(coversHost("*.example.org", "example.org"), false);
        assert.equal(coversHost("shop.example.org", "api.example.org"), false);
    });
});
