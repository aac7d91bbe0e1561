import assert from "node:assert/strict";

import fc from "fast-check";

import type { KubeObject } from "../../../policies/kubernetes/kube";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import { child, dotted, pointer, removeField, setField, steps } from "../../../policies/kubernetes/path";
import type { Manifest } from "../../support/controls";
import { resourceOf } from "../../support/controls";
import { applyPatch } from "../../support/json-patch";

function objectOf(manifest: Manifest): KubeObject {
    const [object] = kubeObjects(resourceOf(manifest));
    assert.ok(object !== undefined);
    return object;
}

describe("field paths", () => {
    it("are read step by step, with indices and quoted keys", () => {
        assert.deepEqual(steps('spec.containers[0].env[12]["a.b/c"].x'), [
            "spec",
            "containers",
            0,
            "env",
            12,
            "a.b/c",
            "x",
        ]);
    });

    it("become JSON pointers, with / and ~ escaped", () => {
        assert.equal(pointer('metadata.annotations["a.b/c~d"]'), "/metadata/annotations/a.b~1c~0d");
        assert.equal(pointer("items[2].spec"), "/items/2/spec");
    });

    it("quote a key that a plain step can't hold", () => {
        assert.equal(child("metadata.labels", "app"), "metadata.labels.app");
        assert.equal(child("metadata.labels", "a.b/c"), 'metadata.labels["a.b/c"]');
        assert.equal(child("metadata.labels", 'a"]'), 'metadata.labels["a\\"]"]');
    });

    for (const [path, offset] of [
        ["spec..x", 4],
        [".spec", 0],
        ["spec[", 4],
        ["spec[x]", 4],
        ["spec]", 4],
    ] as const) {
        it(`are refused with the offset where they can't be read: ${path}`, () => {
            assert.throws(() => steps(path), {
                message: `"${path}" is not a field path: can't read it from offset ${offset}`,
            });
        });
    }

    it("survive the way to a pointer and back", () => {
        const key = fc.string({ minLength: 1 }).filter((text) => !/^\d+$/.test(text) && text !== "__proto__");
        const way = fc
            .array(fc.oneof(key, fc.nat(999)), { minLength: 1 })
            .filter(([first]) => /^\w+$/.test(String(first)) && typeof first === "string");
        fc.assert(
            fc.property(way, (parts) => {
                const path = parts.reduce<string>(
                    (text, part) =>
                        typeof part === "number" ? `${text}[${part}]` : text === "" ? part : child(text, part),
                    "",
                );
                assert.deepEqual(steps(path), parts);
                assert.equal(dotted(pointer(path)), path);
            }),
        );
    });
});

describe("setField", () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers: [{ name: "web" }] } };

    it("adds a field whose parents exist", () => {
        assert.deepEqual(setField(objectOf(pod), "spec.hostUsers", false), [
            { op: "add", path: "/spec/hostUsers", value: false },
        ]);
    });

    it("replaces a field that exists", () => {
        assert.deepEqual(setField(objectOf(pod), "spec.containers[0].name", "api"), [
            { op: "replace", path: "/spec/containers/0/name", value: "api" },
        ]);
    });

    it("adds missing parents with it", () => {
        assert.deepEqual(setField(objectOf(pod), "spec.containers[0].securityContext.seccompProfile.type", "X"), [
            { op: "add", path: "/spec/containers/0/securityContext", value: { seccompProfile: { type: "X" } } },
        ]);
    });

    it("replaces a parent that is null", () => {
        const nulled = { ...pod, spec: { securityContext: null } };
        assert.deepEqual(setField(objectOf(nulled), "spec.securityContext.runAsNonRoot", true), [
            { op: "replace", path: "/spec/securityContext", value: { runAsNonRoot: true } },
        ]);
    });

    it("yields operations that apply and set the value, whatever exists already", () => {
        const name = fc.constantFrom("a", "b", "c");
        const tree = fc.object({ key: name, maxDepth: 3, values: [fc.integer(), fc.constant(null)] });
        fc.assert(
            fc.property(tree, fc.array(name, { minLength: 1, maxLength: 4 }), (spec, way) => {
                const manifest = { ...pod, spec } as Manifest;
                const path = `spec.${way.join(".")}`;
                const changed = applyPatch(manifest, setField(objectOf(manifest), path, "set"));
                const found = ["spec", ...way].reduce<unknown>((at, key) => (at as Manifest)[key], changed);
                assert.equal(found, "set");
            }),
        );
    });
});

describe("removeField", () => {
    it("removes by pointer", () => {
        assert.deepEqual(removeField("spec.containers[0].ports[1].hostPort"), [
            { op: "remove", path: "/spec/containers/0/ports/1/hostPort" },
        ]);
    });
});
