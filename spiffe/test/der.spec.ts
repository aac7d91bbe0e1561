import assert from "node:assert/strict";

import fc from "fast-check";

import { DerError } from "../src/index.js";
import {
    DerReader,
    Tag,
    derAscii,
    derBits,
    derBoolean,
    derOid,
    derTime,
    derUint,
    openDer,
    soleDer,
} from "../src/der.js";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));

function refusal(call: () => unknown): string {
    try {
        call();
    } catch (error) {
        assert.ok(error instanceof DerError);
        assert.equal(error.code, "malformed_der");
        return error.message;
    }
    return "accepted";
}

/** Writes one element with the shortest length, independently of the reader. */
function encode(tag: number, content: Uint8Array): Buffer {
    const { length } = content;
    const header =
        length < 0x80
            ? [length]
            : length < 0x100
              ? [0x81, length]
              : length < 0x10000
                ? [0x82, length >> 8, length & 0xff]
                : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...header]), content]);
}

describe("DerReader", () => {
    it("gives back every sequence of elements that was written", () => {
        const tag = fc.integer({ min: 1, max: 0xff }).filter((found) => (found & 0x1f) !== 0x1f);
        const content = fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.nat({ max: 70_000 }).map((length) => new Uint8Array(length)),
        );
        fc.assert(
            fc.property(fc.array(fc.tuple(tag, content), { maxLength: 5 }), (elements) => {
                const input = Buffer.concat(elements.map(([number, value]) => encode(number, value)));
                const read = new DerReader(input).rest();
                assert.deepEqual(
                    read.map((element) => [element.tag, Buffer.from(element.content).toString("hex")]),
                    elements.map(([number, value]) => [number, Buffer.from(value).toString("hex")]),
                );
                assert.equal(Buffer.concat(read.map((element) => element.raw)).compare(input), 0);
            }),
        );
    });

    it("opens, skips what is absent and notices the end", () => {
        const reader = openDer(bytes("30 05 02 01 07 05 00"));
        assert.equal(reader.optional(Tag.boolean), undefined);
        assert.equal(derUint(reader.read(Tag.integer).content), 7);
        assert.equal(reader.peek(), Tag.null);
        assert.equal(
            refusal(() => reader.end()),
            "2 bytes after the end of a structure",
        );
        reader.read();
        reader.end();
        assert.ok(reader.done);
        assert.equal(reader.peek(), undefined);
    });

    const refused: readonly [string, string][] = [
        ["", "input ends at byte 0"],
        ["30", "input ends at byte 1"],
        ["30 82 01", "input ends at byte 3"],
        ["30 05 00", "element at byte 0 claims 5 bytes, only 1 are left"],
        ["30 80 00 00", "indefinite length"],
        ["30 85 01 00 00 00 00", "length of 5 bytes"],
        ["30 81 7f", "length not in its shortest form"],
        ["30 82 00 ff", "length not in its shortest form"],
        ["30 84 ff ff ff ff", "element at byte 0 claims 4294967295 bytes, only 0 are left"],
        ["3f 81 00 00", "multi-byte tag at byte 0"],
        ["31 00", "tag 0x31 at byte 0 where 0x30 is expected"],
    ];
    for (const [hex, message] of refused) {
        it(`refuses ${hex === "" ? "nothing" : hex}: ${message}`, () => {
            assert.equal(
                refusal(() => openDer(bytes(hex))),
                message,
            );
        });
    }
});

describe("DER values", () => {
    it("stand alone where they must", () => {
        assert.deepEqual([...soleDer(bytes("02 01 07"), Tag.integer)], [7]);
        assert.equal(
            refusal(() => soleDer(bytes("02 01 07 05 00"), Tag.integer)),
            "2 bytes after the end of a structure",
        );
        assert.equal(
            refusal(() => soleDer(bytes("02 01 07"), Tag.oid)),
            "tag 0x2 at byte 0 where 0x6 is expected",
        );
    });

    it("are read strictly", () => {
        assert.equal(derBoolean(bytes("ff")), true);
        assert.equal(derBoolean(bytes("00")), false);
        assert.equal(
            refusal(() => derBoolean(bytes("01"))),
            "BOOLEAN is neither TRUE nor FALSE",
        );
        assert.equal(derUint(bytes("00")), 0);
        assert.equal(derUint(bytes("00 ff ff ff ff")), 4294967295);
        const integer = "INTEGER is empty, negative or not in its shortest form";
        assert.deepEqual(
            ["", "ff", "00 7f"].map((hex) => refusal(() => derUint(bytes(hex)))),
            [integer, integer, integer],
        );
        assert.equal(
            refusal(() => derUint(bytes("01 00 00 00 00"))),
            "INTEGER beyond 32 bits",
        );
        assert.equal(
            refusal(() => derUint(new Uint8Array(1000).fill(1))),
            "INTEGER beyond 32 bits",
        );
        assert.deepEqual([...derBits(bytes("05 a0"))], [0, 2]);
        assert.deepEqual([...derBits(bytes("07 00 80"))], [8]);
        assert.deepEqual([...derBits(bytes("00"))], []);
        const bits = "BIT STRING with a bad count of unused bits";
        assert.deepEqual(
            ["", "08 00", "01"].map((hex) => refusal(() => derBits(bytes(hex)))),
            [bits, bits, bits],
        );
        assert.equal(derAscii(bytes("61 00 62")), "a\0b");
        assert.equal(
            refusal(() => derAscii(bytes("c3 a9"))),
            "character beyond ASCII in an IA5String",
        );
    });

    it("are times with seconds in UTC, of the calendar, and no others", () => {
        const timeOf = (tag: number, text: string) => derTime(new DerReader(encode(tag, Buffer.from(text))).read());
        const { utcTime, generalizedTime } = Tag;
        for (const [tag, text, iso] of [
            [utcTime, "260131235959Z", "2026-01-31T23:59:59.000Z"],
            [utcTime, "000229000000Z", "2000-02-29T00:00:00.000Z"],
            [utcTime, "491231235959Z", "2049-12-31T23:59:59.000Z"],
            [utcTime, "500101000000Z", "1950-01-01T00:00:00.000Z"],
            [generalizedTime, "20260131235959Z", "2026-01-31T23:59:59.000Z"],
            [generalizedTime, "19491231235959Z", "1949-12-31T23:59:59.000Z"],
            [generalizedTime, "99991231235959Z", "9999-12-31T23:59:59.000Z"],
        ] as const) {
            assert.equal(new Date(timeOf(tag, text)).toISOString(), iso);
        }
        const form = "a time that is neither UTCTime nor GeneralizedTime with seconds in UTC";
        for (const [tag, text] of [
            [utcTime, ""],
            [utcTime, "2601312359Z"],
            [utcTime, "260131235959"],
            [utcTime, "260131235959+0000"],
            [utcTime, "20260131235959Z"],
            [utcTime, "26013123595 Z"],
            [utcTime, "260131235959z"],
            [utcTime, "+60131235959Z"],
            [utcTime, "Z60131235959Z"],
            [generalizedTime, "260131235959Z"],
            [generalizedTime, "20260131235959.5Z"],
            [generalizedTime, "2026013123595ZZ"],
            [Tag.utf8String, "260131235959Z"],
            [Tag.utf8String, "20260131235959Z"],
        ] as const) {
            assert.equal(
                refusal(() => timeOf(tag, text)),
                form,
                text,
            );
        }
        for (const text of [
            "260229000000Z",
            "261301000000Z",
            "260100000000Z",
            "260101240000Z",
            "260101006000Z",
            "260101000060Z",
        ]) {
            assert.equal(
                refusal(() => timeOf(utcTime, text)),
                "a time that the calendar or the clock doesn't have",
                text,
            );
        }
    });

    it("name objects by the known identifiers", () => {
        assert.equal(derOid(bytes("55 1d 0f")), "2.5.29.15");
        assert.equal(derOid(bytes("2a 86 48 86 f7 0d 01 01 0b")), "1.2.840.113549.1.1.11");
        assert.equal(derOid(bytes("60 86 48 01 65 03 04 03 12")), "2.16.840.1.101.3.4.3.18");
        assert.equal(derOid(bytes("88 37")), "2.999");
        assert.equal(
            refusal(() => derOid(bytes(""))),
            "OBJECT IDENTIFIER of 0 bytes",
        );
        assert.equal(
            refusal(() => derOid(new Uint8Array(65))),
            "OBJECT IDENTIFIER of 65 bytes",
        );
        assert.equal(
            refusal(() => derOid(bytes("55 80 01"))),
            "OBJECT IDENTIFIER arc not in its shortest form",
        );
        assert.equal(
            refusal(() => derOid(bytes("55 81"))),
            "OBJECT IDENTIFIER ends within an arc",
        );
    });
});
