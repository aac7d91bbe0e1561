import { strict as assert } from "node:assert";

import { evaluate, evaluation } from "../../hardening/evaluate";
import type { Control } from "../../policies/engine/control";
import { objectControl, stackControl } from "../../policies/engine/control";
import { kubeObjects } from "../../policies/kubernetes/kube";
import { UnknownValueError } from "../../policies/kubernetes/unknown";
import { TODAY } from "../support/cli";
import { resourceOf } from "../support/controls";
import { META, noBad, onePod, pod, selected } from "../support/evaluated";

const noUnknown = objectControl({
    ...META,
    name: "no-unknown",
    kinds: ["*"],
    *check({ body }) {
        if (body["unknown"] === true) {
            throw new UnknownValueError(["spec", "image"]);
        }
        yield* [];
    },
});

describe("evaluate", () => {
    it("gives each finding the place, the rule and the remedy", () => {
        const { findings } = evaluate([[pod("a", { bad: true })]], {
            selected: selected(noBad),
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(findings, [
            {
                source: "test.yaml",
                document: 0,
                type: "kubernetes:core/v1:Pod",
                kind: "Pod",
                namespace: "ns",
                name: "a",
                control: "no-bad",
                covers: ["x.bad"],
                severity: "high",
                enforcement: "mandatory",
                status: "violation",
                path: "bad",
                message: "Pod ns/a: bad is true. Remove it.",
                remediation: "Be good.",
                frameworks: [{ framework: "cis", id: "1.1" }],
                fix: [{ op: "remove", path: "bad" }],
                safe: true,
            },
        ]);
    });

    it("orders findings by object, then by control, with stack-wide controls in their place", () => {
        const resources = [pod("a", { bad: true }), pod("b", { bad: true }), pod("c")];
        const { findings, resources: count } = evaluate([resources], {
            selected: selected(onePod, noBad),
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(
            findings.map(({ name, control }) => `${name} ${control}`),
            ["a no-bad", "b one-pod", "b no-bad", "c one-pod"],
        );
        assert.equal(count, 3);
    });

    it("keeps the order of the controls among several findings of each about one object", () => {
        const twice = (name: string) =>
            stackControl({
                ...META,
                name,
                *check(stack) {
                    for (const object of stack.ofKind("Pod")) {
                        yield { object, path: "kind", message: "it is a Pod." };
                        yield { object, path: "metadata", message: "it has a name." };
                    }
                },
            });
        const { findings } = evaluate([[pod("a", { bad: true }), pod("b")]], {
            selected: selected(twice("first"), noBad, twice("second"), { ...noBad, name: "still-no-bad" }, onePod),
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(
            findings.map(({ name, control, path }) => `${name} ${control} ${path}`),
            [
                "a first kind",
                "a first metadata",
                "a no-bad bad",
                "a second kind",
                "a second metadata",
                "a still-no-bad bad",
                "b first kind",
                "b first metadata",
                "b second kind",
                "b second metadata",
                "b one-pod kind",
            ],
        );
    });

    it("asks a control once whether it looks at objects of a group and kind, with a pod or without", () => {
        const asked: string[] = [];
        const counting: Control = {
            ...noBad,
            applies({ group, kind, pods }) {
                asked.push(`${group}/${kind} ${pods}`);
                return kind === "Pod" || group === "example.test";
            },
        };
        const other = (apiVersion: string, kind: string, rest: object = {}) =>
            resourceOf({ apiVersion, kind, bad: true, metadata: { name: "x", namespace: "ns" }, ...rest });
        const spec = { template: { spec: { containers: [{ name: "c" }] } } };
        const { findings } = evaluate(
            [
                [pod("a", { bad: true }), pod("b", { bad: true }), other("v1", "Secret"), other("v1", "Secret")],
                [pod("c", { bad: true }), other("v1", "Widget"), other("example.test/v1", "Widget")],
                [other("example.test/v1", "Widget", { spec })],
            ],
            { selected: selected(counting), waivers: [], now: TODAY },
        );
        assert.deepEqual(asked, [
            "/Pod true",
            "/Secret false",
            "/Widget false",
            "example.test/Widget false",
            "example.test/Widget true",
        ]);
        assert.deepEqual(
            findings.map(({ kind, name }) => `${kind} ${name}`),
            ["Pod a", "Pod b", "Pod c", "Widget x", "Widget x"],
        );
    });

    it("runs controls with the parameters that were selected", () => {
        const allowed = objectControl({
            ...META,
            name: "allowed",
            kinds: ["Pod"],
            params: { names: { type: "array", description: "Names.", items: { type: "string" }, default: [] } },
            *check({ name }, { params }) {
                if (!params.names.includes(name)) {
                    yield { path: "metadata.name", message: "it is none of the names." };
                }
            },
        });
        const { findings } = evaluate([[pod("a"), pod("b")]], {
            selected: [{ control: allowed, enforcement: "advisory", params: { names: ["a"] } }],
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(
            findings.map(({ name, enforcement }) => [name, enforcement]),
            [["b", "advisory"]],
        );
    });

    it("runs a control for the sources that it is selected for, over the whole stack too", () => {
        const from = (name: string, source: string) => ({ ...pod(name, { bad: true }), source });
        const stack = [from("a", "a.yaml"), from("b", "b.yaml"), from("c", "c.yaml")];
        const isFor = (source: string) => source !== "b.yaml";
        const { findings } = evaluate([stack], {
            selected: selected(noBad, onePod).map((choice) => ({ ...choice, isFor })),
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(
            findings.map(({ name, control }) => `${name} ${control}`),
            ["a no-bad", "c no-bad", "c one-pod"],
        );
    });

    it("keeps the level of what is about no object, although no Namespace is judged", () => {
        const wanting = stackControl({
            ...META,
            name: "wanting",
            *check(stack) {
                yield* stack.given.map((object) => ({ object, path: "kind", message: "it is alone." }));
                throw new UnknownValueError(["spec"]);
            },
        });
        const { findings } = evaluate([[pod("a")]], {
            selected: selected(wanting).map((choice) => ({ ...choice, inPart: "advisory" })),
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(
            findings.map(({ name, enforcement }) => `${name} ${enforcement}`),
            ["a advisory", " mandatory"],
        );
    });

    it("keeps a finding about an object that is not of the stack", () => {
        const stranger = stackControl({
            ...META,
            name: "stranger",
            *check() {
                const [object] = kubeObjects(pod("elsewhere"));
                assert.ok(object);
                yield { object, path: "", message: "it is missing." };
            },
        });
        const { findings } = evaluate([[pod("a")]], { selected: selected(stranger), waivers: [], now: TODAY });
        assert.deepEqual(
            findings.map(({ name, message }) => [name, message]),
            [["elsewhere", "Pod ns/elsewhere: it is missing."]],
        );
    });

    it("judges each stack by itself", () => {
        const { findings } = evaluate([[pod("a")], [pod("b")]], {
            selected: selected(onePod),
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(findings, []);
    });

    it("names an item of a list by its own type and counts it by itself", () => {
        const list = resourceOf({
            apiVersion: "v1",
            kind: "List",
            items: [
                { apiVersion: "v1", kind: "Pod" },
                { apiVersion: "apps/v1", kind: "Deployment", bad: true },
            ],
        });
        const { findings, resources } = evaluate([[list]], { selected: selected(noBad), waivers: [], now: TODAY });
        assert.deepEqual(
            findings.map(({ type, path }) => [type, path]),
            [["kubernetes:apps/v1:Deployment", "items[1].bad"]],
        );
        assert.equal(resources, 2);
    });

    it("counts a Pulumi component as one resource", () => {
        const component = { source: "stack s", document: 0, type: "zt:x:Y", props: {}, urn: "urn:y" };
        assert.equal(evaluate([[component, pod("a")]], { selected: [], waivers: [], now: TODAY }).resources, 2);
    });

    it("shows an unknown value as unverifiable", () => {
        const { findings } = evaluate([[pod("a", { unknown: true })]], {
            selected: selected(noUnknown),
            waivers: [],
            now: TODAY,
        });
        assert.deepEqual(
            findings.map(({ status, path, message }) => [status, path, message]),
            [
                [
                    "unverifiable",
                    "spec.image",
                    "Pod ns/a: can't tell: the value at spec.image is not known before deployment",
                ],
            ],
        );
    });

    it("tells how many objects have been judged", () => {
        const seen: number[] = [];
        const progress = (objects: number) => seen.push(objects);
        const stacks = [[pod("a"), pod("b")], [pod("c")]];
        evaluate(stacks, { selected: selected(noBad, onePod), waivers: [], now: TODAY, progress });
        assert.deepEqual(seen, [1, 2, 3]);
    });

    it("hands the findings of an object over before it looks at the next, and takes a stack when the last is done", () => {
        const looked: string[] = [];
        const seen = objectControl({
            ...META,
            name: "seen",
            kinds: ["Pod"],
            *check({ name }) {
                looked.push(name);
                yield { path: "", message: "it is a Pod." };
            },
        });
        function* stacks() {
            yield [pod("a"), pod("b")];
            looked.push("second stack");
            yield [pod("c")];
            return "all read";
        }
        const findings = evaluation(stacks(), { selected: selected(seen), waivers: [], now: TODAY });
        const takeOne = () => {
            const next = findings.next();
            assert.ok(next.done !== true);
            return [next.value.name, [...looked]];
        };
        assert.deepEqual(takeOne(), ["a", ["a"]]);
        assert.deepEqual(takeOne(), ["b", ["a", "b"]]);
        assert.deepEqual(takeOne(), ["c", ["a", "b", "second stack", "c"]]);
        assert.deepEqual(findings.next(), {
            done: true,
            value: { failures: [], resources: 3, notJudged: [], read: "all read" },
        });
    });
});
