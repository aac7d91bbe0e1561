import assert from "node:assert/strict";

import { allowRules, isIsolated, policiesIn, policyOf } from "../../../../policies/kubernetes/network";
import { isUnknownValueError } from "../../../../policies/kubernetes/unknown";
import { withUnknown } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";
import { stackOf } from "../../../support/controls";
import { networkPolicy, pod } from "../../../support/objects";

function directionsOf(spec: Manifest): readonly string[] {
    const [object] = stackOf(networkPolicy(spec)).objects;
    return object === undefined ? [] : [...policyOf(object).directions];
}

describe("network policies", () => {
    it("isolate the directions they name", () => {
        assert.deepEqual(directionsOf({ policyTypes: ["Egress"] }), ["Egress"]);
        assert.deepEqual(directionsOf({ policyTypes: ["Egress", "Ingress"] }), ["Ingress", "Egress"]);
    });

    it("isolate ingress where they name none, and egress only with rules for it", () => {
        assert.deepEqual(directionsOf({}), ["Ingress"]);
        assert.deepEqual(directionsOf({ policyTypes: [], egress: [] }), ["Ingress"]);
        assert.deepEqual(directionsOf({ egress: [{}] }), ["Ingress", "Egress"]);
    });

    it("have no rules for a direction they do not isolate", () => {
        const [object] = stackOf(networkPolicy({ policyTypes: ["Ingress"], ingress: [{}], egress: [{}] })).objects;
        assert.deepEqual(object && allowRules(policyOf(object)).map(({ path }) => path), ["spec.ingress[0]"]);
    });

    it("leave only their own namespace in doubt where they are unknown", () => {
        const stack = stackOf(
            withUnknown(networkPolicy({ podSelector: {} }), "spec"),
            networkPolicy({ podSelector: {} }, { namespace: "till" }),
            pod({}, {}, { namespace: "till" }),
            pod(),
        );
        const [shop, till] = stack.pods();
        assert.ok(till !== undefined && shop !== undefined);
        assert.equal(isIsolated(stack, till), true);
        assert.throws(() => isIsolated(stack, shop), isUnknownValueError);
        assert.equal(policiesIn(stack, "till").length, 1);
        assert.throws(() => policiesIn(stack, "shop"), isUnknownValueError);
    });
});
