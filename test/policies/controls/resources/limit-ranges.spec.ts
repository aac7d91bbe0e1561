import assert from "node:assert/strict";

import { controls } from "../../../../policies/controls";
import { defaultParams } from "../../../../policies/engine/control";
import { runControl } from "../../../../policies/engine/run";
import { withUnknown } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";
import { outcomesOf, stackOf } from "../../../support/controls";
import { pod } from "../../../support/objects";

const NAMES = ["cpu-requests-set", "memory-requests-set", "cpu-limits-set", "memory-limits-set"];

function range(limits: readonly object[], namespace = "shop"): Manifest {
    return { apiVersion: "v1", kind: "LimitRange", metadata: { name: "defaults", namespace }, spec: { limits } };
}
const defaults = (item: object) => range([{ type: "Container", ...item }]);
const web = (resources?: object) => pod({}, { containers: [{ name: "web", image: "web:1", resources }] });

/** The controls that find something, of those asked. */
function found(stack: readonly Manifest[], names: readonly string[] = NAMES): readonly string[] {
    return names.filter((name) => {
        const control = controls.find((one) => one.name === name);
        assert.ok(control !== undefined);
        return [...runControl(control, stackOf(...stack), defaultParams(control))].some(({ status }) => {
            assert.equal(status, "violation");
            return true;
        });
    });
}

describe("what a LimitRange of the stack gives", () => {
    it("is what a container that says nothing has", () => {
        const given = { cpu: "100m", memory: "64Mi" };
        assert.deepEqual(found([web()]), NAMES);
        assert.deepEqual(found([web(), defaults({ default: given, defaultRequest: given })]), []);
        assert.deepEqual(found([web(), defaults({ defaultRequest: given })]), ["cpu-limits-set", "memory-limits-set"]);
        assert.deepEqual(
            found([defaults({ default: given }), web()]),
            [],
            "a request is the limit where it is not given",
        );
        assert.deepEqual(found([web(), defaults({ default: { cpu: "1" } })]), [
            "memory-requests-set",
            "memory-limits-set",
        ]);
    });

    it("is completed as the API server does: the limit by max, the request by min", () => {
        const given = { cpu: "100m", memory: "64Mi" };
        assert.deepEqual(found([web(), defaults({ max: given })]), []);
        assert.deepEqual(found([web(), defaults({ min: given })]), ["cpu-limits-set", "memory-limits-set"]);
    });

    it("is put together from all LimitRanges of the namespace and their items", () => {
        const cpu = { ...defaults({ default: { cpu: "1" } }), metadata: { name: "a", namespace: "shop" } };
        const both = range([
            { type: "Container", default: { cpu: "1" } },
            { type: "Container", default: { memory: "1Gi" } },
        ]);
        assert.deepEqual(found([web(), cpu, defaults({ default: { memory: "1Gi" } })]), []);
        assert.deepEqual(found([web(), both]), []);
    });

    it("reaches no other namespace, no pod as a whole, and nothing that a container states", () => {
        const given = { default: { cpu: "1", memory: "1Gi" } };
        assert.deepEqual(found([web(), range([{ type: "Container", ...given }], "till")]), NAMES);
        assert.deepEqual(found([web(), range([{ type: "Pod", ...given }])]), NAMES);
        assert.deepEqual(found([web({ limits: { memory: 0 } }), defaults(given)]), [
            "memory-requests-set",
            "memory-limits-set",
        ]);
        assert.deepEqual(found([web(), defaults({ default: { cpu: 0, memory: "0" } })]), NAMES);
        const patch = { ...defaults(given), apiVersion: "example.org/v1" };
        assert.deepEqual(found([web(), patch]), NAMES);
    });

    it("is the namespace default's where neither names one", () => {
        const unnamed = { ...web(), metadata: { name: "web" } };
        const given = { ...defaults({ default: { cpu: "1", memory: "1Gi" } }), metadata: { name: "defaults" } };
        assert.deepEqual(found([unnamed, given]), []);
    });

    it("counts for disk space and for what is promised twice", () => {
        const disk = ["ephemeral-storage-limited", "memory-request-equals-limit"];
        assert.deepEqual(found([web(), defaults({ default: { "ephemeral-storage": "1Gi" } })], disk), []);
        const wide = defaults({ default: { memory: "2Gi" }, defaultRequest: { memory: "1Gi" } });
        assert.deepEqual(found([web(), wide], disk), disk);
        assert.deepEqual(found([web({ limits: { memory: "1Gi" } }), wide], disk.slice(1)), []);
    });

    it("can't be told while it is unknown", () => {
        const unknown = withUnknown(defaults({ default: { cpu: "1" } }), "spec.limits[0].default");
        const control = controls.find(({ name }) => name === "cpu-limits-set");
        assert.ok(control !== undefined);
        const [outcome] = outcomesOf(control, [web(), unknown]);
        assert.equal(outcome?.status, "unverifiable");
    });
});
