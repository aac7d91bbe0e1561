import assert from "node:assert/strict";

import * as sdk from "@pulumi/policy";

import type { Control } from "../../../policies/engine/control";
import { objectControl, stackControl } from "../../../policies/engine/control";
import type { Exception } from "../../../policies/engine/exceptions";
import { ExceptionBook } from "../../../policies/engine/exceptions";
import { FRAMEWORKS } from "../../../policies/engine/frameworks";
import type { PackInput } from "../../../policies/engine/pack";
import { packPolicies } from "../../../policies/engine/pack";
import { selectControls } from "../../../policies/engine/profiles";
import type { Waiver } from "../../../policies/engine/waivers";
import { UnknownValueError } from "../../../policies/kubernetes/unknown";
import type { Manifest } from "../../support/controls";
import { resourceOf } from "../../support/controls";

const META = {
    description: "No object is bad.",
    why: "Bad objects are bad.",
    severity: "medium",
    covers: ["x.bad", "x.worse"],
    frameworks: [
        { framework: "cis", id: "5.1.1" },
        { framework: "nsa", id: "x" },
    ],
    remediation: "Be good.",
    profiles: ["baseline"],
} as const;

const UNKNOWN = new UnknownValueError(["spec", "image"]);
/** The class by which the engine tells what is unknown from a defect. */
const { UnknownValueError: ENGINE_UNKNOWN } = sdk as unknown as { readonly UnknownValueError: new () => Error };

/** What a Secret's field `say` tells: a fault, an unknown value, or a defect of the control. */
function* said(body: Manifest): Iterable<{ readonly path: string; readonly message: string }> {
    for (const word of (body["say"] ?? []) as readonly string[]) {
        if (word === "unknown") {
            throw UNKNOWN;
        }
        if (word === "throw") {
            throw new Error("a defect");
        }
        yield { path: "say", message: `${word}.` };
    }
}

const ofObjects: Control = objectControl({
    ...META,
    name: "of-objects",
    kinds: ["Secret"],
    check: ({ body }) => said(body),
});
const ofStack: Control = stackControl({
    ...META,
    name: "of-stack",
    enforcement: "advisory",
    frameworks: [],
    params: { most: { type: "integer", description: "How many.", default: 3, minimum: 1 } },
    check: (stack, { each }) =>
        each(
            stack.ofKind("Secret"),
            (object) => object,
            function* (object) {
                for (const fault of said(object.body)) {
                    yield { object, ...fault };
                }
            },
        ),
});

const NOW = new Date("2026-03-01T12:00:00Z");
const URN = "urn:pulumi:dev::shop::x:y:Shop$kubernetes:core/v1:Secret::key";

function input(over: Partial<PackInput> = {}): PackInput {
    const registry = [ofObjects, ofStack];
    return {
        registry,
        selected: selectControls(registry, "baseline"),
        waivers: [],
        exceptions: new ExceptionBook([]),
        now: NOW,
        ...over,
    };
}

interface Asked {
    readonly name: string;
    readonly validateResource?: (args: object, report: (message: string, urn?: string) => void) => void;
    readonly validateStack?: (args: object, report: (message: string, urn?: string) => void) => void;
}

function policies(over: Partial<PackInput> = {}): readonly Asked[] {
    return packPolicies(input(over)) as unknown as readonly Asked[];
}

function secret(name: string, ...say: readonly string[]) {
    const manifest = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "shop" }, say };
    return resourceOf(manifest, { urn: URN.replace("key", name) });
}

type Said = readonly (readonly [message: string, urn: string | undefined])[];

/** What a policy says of some Secrets. */
function saidBy(name: string, secrets: readonly ReturnType<typeof secret>[], over: Partial<PackInput> = {}): Said {
    const said: (readonly [string, string | undefined])[] = [];
    const report = (message: string, urn?: string) => said.push([message, urn]);
    const policy = policies(over).find((each) => each.name === name);
    assert.ok(policy);
    const getConfig = () => ({});
    secrets.forEach((each) => policy.validateResource?.({ ...each, getConfig }, report));
    policy.validateStack?.({ resources: secrets, getConfig }, report);
    return said;
}

const waiver = (over: Partial<Waiver> = {}): Waiver => ({
    ...{ control: "of-objects", object: "Secret shop/a", reason: "r", owner: "o", ticket: "t" },
    ...{ expires: "2026-06-01", from: "w.yaml: waivers[0]" },
    ...over,
});

const exception = (over: Partial<Exception> = {}): Exception => ({
    ...{ control: "of-objects", component: "x:y:Shop", kind: "Secret", fields: ["say"], reason: "r" },
    ...over,
});

describe("a policy of the pack", () => {
    it("tells the engine all that its control says of itself", () => {
        const [first, second, ...rules] = packPolicies(input());
        const { cis } = FRAMEWORKS;
        const { validateResource, ...objects } = first as { readonly validateResource?: unknown };
        assert.equal(typeof validateResource, "function");
        assert.deepEqual(objects, {
            name: "of-objects",
            description: "No object is bad.",
            enforcementLevel: "mandatory",
            severity: "medium",
            remediationSteps: "Be good.",
            tags: ["x.bad", "x.worse"],
            framework: {
                ...{
                    name: cis.title,
                    version: cis.version,
                    reference: cis.reference,
                },
                specification: "5.1.1",
            },
        });
        const { validateStack, ...stack } = second as { readonly validateStack?: unknown };
        assert.equal(typeof validateStack, "function");
        assert.deepEqual(stack, {
            name: "of-stack",
            description: "No object is bad.",
            enforcementLevel: "advisory",
            severity: "medium",
            remediationSteps: "Be good.",
            tags: ["x.bad", "x.worse"],
            configSchema: {
                properties: { most: { type: "integer", description: "How many.", default: 3, minimum: 1 } },
            },
        });
        assert.deepEqual(
            rules.map(({ name, description, severity, enforcementLevel }) => [
                name,
                description,
                severity,
                enforcementLevel,
            ]),
            [
                [
                    "waivers-in-order",
                    "Every waiver is in use, unexpired and within its ceiling, and no emergency lasts.",
                    "high",
                    "mandatory",
                ],
                ["waivers-last", "No waiver ends within 30 days, and no emergency holds one open.", "high", "advisory"],
            ],
        );
    });

    it("is switched off where the profile doesn't hold its control, unless it is served", () => {
        const levels = (over: Partial<PackInput>) =>
            packPolicies(input(over)).map(({ name, enforcementLevel }) => `${name} ${enforcementLevel}`);
        const selected = selectControls([ofStack], "baseline");
        assert.deepEqual(levels({ selected }).slice(0, 2), ["of-objects disabled", "of-stack advisory"]);
        const served = selectControls([ofObjects], "baseline");
        assert.deepEqual(levels({ selected, served }).slice(0, 2), ["of-objects mandatory", "of-stack disabled"]);
    });

    for (const name of ["of-objects", "of-stack"]) {
        describe(`of a control ${name.replace("-", " ")}`, () => {
            const control = name;

            it("reports each violation with its object; one over a stack says whose it is", () => {
                const of = (secretName: string) => (name === "of-stack" ? URN.replace("key", secretName) : undefined);
                assert.deepEqual(saidBy(name, [secret("a", "one", "two"), secret("b"), secret("c", "three")]), [
                    ["Secret shop/a: one.", of("a")],
                    ["Secret shop/a: two.", of("a")],
                    ["Secret shop/c: three.", of("c")],
                ]);
            });

            it("reports nothing that a waiver covers, while it lasts", () => {
                const secrets = [secret("a", "one")];
                assert.deepEqual(saidBy(name, secrets, { waivers: [waiver({ control })] }), []);
                for (const other of [{ control: "of-nobody" }, { control, expires: "2026-02-28" }]) {
                    assert.equal(saidBy(name, secrets, { waivers: [waiver(other)] }).length, 1);
                }
            });

            it("reports nothing that the component needs excepted", () => {
                const secrets = [secret("a", "one")];
                assert.deepEqual(
                    saidBy(name, secrets, { exceptions: new ExceptionBook([exception({ control })]) }),
                    [],
                );
                const other = new ExceptionBook([exception({ control, component: "x:y:Other" })]);
                assert.equal(saidBy(name, secrets, { exceptions: other }).length, 1);
            });

            it("hands an unknown value on to the engine once all else is said", () => {
                const said: string[] = [];
                const policy = policies().find((each) => each.name === name);
                const report = (message: string) => said.push(message);
                const secrets = [secret("a", "one", "unknown")];
                const getConfig = () => ({});
                assert.throws(
                    () => {
                        policy?.validateResource?.({ ...secrets[0], getConfig }, report);
                        policy?.validateStack?.({ resources: secrets, getConfig }, report);
                    },
                    (error) => error instanceof ENGINE_UNKNOWN && error.message === UNKNOWN.message,
                );
                assert.deepEqual(said, ["Secret shop/a: one."]);
            });

            it("fails the run where the control does, whatever is unknown", () => {
                assert.throws(() => saidBy(name, [secret("a", "one", "throw")]), {
                    message: `control ${name} failed on Secret shop/a: a defect`,
                });
            });
        });
    }

    it("over a stack names all that its control failed on", () => {
        assert.throws(() => saidBy("of-stack", [secret("a", "unknown"), secret("b", "throw"), secret("c", "throw")]), {
            message: ["b", "c"].map((name) => `control of-stack failed on Secret shop/${name}: a defect`).join("\n"),
        });
    });
});

describe("the pack's rule that waivers are in order", () => {
    const unused =
        "w.yaml: waivers[0]: the waiver of of-objects for Secret shop/a matches no finding (owner o, ticket t). Remove the waiver.";

    it("takes a waiver for used by what its control finds, and not by what is unknown or excepted", () => {
        const said = (...say: readonly string[]) =>
            saidBy("waivers-in-order", [secret("a", ...say)], { waivers: [waiver()] }).map(([message]) => message);
        assert.deepEqual(said("one"), []);
        assert.deepEqual(said(), [unused]);
        assert.deepEqual(said("unknown"), [unused]);
        const excepted = { waivers: [waiver()], exceptions: new ExceptionBook([exception()]) };
        assert.deepEqual(saidBy("waivers-in-order", [secret("a", "one")], excepted), [[unused, undefined]]);
    });

    it("says of a waiver that is over, and of one that ends soon only by the rule that advises", () => {
        const secrets = [secret("a", "one")];
        const over = { waivers: [waiver({ expires: "2026-02-01" })] };
        assert.match(saidBy("waivers-in-order", secrets, over)[0]?.[0] ?? "", / expired on 2026-02-01 /);
        assert.deepEqual(saidBy("waivers-last", secrets, over), []);
        const soon = { waivers: [waiver({ expires: "2026-03-15" })] };
        assert.deepEqual(saidBy("waivers-in-order", secrets, soon), []);
        assert.match(saidBy("waivers-last", secrets, soon)[0]?.[0] ?? "", / ends on 2026-03-15 /);
    });
});

describe("what a stack only reads of its cluster", () => {
    const urnOf = (types: string) => `urn:pulumi:dev::shop::${types}kubernetes:core/v1:Secret::key`;
    const READ = urnOf("x0tta6bl4:cluster:Lookup$");
    const bad = (urn: string) => ({ ...secret("a", "Bad"), urn });

    /** What the controls of a stack say of one resource, after the engine has asked about others by themselves. */
    function saidOfStack(urn: string, ...registered: readonly string[]): readonly string[] {
        const said: string[] = [];
        const getConfig = () => ({});
        const all = policies();
        for (const { validateResource } of all) {
            registered.forEach((one) => validateResource?.({ ...bad(one), getConfig }, () => undefined));
        }
        for (const { validateStack } of all) {
            validateStack?.({ resources: [bad(urn)], getConfig }, (message) => said.push(message));
        }
        return said;
    }

    it("is not what a stack is judged by", () => {
        assert.deepEqual(saidOfStack(READ, urnOf("")), []);
        assert.deepEqual(saidOfStack(urnOf("a:b:C$x0tta6bl4:cluster:Lookup$"), urnOf("")), []);
    });

    it("is told by where it stands and by not being registered, so that nothing is hidden there", () => {
        const judged = ["Secret shop/a: Bad."];
        assert.deepEqual(saidOfStack(READ, READ), judged);
        assert.deepEqual(saidOfStack(READ), judged);
        assert.deepEqual(saidOfStack(urnOf("x:y:Shop$"), urnOf("")), judged);
        assert.deepEqual(saidOfStack(urnOf("x0tta6bl4:cluster:Lookup$x:y:Shop$"), urnOf("")), judged);
    });
});
