import assert from "node:assert/strict";

import { withinWorkingHours } from "../../src/plan/guards.js";
import { parseResponsePolicy, policySchema } from "../../src/plan/policy.js";

const HEAD = "apiVersion: responder.x0tta6bl4.io/v1alpha1\nkind: ResponsePolicy\n";

describe("Response policy", () => {
    it("is the safest by default: observe, protected, bounded, approved", () => {
        const { mode, killSwitch, guards, rules } = parseResponsePolicy(HEAD);
        assert.deepEqual([mode, killSwitch, rules], ["observe", false, []]);
        assert.deepEqual([guards.actionsPerHour, guards.destructive, guards.undoAfter], [10, "approval", 14_400_000]);
    });

    it("tells every fault at once, by its path", () => {
        const text = `${HEAD}mode: panic
guards: { actionsPerHour: -1, protectedNamespace: [a], coolDown: 5 }
rules:
  - name: Bad Name
    explanation: too short
    match: { minimumSeverity: dire }
    actions: [{ type: explode }, { type: isolate, undoAfter: 10 }]
`;
        assert.throws(
            () => parseResponsePolicy(text, "policy.yaml"),
            (error: Error) => {
                assert.match(error.message, /^policy\.yaml is no response policy:/);
                const paths = error.message
                    .split("\n")
                    .slice(1)
                    .map((line) => line.trim().split(":")[0]);
                assert.deepEqual(paths, [
                    "mode",
                    "guards.actionsPerHour",
                    "guards.coolDown",
                    "guards",
                    "rules[0].name",
                    "rules[0].explanation",
                    "rules[0].match.minimumSeverity",
                    "rules[0].actions[0].type",
                    "rules[0].actions[1].undoAfter",
                ]);
                return true;
            },
        );
    });

    it("refuses what contradicts itself", () => {
        const rule = (name: string, match: string, actions: string): string =>
            `  - { name: ${name}, explanation: Because it must be., match: ${match}, actions: ${actions} }\n`;
        const text = `${HEAD}guards: { undoAfter: 1h, destructive: working-hours }
rules:
${rule("a", "{}", "[{ type: isolate, undoAfter: 2h }]")}${rule("a", "{ tags: [x] }", "[{ type: rotate-secret }, { type: isolate, secret: s, scope: pod }]")}`;
        assert.throws(
            () => parseResponsePolicy(text),
            (error: Error) => {
                assert.deepEqual(
                    error.message
                        .split("\n")
                        .slice(1)
                        .map((line) => line.trim()),
                    [
                        "guards.workingHours: must be given, since guards.destructive is working-hours",
                        "rules[0].match: must say what it matches",
                        "rules[0].actions[0].undoAfter: must not be longer than guards.undoAfter",
                        'rules[1].name: "a" is there twice',
                        "rules[1].actions[0].secret: must name the ExternalSecret to synchronise",
                        "rules[1].actions[1].secret: only rotate-secret takes one",
                        "rules[1].actions[1].scope: only revoke-identity takes one",
                    ],
                );
                return true;
            },
        );
    });

    for (const [what, text] of [
        ["no YAML", "mode: [act"],
        ["a key twice", `${HEAD}mode: act\nmode: observe\n`],
        ["an alias", `${HEAD}rules: &a []\nx: *a\n`],
        ["a list", "- mode: act\n"],
        ["nothing", ""],
        ["a giant", `${HEAD}#${"x".repeat(1_048_577)}`],
    ] as const) {
        it(`refuses ${what} without a stack trace`, () => {
            assert.throws(() => parseResponsePolicy(text), { name: "PolicyError" });
        });
    }

    it("has a JSON Schema", () => {
        const schema = policySchema() as { properties: object };
        assert.deepEqual(Object.keys(schema.properties), [
            "apiVersion",
            "kind",
            "mode",
            "killSwitch",
            "window",
            "retention",
            "guards",
            "rules",
        ]);
    });
});

describe("Working hours", () => {
    const hours = { days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00", timeZone: "Europe/Berlin" };
    for (const [at, within] of [
        ["2026-06-15T07:00:00Z", true],
        ["2026-06-15T06:59:59Z", false],
        ["2026-06-15T15:00:00Z", false],
        ["2026-12-14T08:00:00Z", true],
        ["2026-12-14T07:30:00Z", false],
        ["2026-06-13T10:00:00Z", false],
    ] as const) {
        it(`${at} is ${within ? "within" : "outside"} them, summer time and weekends minded`, () => {
            assert.equal(withinWorkingHours(hours, Date.parse(at)), within);
        });
    }
});
