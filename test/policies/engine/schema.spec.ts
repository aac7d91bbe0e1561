import assert from "node:assert/strict";

import fc from "fast-check";

import { InputError, readContent } from "../../../policies/engine/input";
import type { Schema } from "../../../policies/engine/schema";
import {
    boolean,
    integer,
    listOf,
    mapOf,
    mapped,
    object,
    oneOf,
    optional,
    orEmpty,
    orShort,
    partOf,
    refined,
    text,
    union,
    withDefault,
} from "../../../policies/engine/schema";
import { cidr, date, dnsLabel, duration, quantity } from "../../../policies/engine/values";
import { readBy, schemaFaults } from "../../support/faults";

describe("settings schema", () => {
    it("names the path, what is allowed and the value found", () => {
        assert.deepEqual(schemaFaults(integer(1, 5), 9), ["it must be a whole number from 1 to 5, found 9"]);
        assert.deepEqual(schemaFaults(boolean(), "false"), ['it must be true or false, found "false"']);
        assert.deepEqual(schemaFaults(oneOf("a", "b"), "c"), ['it must be one of a, b, found "c"']);
        assert.deepEqual(schemaFaults(text(), ""), ['it must be a text that is not empty, found ""']);
    });

    it("says that a value is missing and what it must be", () => {
        assert.deepEqual(schemaFaults(integer(1, 5), undefined), [
            "it is missing; it must be a whole number from 1 to 5",
        ]);
    });

    it("reports every fault of an object at once, unknown fields with the closest known name", () => {
        const schema = object({ replicas: integer(1, 3), name: dnsLabel });
        assert.deepEqual(schemaFaults(schema, { replica: 2, name: "Upper" }), [
            'it.replica is not known; did you mean "replicas"?',
            "it.replicas is missing; it must be a whole number from 1 to 3",
            'it.name must be a DNS label (lower-case letters, digits and hyphens, at most 63), found "Upper"',
        ]);
    });

    it("reads lists and maps item by item", () => {
        assert.deepEqual(schemaFaults(listOf(integer(0, 1)), [0, 7, 1, "x"]), [
            "it[1] must be a whole number from 0 to 1, found 7",
            'it[3] must be a whole number from 0 to 1, found "x"',
        ]);
        assert.deepEqual(schemaFaults(listOf(boolean(), 1), []), [
            "it must be a list of at least 1, found an empty list",
        ]);
        assert.deepEqual(schemaFaults(mapOf(text()), { a: "b", c: 1 }), [
            "it.c must be a text that is not empty, found 1",
        ]);
        assert.deepEqual(schemaFaults(mapOf(text()), []), ["it must be an object, found an empty list"]);
    });

    it("tells the shapes of a union apart by their tag and refuses fields of another shape", () => {
        const schema = union("kind", { disk: { path: text() }, kms: { region: text() } });
        assert.deepEqual(readBy(schema, { kind: "disk", path: "/keys" }).value, { kind: "disk", path: "/keys" });
        assert.deepEqual(schemaFaults(schema, { kind: "tape" }), ['it.kind must be one of disk, kms, found "tape"']);
        assert.deepEqual(schemaFaults(schema, { kind: "kms", path: "/keys" }), [
            "it.path is not known; known: kind, region",
            "it.region is missing; it must be a text that is not empty",
        ]);
        assert.deepEqual(schemaFaults(schema, "disk"), [
            'it must be an object whose kind is one of disk, kms, found "disk"',
        ]);
    });

    it("fills in defaults, also those of the fields of an absent object", () => {
        const schema = withDefault(object({ size: withDefault(integer(1, 9), 3), note: optional(text()) }), {});
        assert.deepEqual(readBy(schema, undefined), { value: { size: 3, note: undefined }, faults: [] });
    });

    it("names the fields that an absent object lacks", () => {
        const schema = object({ place: orEmpty(object({ zone: text(), rack: withDefault(integer(1, 9), 1) })) });
        assert.deepEqual(schemaFaults(schema, {}), ["it.place.zone is missing; it must be a text that is not empty"]);
        assert.deepEqual(schemaFaults(schema, { place: null }), [
            "it.place must be an object with zone, rack, found null",
        ]);
    });

    it("takes no default of another type, and none that lacks a required field", () => {
        // @ts-expect-error a text is no port
        withDefault(integer(1, 65535), "https");
        // @ts-expect-error the field is misspelt
        withDefault(object({ size: withDefault(integer(1, 9), 3) }), { sise: 4 });
        // @ts-expect-error an item is no address range but a number
        withDefault(listOf(cidr), [10]);
        const size = object({ size: integer(1, 9) });
        // @ts-expect-error size has no default of its own
        assert.deepEqual(schemaFaults(withDefault(size, {}), undefined), [
            "it.size is missing; it must be a whole number from 1 to 9",
        ]);
        // @ts-expect-error the tag is none of the shapes
        assert.deepEqual(schemaFaults(withDefault(union("kind", { disk: {} }), { kind: "tape" }), undefined), [
            'it.kind must be one of disk, found "tape"',
        ]);
    });

    it("passes over the fields of a report that it does not read, and reads none that objects have by themselves", () => {
        const schema = partOf({ name: text(), toString: optional(text()) });
        assert.deepEqual(readBy(schema, { name: "a", more: 1 }), {
            value: { name: "a", toString: undefined },
            faults: [],
        });
        assert.deepEqual(schemaFaults(schema, { more: 1 }), [
            "it.name is missing; it must be a text that is not empty",
        ]);
        assert.deepEqual(schemaFaults(object({}), { more: 1 }), ["it.more is not known; none is"]);
    });

    it("takes a short form for an object, and tells of both where it is neither", () => {
        const schema = orShort(object({ level: oneOf("on", "off") }), oneOf("on", "off"), (level) => ({ level }));
        assert.deepEqual(readBy(schema, "on"), { value: { level: "on" }, faults: [] });
        assert.deepEqual(readBy(schema, { level: "off" }), { value: { level: "off" }, faults: [] });
        assert.deepEqual(schemaFaults(schema, "of"), [
            'it must be one of on, off, or an object with level, found "of"',
        ]);
        assert.deepEqual(schemaFaults(schema, { level: 1 }), ["it.level must be one of on, off, found 1"]);
    });

    it("changes what fits, and never what does not", () => {
        const length = mapped(text(), (value) => value.length);
        assert.deepEqual(readBy(length, "abc"), { value: 3, faults: [] });
        assert.deepEqual(schemaFaults(length, 3), ["it must be a text that is not empty, found 3"]);
    });

    it("puts a colon between a file and the path in it", () => {
        assert.throws(
            () =>
                readContent(
                    object({ a: object({ b: boolean() }), c: listOf(date) }),
                    { a: { b: 1 }, c: ["x"] },
                    "f.yaml",
                ),
            new InputError([
                "f.yaml: a.b must be true or false, found 1",
                'f.yaml: c[0] must be a date, YYYY-MM-DD, found "x"',
            ]),
        );
        assert.throws(() => readContent(object({ a: text() }), "x", "f.yaml"), {
            message: 'f.yaml: must be an object with a, found "x"',
        });
    });

    it("tells of an object, a list, and a text that may be a secret, only what kind of value they are", () => {
        const secrets = [
            "s3cr3t-T0ken-with-digits",
            "postgres://keeper:hunter2@db.example.org/orders",
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw",
            "correct horse battery staple and some more words",
            { password: "hunter2" },
            ["hunter2"],
        ];
        for (const secret of secrets) {
            const [fault = ""] = schemaFaults(boolean(), secret);
            assert.match(fault, /^it must be true or false, found (?:a text of \d+ characters|an object|a list of 1)$/);
        }
    });

    it("applies a rule of its own only to values that are well-formed", () => {
        const even = refined(integer(0, 10), (value) => (value % 2 === 0 ? undefined : `is odd: ${value}`));
        assert.deepEqual(schemaFaults(even, 3), ["it is odd: 3"]);
        assert.deepEqual(schemaFaults(even, 4), []);
        assert.deepEqual(schemaFaults(even, "x"), ['it must be a whole number from 0 to 10, found "x"']);
    });

    it("knows quantities, durations and address ranges from what only looks like them", () => {
        const accepted = (schema: Schema<string>, values: string[]) =>
            values.filter((value) => schemaFaults(schema, value).length === 0);
        assert.deepEqual(accepted(quantity, ["250m", "1", "0.5", "512Mi", "1G", "", "1 Gi", "Mi", "-1"]), [
            "250m",
            "1",
            "0.5",
            "512Mi",
            "1G",
        ]);
        assert.deepEqual(accepted(duration, ["30s", "5m", "1h30m", "", "1d", "5", "30s5m"]), ["30s", "5m", "1h30m"]);
        assert.deepEqual(accepted(cidr, ["10.0.0.0/8", "fd00::/64", "10.0.0.0", "10.0.0.0/33", "::/129"]), [
            "10.0.0.0/8",
            "fd00::/64",
        ]);
    });

    it("never throws and never accepts a value with a fault, whatever it is fed", () => {
        const schema = object({ a: listOf(integer(0, 9)), b: union("k", { x: { n: text() } }), c: mapOf(boolean()) });
        fc.assert(
            fc.property(fc.anything(), (value) => {
                const faults: string[] = [];
                schema.read(value, "it", faults);
                assert.ok(faults.length > 0);
            }),
        );
    });
});
