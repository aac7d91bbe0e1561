import assert from "node:assert/strict";

import { kubeObjects } from "../../../policies/kubernetes/kube";
import { resourceOf } from "../../support/controls";
import { configMap } from "../../support/objects";

describe("kubeObjects", () => {
    it("finds what lists hold, however deep one is in another, with its full path", () => {
        let body: object = configMap({});
        for (let depth = 1; depth <= 50; depth++) {
            body = { apiVersion: "v1", kind: "List", items: [body] };
            const [object, ...more] = kubeObjects(resourceOf(body as Parameters<typeof resourceOf>[0]));
            assert.deepEqual([object?.kind, object?.name, more], ["ConfigMap", "settings", []]);
            assert.equal(object?.prefix, "items[0].".repeat(depth));
        }
    });

    it("gives the items of a typed list the kind that they leave out", () => {
        const items = [{ metadata: { name: "a" } }, { metadata: { name: "b" } }];
        const objects = kubeObjects(resourceOf({ apiVersion: "v1", kind: "SecretList", items }));
        assert.deepEqual(
            objects.map(({ apiVersion, kind, name }) => `${apiVersion} ${kind} ${name}`),
            ["v1 Secret a", "v1 Secret b"],
        );
    });
});
