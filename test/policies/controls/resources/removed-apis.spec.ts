import assert from "node:assert/strict";

import { replacementOf } from "../../../../policies/controls/resources/removed-apis";

describe("replacementOf", () => {
    it("knows what took a removed version's place", () => {
        assert.deepEqual(replacementOf("policy/v1beta1", "PodDisruptionBudget"), {
            minor: 25,
            replacement: "policy/v1",
            unchanged: true,
        });
        assert.deepEqual(replacementOf("policy/v1beta1", "PodSecurityPolicy"), {
            minor: 25,
            replacement: undefined,
            unchanged: false,
        });
    });

    it("knows nothing against a version that is served, or a kind that was never in one", () => {
        assert.equal(replacementOf("apps/v1", "Deployment"), undefined);
        assert.equal(replacementOf("policy/v1beta1", "Deployment"), undefined);
    });

    it("never points at a version that is removed itself", () => {
        const places = [
            ["extensions/v1beta1", "Ingress"],
            ["autoscaling/v2beta1", "HorizontalPodAutoscaler"],
            ["flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema"],
            ["storage.k8s.io/v1alpha1", "CSIStorageCapacity"],
            ["batch/v2alpha1", "CronJob"],
        ] as const;
        for (const [apiVersion, kind] of places) {
            const replacement = replacementOf(apiVersion, kind)?.replacement;
            assert.ok(replacement !== undefined);
            assert.equal(replacementOf(replacement, kind), undefined);
        }
    });
});
