import assert from "node:assert/strict";

import fc from "fast-check";

import { LabelIndex, selects } from "../../../policies/kubernetes/selectors";

interface Thing {
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
}

const labels = fc.dictionary(fc.constantFrom("app", "tier", "team"), fc.constantFrom("a", "b"), { maxKeys: 3 });
const things = fc.array(fc.record({ namespace: fc.constantFrom("one", "two"), labels }), { maxLength: 12 });
const expression = fc.record({
    key: fc.constantFrom("app", "tier", "team"),
    operator: fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist", "Sideways"),
    values: fc.array(fc.constantFrom("a", "b")),
});
const selector = fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) });

function indexOf(all: readonly Thing[]): LabelIndex<Thing> {
    return new LabelIndex(
        all,
        (thing) => thing.namespace,
        (thing) => thing.labels,
    );
}

describe("selectors", () => {
    it("select everything when empty and nothing when absent", () => {
        assert.equal(selects({}, { app: "web" }), true);
        assert.equal(selects({ matchLabels: {}, matchExpressions: [] }, {}), true);
        assert.equal(selects(undefined, { app: "web" }), false);
        assert.equal(selects(null, { app: "web" }), false);
    });

    it("need every label and every expression", () => {
        const both = { matchLabels: { app: "web" }, matchExpressions: [{ key: "tier", operator: "Exists" }] };
        assert.equal(selects(both, { app: "web", tier: "front" }), true);
        assert.equal(selects(both, { app: "web" }), false);
        assert.equal(selects(both, { app: "api", tier: "front" }), false);
    });

    it("take a label that is missing as not in any list", () => {
        const not = { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["front"] }] };
        assert.equal(selects(not, {}), true);
        assert.equal(selects(not, { tier: "front" }), false);
        assert.equal(selects({ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, {}), true);
    });

    it("select nothing by an operator that does not exist", () => {
        assert.equal(selects({ matchExpressions: [{ key: "app", operator: "Like" }] }, { app: "web" }), false);
    });
});

describe("LabelIndex", () => {
    it("picks what a look at every single thing would pick", () => {
        fc.assert(
            fc.property(things, selector, fc.constantFrom("one", "two", "three"), (all, wanted, namespace) => {
                assert.deepEqual(
                    indexOf(all).select(namespace, wanted),
                    all.filter((thing) => thing.namespace === namespace && selects(wanted, thing.labels)),
                );
            }),
        );
    });

    it("gives the same answer to the same question", () => {
        const index = indexOf([{ namespace: "one", labels: { app: "a" } }]);
        const first = index.select("one", { matchLabels: { app: "a" } });
        assert.equal(first.length, 1);
        assert.equal(index.select("one", { matchLabels: { app: "a" } }), first);
        assert.deepEqual(index.select("two", { matchLabels: { app: "a" } }), []);
    });

    it("picks nothing without a selector", () => {
        assert.deepEqual(indexOf([{ namespace: "one", labels: {} }]).select("one", undefined), []);
    });
});
