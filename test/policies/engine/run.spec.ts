import assert from "node:assert/strict";

import type { Control } from "../../../policies/engine/control";
import { objectControl, podControl, stackControl, subjectOf } from "../../../policies/engine/control";
import { judgedBy } from "../../../policies/engine/judged";
import type { Outcome } from "../../../policies/engine/run";
import { runControl } from "../../../policies/engine/run";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import { Stack } from "../../../policies/kubernetes/stack";
import { UnknownValueError } from "../../../policies/kubernetes/unknown";
import type { Manifest } from "../../support/controls";
import { outcomesOf, resourceOf } from "../../support/controls";

const META = {
    name: "no-bad",
    description: "No object is bad.",
    why: "Bad objects are bad.",
    severity: "low",
    covers: [],
    frameworks: [],
    remediation: "Be good.",
    profiles: [],
} as const;

const PATCH = { annotations: { "pulumi.com/patchForce": "true" } };

function manifest(kind: string, name: string, rest: Manifest = {}): Manifest {
    return { apiVersion: "v1", kind, metadata: { name, namespace: "shop" }, ...rest };
}

/** An outcome as one line: its status, its object, and what is said. */
function lineOf(outcome: Outcome): string {
    const name = outcome.object?.name ?? "-";
    switch (outcome.status) {
        case "violation":
            return `violation ${name}: ${outcome.fault.message}`;
        case "unverifiable":
            return `unverifiable ${name}: ${outcome.error.message}`;
        case "error":
            return `error ${name}: ${outcome.message}`;
    }
}

function linesOf(control: Control, ...manifests: readonly Manifest[]): readonly string[] {
    return outcomesOf(control, manifests).map(lineOf);
}

/** Says of an object what its field `say` tells: several faults, an unknown value, or an error in between. */
function* said(body: Manifest): Iterable<{ readonly path: string; readonly message: string }> {
    for (const word of (body["say"] ?? []) as readonly string[]) {
        if (word === "unknown") {
            throw new UnknownValueError(["spec"], "it is not known");
        }
        if (word === "throw") {
            throw new Error("a defect");
        }
        if (word === "text") {
            // Whatever a control throws has to be told.
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- this is what is tried
            throw "a text";
        }
        yield { path: "say", message: word };
    }
}

describe("a control over objects", () => {
    const control = objectControl({ ...META, kinds: ["Secret"], check: ({ body }) => said(body) });

    it("is asked for each object of its kinds, in order", () => {
        assert.deepEqual(
            linesOf(
                control,
                manifest("Secret", "a", { say: ["one", "two"] }),
                manifest("ConfigMap", "b", { say: ["three"] }),
                manifest("Secret", "c"),
                manifest("Secret", "d", { say: ["four"] }),
            ),
            ["violation a: one", "violation a: two", "violation d: four"],
        );
    });

    it("keeps what it found before it failed on an object, and goes on with the next", () => {
        assert.deepEqual(
            linesOf(
                control,
                manifest("Secret", "a", { say: ["one", "unknown", "two"] }),
                manifest("Secret", "b", { say: ["three", "throw", "four"] }),
                manifest("Secret", "c", { say: ["text"] }),
                manifest("Secret", "d", { say: ["five"] }),
            ),
            [
                "violation a: one",
                "unverifiable a: it is not known",
                "violation b: three",
                "error b: control no-bad failed on Secret shop/b: a defect",
                "error c: control no-bad failed on Secret shop/c: a text",
                "violation d: five",
            ],
        );
    });

    it("looks at the kinds that it names: with their group, of the core group alone, or at all", () => {
        const kinds = (...wanted: readonly string[]) => {
            const { applies } = objectControl({ ...META, kinds: wanted, check: () => [] });
            return (group: string, kind: string) => applies({ group, kind, pods: false });
        };
        const asked = kinds("Secret", "apps/Deployment");
        assert.equal(asked("", "Secret"), true);
        assert.equal(asked("apps", "Deployment"), true);
        assert.equal(asked("", "Deployment"), false);
        assert.equal(asked("apps", "Secret"), false);
        assert.equal(asked("", "Pod"), false);
        assert.equal(kinds("*")("example.test", "Widget"), true);
        assert.equal(kinds()("", "Secret"), false);
    });
});

describe("a control over pods", () => {
    const control = podControl({
        ...META,
        *check(pod) {
            yield { path: pod.path, message: `${pod.path} found` };
            yield { path: pod.path, message: `${pod.path} missing`, absent: true };
        },
    });
    const pod = { containers: [{ name: "web", image: "web:1" }] };

    it("is asked for the pod of each object that carries one", () => {
        assert.deepEqual(
            linesOf(control, manifest("Pod", "a", { spec: pod }), manifest("Secret", "b"), {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "c" },
                spec: { template: { spec: pod } },
            }),
            [
                "violation a: spec found",
                "violation a: spec missing",
                "violation c: spec.template.spec found",
                "violation c: spec.template.spec missing",
            ],
        );
        const group = { template: { spec: pod } };
        const cluster = { headGroupSpec: group, workerGroupSpecs: [group] };
        assert.deepEqual(
            linesOf(control, { apiVersion: "ray.io/v1", kind: "RayCluster", metadata: { name: "d" }, spec: cluster }),
            ["headGroupSpec", "workerGroupSpecs[0]"].flatMap((where) =>
                ["found", "missing"].map((what) => `violation d: spec.${where}.template.spec ${what}`),
            ),
        );
    });

    it("is not held to what it leaves out where a controller fills that in", () => {
        const overrides = (count: number) => ({
            apiVersion: "trainer.kubeflow.org/v1alpha1",
            kind: "TrainJob",
            metadata: { name: "a" },
            spec: { podSpecOverrides: Array(count).fill({ spec: { containers: [{ name: "web" }] } }) },
        });
        assert.deepEqual(linesOf(control, overrides(1)), ["violation a: spec.podSpecOverrides[0].spec found"]);
        assert.deepEqual(linesOf(control, overrides(2)), [
            "violation a: spec.podSpecOverrides[0].spec found",
            "violation a: spec.podSpecOverrides[1].spec found",
        ]);
    });

    it("is asked for what carries a pod, whatever its kind", () => {
        assert.equal(control.scope, "object");
        assert.equal(control.applies({ group: "", kind: "Secret", pods: true }), true);
        assert.equal(control.applies({ group: "", kind: "Pod", pods: false }), false);
    });
});

describe("a control over a stack", () => {
    const each = stackControl({
        ...META,
        check: (stack, { each: shielded }) =>
            shielded(
                stack.ofKind("Secret"),
                (object) => object,
                function* (object) {
                    for (const fault of said(object.body)) {
                        yield { object, ...fault };
                    }
                },
            ),
    });
    const whole = stackControl({
        ...META,
        *check(stack) {
            for (const object of stack.ofKind("Secret")) {
                for (const fault of said(object.body)) {
                    yield { object, ...fault };
                }
            }
        },
    });

    it("has an object's own failure told of that object, and the others judged", () => {
        const failing = [
            manifest("Secret", "a", { say: ["one", "unknown"] }),
            manifest("Secret", "b", { say: ["throw"] }),
            manifest("Secret", "c", { say: ["two"] }),
        ];
        assert.deepEqual(linesOf(each, ...failing), [
            "violation a: one",
            "violation c: two",
            "unverifiable a: it is not known",
            "error b: control no-bad failed on Secret shop/b: a defect",
        ]);
    });

    it("stops where it fails as a whole, and what it found before still counts", () => {
        assert.deepEqual(
            linesOf(
                whole,
                manifest("Secret", "a", { say: ["one", "unknown"] }),
                manifest("Secret", "b", { say: ["two"] }),
            ),
            ["violation a: one", "unverifiable -: it is not known"],
        );
        assert.deepEqual(linesOf(whole, manifest("Secret", "a", { say: ["throw"] })), [
            "error -: control no-bad failed on the stack: a defect",
        ]);
    });

    it("hands on a fault without the object it is about, which is told beside", () => {
        const [outcome] = outcomesOf(whole, [manifest("Secret", "a", { say: ["one"] })]);
        assert.ok(outcome?.status === "violation");
        assert.deepEqual(outcome.fault, { path: "say", message: "one" });
        assert.equal(outcome.object.name, "a");
    });
});

describe("a patch", () => {
    const faults = [
        { path: "a", message: "is there" },
        { path: "b", message: "is missing", absent: true },
        { path: "c", message: "is not missing", absent: false },
    ];
    const patch = (name: string) =>
        resourceOf(manifest("Secret", name, PATCH), { type: "kubernetes:core/v1:SecretPatch" });

    it("is not held to what it leaves out, by a control over objects or over the stack", () => {
        const stack = new Stack([patch("a"), resourceOf(manifest("Secret", "b"))]);
        const ofObjects = objectControl({ ...META, kinds: ["Secret"], check: () => faults });
        const ofStack = stackControl({
            ...META,
            check: (all) => all.given.flatMap((object) => faults.map((fault) => ({ ...fault, object }))),
        });
        for (const control of [ofObjects, ofStack]) {
            assert.deepEqual(
                [...runControl(control, stack, {})].map(lineOf),
                [
                    "violation a: is there",
                    "violation a: is not missing",
                    "violation b: is there",
                    "violation b: is missing",
                    "violation b: is not missing",
                ],
                control.scope,
            );
        }
    });
});

describe("what a registry judges", () => {
    const asked: string[] = [];
    const widgets = {
        ...objectControl({ ...META, kinds: [], check: () => [] }),
        applies: ({ group, kind, pods }: { readonly group: string; readonly kind: string; readonly pods: boolean }) => {
            asked.push(`${group}/${kind} ${pods}`);
            return kind === "Widget" && group === "example.test";
        },
    };
    const everything = objectControl({ ...META, kinds: ["*"], check: () => [] });
    const pods = podControl({ ...META, check: () => [] });
    const stackWide = stackControl({ ...META, check: () => [] });
    const isJudged = judgedBy([widgets, everything, pods, stackWide], {
        readStackWide: ["Namespace"],
        inert: ["example.test/Nothing"],
    });
    const judged = (apiVersion: string, kind: string, rest: Manifest = {}) => {
        const [object] = kubeObjects(resourceOf({ apiVersion, kind, metadata: { name: "x" }, ...rest }));
        assert.ok(object);
        return isJudged(object);
    };

    it("is what a control means by its kind, what is read stack-wide, and what holds nothing", () => {
        assert.equal(judged("example.test/v1", "Widget"), true);
        assert.equal(judged("v1", "Namespace"), true);
        assert.equal(judged("example.test/v1", "Nothing"), true);
    });

    it("is not what only a control over everything looks at, nor a kind of another group", () => {
        assert.equal(judged("v1", "Widget"), false);
        assert.equal(judged("other.test/v1", "Widget"), false);
        assert.equal(judged("example.test/v1", "Namespace"), false);
        assert.equal(judged("v1", "Nothing"), false);
    });

    it("is what carries a pod, though its kind be unknown: each object by itself", () => {
        const spec = { template: { spec: { containers: [{ name: "c", image: "i" }] } } };
        assert.equal(judged("example.test/v1", "Runner"), false);
        assert.equal(judged("example.test/v1", "Runner", { spec }), true);
        assert.equal(judged("example.test/v1", "Runner"), false);
    });

    it("asks a control once for a kind, whether or not its objects carry pods", () => {
        judged("example.test/v1", "Gadget");
        judged("example.test/v1", "Gadget");
        assert.deepEqual(
            asked.filter((subject) => subject.includes("Gadget")),
            ["example.test/Gadget false"],
        );
        assert.deepEqual(asked[0], "no-api.invalid/NoKind false");
    });

    it("takes the subject from the object", () => {
        const [object] = kubeObjects(resourceOf(manifest("Pod", "a", { spec: {} })));
        assert.ok(object);
        assert.deepEqual(subjectOf(object), { group: "", kind: "Pod", pods: true });
    });
});
