import assert from "node:assert/strict";

import { DerError } from "../src/index.js";
import { constraintFault, parseNameConstraints } from "../src/nameconstraints.js";

const [EMAIL, DNS, DIRECTORY, URI, IP] = [1, 2, 4, 6, 7] as const;

/** "permitted", "excluded" or "passed": what constraints of one type say of one name. */
function verdict(how: "permitted" | "excluded", type: number, base: string | Buffer, name: string | Buffer): string {
    const subtree = [{ type, base: Buffer.from(base) }];
    const constraints = { permitted: [], excluded: [], [how]: subtree };
    return constraintFault(constraints, [{ type, content: Buffer.from(name) }]) ?? "passed";
}

describe("Name constraints", () => {
    const cases: readonly [type: number, base: string, name: string, covered: boolean][] = [
        [URI, "example.org", "spiffe://example.org/web", true],
        [URI, "EXAMPLE.org", "spiffe://example.ORG/web", true],
        [URI, "example.org", "spiffe://sub.example.org/web", false],
        [URI, ".example.org", "spiffe://sub.example.org/web", true],
        [URI, ".example.org", "spiffe://example.org/web", false],
        [URI, "example.org", "https://user@example.org:8443/x?y", true],
        [URI, "ample.org", "spiffe://example.org/web", false],
        [URI, "", "spiffe://example.org/web", true],
        [DNS, "example.org", "example.org", true],
        [DNS, "example.org", "a.b.example.org", true],
        [DNS, ".example.org", "a.example.org", true],
        [DNS, "example.org", "badexample.org", false],
        [DNS, "", "anything", true],
        [EMAIL, "root@example.org", "root@example.org", true],
        [EMAIL, "root@example.org", "other@example.org", false],
        [EMAIL, "example.org", "other@example.org", true],
        [EMAIL, "example.org", "other@sub.example.org", false],
        [EMAIL, ".example.org", "other@sub.example.org", true],
    ];
    for (const [type, base, name, covered] of cases) {
        it(`of ${JSON.stringify(base)} ${covered ? "cover" : "don't cover"} ${name}`, () => {
            assert.equal(
                verdict("permitted", type, base, name),
                covered ? "passed" : `a name of type ${type} is not permitted`,
            );
            assert.equal(
                verdict("excluded", type, base, name),
                covered ? `a name of type ${type} is excluded` : "passed",
            );
        });
    }

    it("on addresses cover a network", () => {
        const network = Buffer.from([10, 1, 0, 0, 255, 255, 0, 0]);
        assert.equal(verdict("permitted", IP, network, Buffer.from([10, 1, 2, 3])), "passed");
        assert.equal(
            verdict("permitted", IP, network, Buffer.from([10, 2, 2, 3])),
            "a name of type 7 is not permitted",
        );
        assert.equal(verdict("permitted", IP, network, Buffer.alloc(16)), "a name of type 7 is not permitted");
        assert.throws(() => verdict("permitted", IP, Buffer.alloc(4), Buffer.alloc(4)), DerError);
    });

    it("count what can't be judged as broken, whichever way they are meant", () => {
        for (const [type, base, name] of [
            [URI, "example.org", "spiffe:web"],
            [URI, "example.org", "spiffe://10.0.0.1/web"],
            [URI, "example.org", "spiffe://[::1]/web"],
            [EMAIL, "example.org", "nobody"],
            [DIRECTORY, "x", "y"],
        ] as const) {
            assert.equal(verdict("permitted", type, base, name), `a name of type ${type} is not permitted`);
            assert.equal(verdict("excluded", type, base, name), `a name of type ${type} is excluded`);
        }
    });

    it("leave names of other types alone, and need only one permitted match", () => {
        const permitted = ["a.test", "b.test"].map((base) => ({ type: DNS, base: Buffer.from(base) }));
        assert.equal(
            constraintFault({ permitted, excluded: [] }, [{ type: DNS, content: Buffer.from("b.test") }]),
            undefined,
        );
        assert.equal(
            constraintFault({ permitted, excluded: [] }, [{ type: URI, content: Buffer.from("spiffe://c") }]),
            undefined,
        );
    });

    it("are read from the extension, and refused with a minimum, which RFC 5280 forbids", () => {
        const { permitted, excluded } = parseNameConstraints(Buffer.from("300ea0053003820161a1053003820162", "hex"));
        assert.deepEqual(
            [permitted, excluded].map((list) => list.map(({ type, base }) => [type, Buffer.from(base).toString()])),
            [[[2, "a"]], [[2, "b"]]],
        );
        assert.deepEqual(parseNameConstraints(Buffer.from("3000", "hex")), { permitted: [], excluded: [] });
        assert.throws(() => parseNameConstraints(Buffer.from("300aa0083006820161800101", "hex")), DerError);
    });
});
