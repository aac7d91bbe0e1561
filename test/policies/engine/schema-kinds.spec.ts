import assert from "node:assert/strict";

import type { Schema } from "../../../policies/engine/schema";
import {
    anything,
    anyText,
    boolean,
    exactly,
    flag,
    integer,
    listOf,
    mapOf,
    mapped,
    number,
    object,
    oneOf,
    optional,
    orEmpty,
    orShort,
    partOf,
    refined,
    scalar,
    text,
    union,
    withDefault,
} from "../../../policies/engine/schema";
import { readBy, schemaFaults } from "../../support/faults";

interface Kind {
    readonly schema: Schema<unknown>;
    /** What is allowed, as messages say it. */
    readonly expected: string;
    readonly taken: readonly unknown[];
    readonly refused: readonly unknown[];
}

const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, optional(text())]));

const KINDS: Readonly<Record<string, Kind>> = {
    "any text": { schema: anyText, expected: "a text", taken: ["", "a"], refused: [1, null, ["a"]] },
    "a text": {
        schema: text(),
        expected: "a text that is not empty",
        taken: ["a", " a "],
        refused: ["", " \n", 1, null],
    },
    "a text of a form": {
        schema: text("a word", /^[a-z]+$/),
        expected: "a word",
        taken: ["word"],
        refused: ["Two words", "", 7],
    },
    "a number": { schema: number, expected: "a number", taken: [0, -1.5], refused: ["0", null, true] },
    "a flag": { schema: flag, expected: "true or be left out", taken: [true], refused: [false, "true", 1] },
    "a truth value": { schema: boolean(), expected: "true or false", taken: [true, false], refused: ["true", 0, null] },
    "a version": { schema: exactly(2), expected: "2", taken: [2], refused: [1, "2", null] },
    "a word": { schema: oneOf("a", "b"), expected: "one of a, b", taken: ["a", "b"], refused: ["A", "", null] },
    "a whole number": {
        schema: integer(),
        expected: "a whole number",
        taken: [0, -7, 1e9],
        refused: [0.5, "1", NaN, Infinity],
    },
    "a whole number with a lower bound": {
        schema: integer(2),
        expected: "a whole number of at least 2",
        taken: [2, 3, 1e9],
        refused: [1, 2.5],
    },
    "a whole number with an upper bound": {
        schema: integer(undefined, 2),
        expected: "a whole number to 2",
        taken: [2, -1e9],
        refused: [3, 1.5],
    },
    "a whole number with both bounds": {
        schema: integer(2, 4),
        expected: "a whole number from 2 to 4",
        taken: [2, 3, 4],
        refused: [1, 5, 3.5, "3"],
    },
    "a list": { schema: listOf(integer()), expected: "a list", taken: [[], [1, 2]], refused: [{}, "1", [0.5]] },
    "a list of so many at least": {
        schema: listOf(integer(), 2),
        expected: "a list of at least 2",
        taken: [
            [1, 2],
            [1, 2, 3],
        ],
        refused: [[], [1]],
    },
    "a map": {
        schema: mapOf(integer()),
        expected: "an object",
        taken: [{}, { a: 1 }],
        refused: [[], { a: "1" }, null],
    },
    "an object": {
        schema: object({ a: integer(), b: optional(text()) }),
        expected: "an object with a, b",
        taken: [{ a: 1 }, { a: 1, b: "b" }],
        refused: [{}, { a: 1, c: 1 }, { b: "b" }, [], null],
    },
    "an object of no fields": { schema: object({}), expected: "an object", taken: [{}], refused: [{ a: 1 }, []] },
    "an object of as many fields as a message lists": {
        schema: object(fields(20)),
        expected: `an object with ${Object.keys(fields(20)).join(", ")}`,
        taken: [{}, { f19: "x" }],
        refused: [{ f20: "x" }],
    },
    "an object of more fields": {
        schema: object(fields(21)),
        expected: "an object",
        taken: [{}, { f20: "x" }],
        refused: [{ f21: "x" }],
    },
    "a part of an object": {
        schema: partOf({ a: integer() }),
        expected: "an object with a",
        taken: [{ a: 1 }],
        refused: [{}, 1],
    },
    "one of several shapes": {
        schema: union("kind", { disk: { path: text() }, none: {} }),
        expected: "an object whose kind is one of disk, none",
        taken: [{ kind: "none" }, { kind: "disk", path: "/a" }],
        refused: [{ kind: "none", path: "/a" }, { kind: "disk" }, {}, "none", { kind: "toString" }],
    },
    "an object or a short form": {
        schema: orShort(object({ a: integer() }), integer(1), (a) => ({ a })),
        expected: "a whole number of at least 1, or an object with a",
        taken: [{ a: 0 }],
        refused: [0, {}, "a", null],
    },
};

describe("the kinds of values", () => {
    for (const [name, { schema, expected, taken, refused }] of Object.entries(KINDS)) {
        it(`include ${name}`, () => {
            assert.equal(schema.expected, expected);
            for (const value of taken) {
                assert.deepEqual(schemaFaults(schema, value), [], JSON.stringify(value));
                // What may be left out is there, and undefined.
                assert.deepEqual(JSON.parse(JSON.stringify(readBy(schema, value).value)), value);
            }
            for (const value of refused) {
                assert.notDeepEqual(schemaFaults(schema, value), [], JSON.stringify(value));
            }
            assert.deepEqual(schemaFaults(schema, undefined), [`it is missing; it must be ${expected}`]);
        });
    }

    it("include whatever it is, and nothing", () => {
        for (const value of [undefined, null, 0, "", { a: [] }]) {
            assert.deepEqual(readBy(anything, value), { value, faults: [] });
        }
        assert.equal(anything.expected, "anything");
    });

    it("are read no further where a value is absent", () => {
        const schema = scalar("a value", () => assert.fail("was read"));
        assert.deepEqual(schemaFaults(schema, undefined), ["it is missing; it must be a value"]);
    });

    it("say how they are made up", () => {
        const item = text();
        const value = { kind: "value" };
        for (const schema of [anything, anyText, number, flag, integer(), exactly(1)]) {
            assert.deepEqual(schema.form, value);
        }
        assert.deepEqual(boolean().form, { ...value, told: { type: "boolean" } });
        assert.deepEqual(oneOf("a").form, { ...value, told: { enum: ["a"] } });
        assert.deepEqual(item.form, { ...value, told: { type: "string" } });
        assert.deepEqual(listOf(item).form, { kind: "list", item });
        assert.deepEqual(mapOf(item).form, { kind: "map", item });
        assert.deepEqual(object({ item }).form, { kind: "object", fields: { item } });
        assert.deepEqual(partOf({ item }).form, { kind: "object", fields: { item } });
        const variants = { a: { item }, b: {} };
        assert.deepEqual(union("kind", variants).form, { kind: "union", tag: "kind", variants });
        const list = listOf(item);
        const same = (one: Schema<unknown>) => [one.form, one.expected];
        const wrapped = [
            optional(list),
            withDefault(list, []),
            orEmpty(list),
            mapped(list, String),
            refined(list, String),
        ];
        for (const schema of wrapped) {
            assert.deepEqual(same(schema), same(list));
        }
        const long = object({ item });
        assert.deepEqual(orShort(long, item, (given) => ({ item: given })).form, long.form);
    });

    it("say what stands for an absent value", () => {
        assert.deepEqual(optional(text()).absent, { value: null });
        assert.deepEqual(withDefault(integer(), 7).absent, { value: 7 });
        assert.equal(text().absent, undefined);
        assert.equal(orEmpty(object({})).absent, undefined);
    });

    it("take a value that is given before what stands for an absent one", () => {
        assert.deepEqual(readBy(withDefault(integer(), 7), 3), { value: 3, faults: [] });
        assert.deepEqual(readBy(withDefault(integer(), 7), undefined), { value: 7, faults: [] });
        assert.deepEqual(readBy(withDefault(integer(), 7), null).faults, ["it must be a whole number, found null"]);
        assert.deepEqual(readBy(optional(integer()), 3), { value: 3, faults: [] });
        assert.deepEqual(readBy(optional(integer()), "3").faults, ['it must be a whole number, found "3"']);
        assert.deepEqual(readBy(optional(integer()), undefined), { value: undefined, faults: [] });
    });
});

describe("faults of a schema", () => {
    it("show a value up to what could be a secret", () => {
        const shown = ["a", "1.2.3", "v1a2b", "4Gi 5Mi", "a".repeat(40), "10.0.0.0/8", "", "x * y + z_1"];
        for (const value of shown) {
            assert.deepEqual(schemaFaults(number, value), [`it must be a number, found "${value}"`]);
        }
        const hidden = ["1a2b3c", "a".repeat(41), "user:pass@host", "line\nbreak", 'a"b', "x1yzz2yzz3y"];
        for (const value of hidden) {
            assert.deepEqual(schemaFaults(number, value), [
                `it must be a number, found a text of ${value.length} characters`,
            ]);
        }
    });

    it("name other values by what they are", () => {
        const names: readonly (readonly [unknown, string])[] = [
            [[], "an empty list"],
            [[1, 2], "a list of 2"],
            [{}, "an object"],
            [null, "null"],
            [true, "true"],
            [7, "7"],
        ];
        for (const [value, name] of names) {
            assert.deepEqual(schemaFaults(text(), value), [`it must be a text that is not empty, found ${name}`]);
        }
    });

    it("list the fields known where they are few and none is close", () => {
        const unknown = (count: number, name: string) => schemaFaults(object(fields(count)), { [name]: "x" });
        assert.deepEqual(unknown(0, "zzz"), ["it.zzz is not known; none is"]);
        assert.deepEqual(unknown(2, "zzz"), ["it.zzz is not known; known: f0, f1"]);
        const listed = Object.keys(fields(20)).join(", ");
        assert.deepEqual(unknown(20, "zzz"), [`it.zzz is not known; known: ${listed}`]);
        assert.deepEqual(unknown(21, "zzz"), ["it.zzz is not known"]);
        assert.deepEqual(unknown(21, "f020"), ['it.f020 is not known; did you mean "f20"?']);
    });

    it("stand once where a short form is none of both", () => {
        const schema = orShort(object({ a: text() }), listOf(integer()), () => ({ a: "a" }));
        assert.deepEqual(schemaFaults(schema, [0.5, "x"]), [
            "it must be a list, or an object with a, found a list of 2",
        ]);
    });
});
