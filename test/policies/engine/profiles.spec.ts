import { strict as assert } from "node:assert";

import type { Control, ControlMeta } from "../../../policies/engine/control";
import { objectControl } from "../../../policies/engine/control";
import { profileControls, PROFILES, selectControls } from "../../../policies/engine/profiles";
import { inputFaults } from "../../support/faults";

function control(name: string, over: Partial<ControlMeta> = {}): Control {
    return objectControl({
        name,
        description: "No object is bad.",
        why: "Bad objects are bad.",
        severity: "high",
        covers: [],
        frameworks: [],
        remediation: "Be good.",
        profiles: ["baseline"],
        ...over,
        kinds: ["*"],
        check: () => [],
    });
}

const weak = control("weak-rule", { profiles: ["baseline", "restricted"] });
const strict = control("strict-rule", { profiles: ["restricted"], supersedes: ["weak-rule"] });
const tuned = control("tuned-rule", {
    enforcement: "advisory",
    params: {
        mode: { type: "string", description: "d", default: "a", enum: ["a", "b"] },
        least: { type: "integer", description: "d", default: 2, minimum: 1 },
        deep: { type: "boolean", description: "d", default: false },
        names: { type: "array", description: "d", items: { type: "string" }, default: ["x"] },
    },
});
const REGISTRY = [weak, strict, tuned];

function names(controls: readonly Control[]): readonly string[] {
    return controls.map(({ name }) => name);
}

function faultsOf(config: unknown): readonly string[] {
    return inputFaults(() => selectControls(REGISTRY, "all", config, "c.json"));
}

describe("profileControls", () => {
    it("holds the controls that name the profile", () => {
        assert.deepEqual(names(profileControls(REGISTRY, "baseline")), ["weak-rule", "tuned-rule"]);
    });

    it("leaves out what another control of the profile supersedes", () => {
        assert.deepEqual(names(profileControls(REGISTRY, "restricted")), ["strict-rule"]);
    });

    it("holds every control in the profile all, superseded or not", () => {
        assert.deepEqual(names(profileControls(REGISTRY, "all")), ["weak-rule", "strict-rule", "tuned-rule"]);
    });

    it("leaves out of all profiles what only repeats others; who names it gets it", () => {
        const registry = [
            weak,
            control("repeating-rule", { repeats: ["weak-rule"] }),
            control("own-rule", { repeats: [] }),
        ];
        for (const profile of ["baseline", "all"] as const) {
            assert.deepEqual(names(profileControls(registry, profile)), ["weak-rule", "own-rule"]);
            const named = selectControls(registry, profile, { "repeating-rule": {} });
            assert.deepEqual(names(named.map((selected) => selected.control)), names(registry));
        }
    });

    it("leaves in what only a control outside of the profile supersedes", () => {
        assert.deepEqual(
            names(profileControls([weak, control("x", { profiles: ["cis"], supersedes: ["weak-rule"] })], "baseline")),
            ["weak-rule"],
        );
    });

    it("knows six profiles", () => {
        assert.deepEqual(PROFILES, ["baseline", "restricted", "cis", "nsa", "x0tta6bl4", "all"]);
    });
});

describe("selectControls", () => {
    const levels = (config: unknown, profile: "baseline" | "all" = "baseline") =>
        selectControls(REGISTRY, profile, config).map(({ control: { name }, enforcement }) => [name, enforcement]);

    it("only advises by a control whose parameter somebody has to know, until it is set", () => {
        const list = { type: "array", description: "d", items: { type: "string" }, default: ["x"] } as const;
        const known = control("known-rule", { advisesUntilSet: "names", params: { names: list } });
        const level = (config: unknown) => selectControls([known], "all", config)[0]?.enforcement;
        assert.equal(level({}), "advisory");
        assert.equal(level({ "known-rule": { names: ["y"] } }), "mandatory");
        assert.equal(level({ "known-rule": { names: ["y"], enforcementLevel: "advisory" } }), "advisory");
        assert.equal(level({ "known-rule": "mandatory" }), "mandatory");
    });

    it("gives each control its own level and default parameters", () => {
        assert.deepEqual(
            selectControls(REGISTRY, "baseline").map(({ enforcement, params }) => [enforcement, params]),
            [
                ["mandatory", {}],
                ["advisory", { mode: "a", least: 2, deep: false, names: ["x"] }],
            ],
        );
    });

    it("sets a level by control, or by all, and the control's own setting wins", () => {
        assert.deepEqual(levels({ all: "advisory", "tuned-rule": "mandatory" }), [
            ["weak-rule", "advisory"],
            ["tuned-rule", "mandatory"],
        ]);
    });

    it("leaves out what is disabled", () => {
        assert.deepEqual(levels({ "weak-rule": "disabled" }), [["tuned-rule", "advisory"]]);
        assert.deepEqual(levels({ all: "disabled", "weak-rule": { enforcementLevel: "mandatory" } }), [
            ["weak-rule", "mandatory"],
        ]);
    });

    it("adds a control that the profile does not hold when the configuration names it", () => {
        assert.deepEqual(levels({ "strict-rule": "advisory" }), [
            ["weak-rule", "mandatory"],
            ["strict-rule", "advisory"],
            ["tuned-rule", "advisory"],
        ]);
    });

    it("takes any text where a parameter lists no words, and any number where it has no least", () => {
        const free = control("free-rule", {
            params: {
                word: { type: "string", description: "d", default: "a" },
                count: { type: "integer", description: "d", default: 1 },
            },
        });
        const params = (config: object) => selectControls([free], "all", { "free-rule": config })[0]?.params;
        assert.deepEqual(params({ word: "anything", count: -5 }), { word: "anything", count: -5 });
        assert.deepEqual(params({ word: "" }), { word: "", count: 1 });
        assert.throws(() => params({ word: 1, count: 0.5 }), {
            faults: [
                "configuration: free-rule.word must be a text, found 1",
                "configuration: free-rule.count must be a whole number, found 0.5",
            ],
        });
    });

    it("takes parameters and keeps the defaults of the others", () => {
        const [, second] = selectControls(REGISTRY, "baseline", { "tuned-rule": { least: 5, names: [] } });
        assert.deepEqual(second?.params, { mode: "a", least: 5, deep: false, names: [] });
    });

    const refused: readonly [what: string, config: unknown, faults: readonly string[]][] = [
        [
            "what is no object",
            ["weak-rule"],
            ["c.json: must be an object with weak-rule, strict-rule, tuned-rule, all, found a list of 1"],
        ],
        [
            "an unknown control",
            { "weak-rul": "mandatory" },
            ['c.json: weak-rul is not known; did you mean "weak-rule"?'],
        ],
        [
            "an unknown level",
            { "weak-rule": "remediate" },
            [
                'c.json: weak-rule must be one of mandatory, advisory, disabled, or an object with enforcementLevel, found "remediate"',
            ],
        ],
        [
            "an unknown parameter",
            { "tuned-rule": { lest: 1 }, "weak-rule": { x: 1 } },
            [
                "c.json: weak-rule.x is not known; known: enforcementLevel",
                'c.json: tuned-rule.lest is not known; did you mean "least"?',
            ],
        ],
        [
            "values of the wrong type or out of range, all at once",
            { "tuned-rule": { mode: "c", least: 0, deep: "yes", names: [1], enforcementLevel: 3 } },
            [
                "c.json: tuned-rule.enforcementLevel must be one of mandatory, advisory, disabled, found 3",
                'c.json: tuned-rule.mode must be one of a, b, found "c"',
                "c.json: tuned-rule.least must be a whole number of at least 1, found 0",
                'c.json: tuned-rule.deep must be true or false, found "yes"',
                "c.json: tuned-rule.names[0] must be a text, found 1",
            ],
        ],
        [
            "a parameter named like a method of objects",
            { "tuned-rule": { toString: 1 } },
            ["c.json: tuned-rule.toString is not known; known: enforcementLevel, mode, least, deep, names"],
        ],
    ];
    for (const [what, config, faults] of refused) {
        it(`refuses ${what}`, () => {
            assert.deepEqual(faultsOf(config), faults);
        });
    }
});
