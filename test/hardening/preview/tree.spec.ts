import assert from "node:assert/strict";

import { componentTable } from "../../../hardening/preview/components";
import { kindsOf, resourceTree } from "../../../hardening/preview/tree";
import { painter } from "../../../hardening/formats/style";
import type { Registration } from "../../../hardening/sources/program/registration";

function registration(over: Partial<Registration>): Registration {
    return {
        urn: `urn:${over.name}`,
        type: "kubernetes:core/v1:ConfigMap",
        name: "name",
        custom: true,
        remote: false,
        parent: "",
        provider: "",
        inputs: {},
        dependencies: [],
        propertyDependencies: {},
        protect: false,
        retainOnDelete: false,
        ignoreChanges: [],
        aliases: [],
        ...over,
    };
}

describe("resource tree", () => {
    const stack = registration({ name: "p-s", type: "pulumi:pulumi:Stack", custom: false });
    const component = registration({ name: "c", type: "a:b:C", custom: false, parent: stack.urn });

    it("is the same whatever the order of registration: components first, then by type and name", () => {
        const b = registration({ name: "b", parent: stack.urn });
        const a = registration({ name: "a", parent: stack.urn, protect: true });
        const child = registration({ name: "child", parent: component.urn });
        const lines = [
            " +  pulumi:pulumi:Stack                 p-s",
            " +  ├─ a:b:C                            c",
            " +  │  └─ kubernetes:core/v1:ConfigMap  child",
            " +  ├─ kubernetes:core/v1:ConfigMap     a  [protected]",
            " +  └─ kubernetes:core/v1:ConfigMap     b",
        ];
        assert.deepEqual(resourceTree([stack, component, child, a, b], painter(false)), lines);
        assert.deepEqual(resourceTree([stack, b, child, component, a], painter(false)), lines);
    });

    it("hangs a resource with an unknown parent from the root, so that it is never left out", () => {
        const lost = registration({ name: "lost", parent: "urn:elsewhere" });
        assert.equal(resourceTree([stack, lost], painter(false)).length, 2);
    });

    it("counts kinds of Kubernetes objects, the most frequent first", () => {
        const policy = (name: string) => registration({ name, type: "kubernetes:networking.k8s.io/v1:NetworkPolicy" });
        assert.equal(
            kindsOf([stack, component, registration({}), policy("a"), policy("b")]),
            "2 NetworkPolicy, 1 ConfigMap",
        );
    });
});

describe("component table", () => {
    it("counts what each type of component at the top of a stack stands for, stack by stack", () => {
        const stack = registration({ name: "p-s", type: "pulumi:pulumi:Stack", custom: false });
        const outer = registration({ name: "o", type: "a:b:Outer", custom: false, parent: stack.urn });
        const inner = registration({ name: "i", type: "a:b:Inner", custom: false, parent: outer.urn });
        const deep = registration({ name: "deep", parent: inner.urn });
        const flat = registration({ name: "flat", parent: outer.urn });
        const loose = registration({ name: "loose", parent: stack.urn });
        const provider = registration({ name: "k", type: "pulumi:providers:kubernetes", parent: stack.urn });
        const previews = [
            { stack: "one", registrations: [stack, outer, inner, deep, flat, loose, provider] },
            { stack: "two", registrations: [stack, outer, flat] },
        ];
        assert.equal(
            componentTable(previews)(painter(false)),
            `Component        one  two
(no component)     1    –
a:b:Outer          2    1
Objects            3    1
with components    7    3

`,
        );
        assert.equal(componentTable([])(painter(false)), "");
    });
});
