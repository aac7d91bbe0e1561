import assert from "node:assert/strict";

import fc from "fast-check";

import { controls } from "../../../policies/controls";
import type { Control } from "../../../policies/engine/control";
import type { Exception } from "../../../policies/engine/exceptions";
import { componentsOf, EXCEPTIONS, ExceptionBook } from "../../../policies/engine/exceptions";
import { selectControls } from "../../../policies/engine/profiles";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import type { Resource } from "../../../policies/kubernetes/resource";
import { evaluate } from "../../../hardening/evaluate";

const OWN = "urn:pulumi:prod::acme::a:b:Outer$a:b:Agent$kubernetes:apps/v1:DaemonSet::agent-pods";
const control: Control = controls.find(({ name }) => name === "no-host-pid") ?? assert.fail();
const FIELD = "spec.template.spec.volumes[].hostPath";
const exception: Exception = {
    control: control.name,
    component: "a:b:Agent",
    kind: "DaemonSet",
    name: "agent-{namespace}",
    fields: [FIELD],
    values: ["/run/agent", "/proc"],
    reason: "It has to.",
};

function object(urn: string | undefined, over: { kind?: string; name?: string; path?: string } = {}) {
    const { kind = "DaemonSet", name = "agent-eyes", path = "/proc" } = over;
    const volumes = [{ name: "tmp", emptyDir: {} }, { hostPath: { path } }];
    const resource: Resource = {
        source: "test",
        document: 0,
        type: `kubernetes:apps/v1:${kind}`,
        props: {
            apiVersion: "apps/v1",
            kind,
            // What an object says of itself counts for nothing.
            metadata: { name, namespace: "eyes", annotations: { component: "a:b:Agent" } },
            spec: { template: { spec: { volumes } } },
        },
        ...(urn !== undefined && { urn }),
    };
    return kubeObjects(resource)[0] ?? assert.fail();
}

const fault = { path: "spec.template.spec.volumes[1].hostPath", message: "is there" };

describe("exceptions of components", () => {
    const book = new ExceptionBook([exception]);
    const found = (...args: Parameters<typeof object>) => book.find(control, object(...args), fault)?.reason;

    it("cover what the component itself makes", () => {
        assert.equal(found(OWN), "It has to.");
        assert.equal(found(OWN.replace("a:b:Outer$", "")), "It has to.");
    });

    const others: readonly [what: string, urn: string | undefined, over?: Parameters<typeof object>[1]][] = [
        ["an object without a URN, whatever it says of itself", undefined],
        ["an object that no component makes", OWN.replace("a:b:Outer$a:b:Agent$", "")],
        ["an object of a component below it", OWN.replace("Agent$", "Agent$a:b:Guest$")],
        ["a component whose name only ends alike", OWN.replace("a:b:Agent", "x.a:b:Agent")],
        ["another kind", OWN, { kind: "Deployment" }],
        ["another name", OWN, { name: "agent-other" }],
        ["another value", OWN, { path: "/" }],
        ["a value that only begins alike", OWN, { path: "/proc/1" }],
    ];
    for (const [what, urn, over] of others) {
        it(`do not cover ${what}`, () => {
            assert.equal(found(urn, over), undefined);
        });
    }

    it("do not cover another field, container or control", () => {
        const own = object(OWN);
        assert.equal(book.find(control, own, { ...fault, path: "spec.template.spec.hostPID" }), undefined);
        assert.equal(book.find({ ...control, name: "other" }, own, fault), undefined);
        const narrowed = new ExceptionBook([{ ...exception, container: "agent" }]);
        assert.equal(narrowed.find(control, own, fault), undefined);
        assert.ok(narrowed.find(control, own, { ...fault, container: "agent" }));
    });

    it("cover a fault of any container where they name none, and any index of a list", () => {
        const own = object(OWN);
        assert.ok(book.find(control, own, { ...fault, container: "whichever" }));
        const [far] = kubeObjects({
            ...own.resource,
            props: {
                ...own.body,
                spec: {
                    template: { spec: { volumes: [...Array<object>(10).fill({}), { hostPath: { path: "/proc" } }] } },
                },
            },
        });
        assert.ok(far);
        assert.ok(book.find(control, far, { ...fault, path: "spec.template.spec.volumes[10].hostPath" }));
        assert.equal(book.find(control, far, { ...fault, path: "spec.template.spec.volumes[9].hostPath" }), undefined);
    });

    it("name what may stand there: a text, a number, a truth value, null, or the path of an object", () => {
        const at = (field: string, values: readonly string[], spec: object) => {
            const { resource, body } = object(OWN);
            const [own] = kubeObjects({ ...resource, props: { ...body, spec } });
            assert.ok(own);
            const stated = new ExceptionBook([{ ...exception, fields: [field], values }]);
            return stated.find(control, own, { path: field, message: "is there" }) !== undefined;
        };
        assert.equal(at("spec.a", ["x"], { a: "x" }), true);
        assert.equal(at("spec.a", ["0|1"], { a: 0 }), true);
        assert.equal(at("spec.a", ["true"], { a: true }), true);
        assert.equal(at("spec.a", ["null"], { a: null }), true);
        assert.equal(at("spec.a", ["/x"], { a: { path: "/x" } }), true);
        assert.equal(at("spec.a", ["/x"], { a: { path: "/y" } }), false);
        assert.equal(at("spec.a", ["x"], {}), false);
        assert.equal(at("spec.a", ["x"], { a: "xx" }), false);
    });

    it("cover what runs in a cluster where the program of its stack makes it, by kind, namespace and name", () => {
        const live = new ExceptionBook([exception], new Map([["DaemonSet eyes/agent-eyes", componentsOf(OWN)]]));
        assert.ok(live.find(control, object(undefined), fault));
        assert.equal(live.find(control, object(undefined, { name: "agent-evil" }), fault), undefined);
    });

    it("can be claimed by no manifest, whatever it holds", () => {
        const selected = selectControls(controls, "x0tta6bl4");
        const props = {
            apiVersion: "apps/v1",
            kind: "DaemonSet",
            metadata: { name: "spire-agent", namespace: "spire" },
            spec: { template: { spec: { hostPID: true, containers: [{ name: "spire-agent", image: "a" }] } } },
        };
        fc.assert(
            fc.property(fc.dictionary(fc.constantFrom("urn", "parent", "type", "status"), fc.constant(OWN)), (more) => {
                const resource = { source: "x", document: 0, type: "kubernetes:apps/v1:DaemonSet", props };
                const claims = { ...resource, props: { ...props, ...more } };
                const exceptions = new ExceptionBook(EXCEPTIONS);
                const { findings } = evaluate([[claims]], { selected, waivers: [], exceptions, now: new Date(0) });
                assert.ok(findings.some((finding) => finding.control === "no-host-pid"));
                assert.ok(findings.every(({ status }) => status !== "excepted"));
            }),
            // What fails has nothing to shrink, and each run judges by all controls.
            { numRuns: 16, endOnFailure: true },
        );
    });

    it("read the components above a resource from its URN, and none from what is no URN", () => {
        assert.equal(componentsOf(OWN), "a:b:Outer$a:b:Agent");
        assert.equal(componentsOf("urn:pulumi:prod::acme::a:b:C::name$with$dollars"), "");
        assert.equal(componentsOf("DaemonSet eyes/agent"), "");
        assert.equal(componentsOf(`a name that holds ${OWN}`), "");
    });
});
