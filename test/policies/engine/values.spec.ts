import assert from "node:assert/strict";

import type { Schema } from "../../../policies/engine/schema";
import { cidr, date, dnsLabel, duration, endOfDay, port, quantity, urlPath } from "../../../policies/engine/values";
import { readBy } from "../../support/faults";

interface Value {
    readonly schema: Schema<unknown>;
    readonly expected: string;
    readonly taken: readonly unknown[];
    readonly refused: readonly unknown[];
}

const VALUES: Readonly<Record<string, Value>> = {
    "DNS labels": {
        schema: dnsLabel,
        expected: "a DNS label (lower-case letters, digits and hyphens, at most 63)",
        taken: ["a", "0", "a-b", "a--b", "a1", "1a", "a".repeat(63)],
        refused: ["", "-a", "a-", "A", "aB", "a.b", "a_b", "a".repeat(64), " a", "a\n", 1],
    },
    quantities: {
        schema: quantity,
        expected: "a Kubernetes quantity such as 250m or 512Mi",
        taken: ["0", "250m", "0.5", "512Mi", "1e3"],
        refused: ["", " 1", "1 ", "-1", "Mi", "1 Gi", "one", 1, null],
    },
    "address ranges": {
        schema: cidr,
        expected: "an address range with its mask, such as 10.0.0.0/24",
        taken: ["10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "fd00::/64", "::/0", "::1/128"],
        refused: [
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "10.0.0.0/8/8",
            "10.0.0.0/-1",
            "10.0.0.0/8 ",
            "host/8",
            "/8",
            "/0",
            "::/0128",
            "10.0.0.0/a8",
            "10.0.0.0/8a",
            10,
        ],
    },
    durations: {
        schema: duration,
        expected: "a duration such as 30s, 5m or 1h30m",
        taken: ["30s", "5m", "1h", "1h30m", "1h30m10s", "10h5s", "100m"],
        refused: ["", "5", "1d", "30s5m", "h", "1.5h", " 1h", "1h ", "-1h", "1h30", "m", "sh", 30],
    },
    "paths of URLs": {
        schema: urlPath,
        expected: "an absolute path of letters, digits, dots, dashes, underscores and tildes, without //, /./ or /../",
        taken: ["/", "/a", "/a/", "/a/b", "/A-z_0.9~", "/.a", "/..a", "/...", "/a.", "/a../b"],
        refused: [
            "",
            "a",
            "a/b",
            "//",
            "/a//b",
            "/a//",
            "/.",
            "/..",
            "/./a",
            "/../a",
            "/a/.",
            "/a/..",
            "/a/./b",
            "/a b",
            "/a?b",
            "/%61",
            "/a\n",
            1,
        ],
    },
    ports: {
        schema: port,
        expected: "a whole number from 1 to 65535",
        taken: [1, 443, 65535],
        refused: [0, 65536, -1, 1.5, "443"],
    },
    days: {
        schema: date,
        expected: "a date, YYYY-MM-DD",
        taken: ["2026-01-31", "2024-02-29", "1999-12-31"],
        refused: [
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "2026-01-01T00:00:00Z",
            "12026-01-01",
            "2026-01-0",
            "today",
            "",
            20260101,
            null,
        ],
    },
};

/** The faults of a value, which is read as it stands where it has none. */
function faultsOf(schema: Schema<unknown>, value: unknown): readonly string[] {
    const { value: result, faults } = readBy(schema, value);
    assert.ok(faults.length > 0 || result === value);
    return faults;
}

describe("values with a form of their own", () => {
    for (const [name, { schema, expected, taken, refused }] of Object.entries(VALUES)) {
        it(`are ${name}`, () => {
            assert.equal(schema.expected, expected);
            assert.deepEqual(
                taken.filter((value) => faultsOf(schema, value).length > 0),
                [],
            );
            assert.deepEqual(
                refused.filter((value) => faultsOf(schema, value).length === 0),
                [],
            );
        });
    }

    it("are days also where YAML made a point in time of one", () => {
        assert.deepEqual(readBy(date, new Date("2026-01-31T00:00:00Z")), { value: "2026-01-31", faults: [] });
    });

    it("have a day end when the next begins (UTC)", () => {
        assert.equal(endOfDay("2026-02-28").toISOString(), "2026-03-01T00:00:00.000Z");
    });
});
