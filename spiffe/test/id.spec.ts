import assert from "node:assert/strict";

import fc from "fast-check";

import { SpiffeError, SpiffeId, SpiffeIdError, TrustDomain } from "../src/index.js";

const HOST_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
const PATH_CHARACTERS = `${HOST_CHARACTERS}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

const text = (characters: string, maxLength: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...Array.from(characters)), minLength: 1, maxLength });
const hosts = text(HOST_CHARACTERS, 255);
const segments = fc.array(
    text(PATH_CHARACTERS, 30).filter((segment) => segment !== "." && segment !== ".."),
    { maxLength: 20 },
);

function refusal(call: () => unknown): string {
    try {
        call();
    } catch (error) {
        assert.ok(error instanceof SpiffeIdError, String(error));
        return `${error.code}: ${error.message}`;
    }
    return "accepted";
}

describe("SpiffeId", () => {
    it("gives back trust domain, path and text of every well-formed ID", () => {
        fc.assert(
            fc.property(hosts, segments, (host, parts) => {
                const path = parts.map((part) => `/${part}`).join("");
                const id = SpiffeId.parse(`spiffe://${host}${path}`);
                assert.equal(id.trustDomain.name, host);
                assert.equal(id.path, path);
                assert.equal(id.toString(), `spiffe://${host}${path}`);
                assert.ok(id.equals(SpiffeId.fromSegments(TrustDomain.parse(host), ...parts)));
            }),
        );
    });

    it("refuses an ID as soon as one foreign character is in it", () => {
        const foreign = fc
            .string({ unit: "binary", minLength: 1, maxLength: 1 })
            .filter((c) => !PATH_CHARACTERS.includes(c) && c !== "/");
        fc.assert(
            fc.property(
                fc.constantFrom("spiffe://t#d/p", "spiffe://td/p#", "spiffe://td/#/p", "spiffe://#td"),
                foreign,
                (shape, character) => {
                    assert.match(
                        refusal(() => SpiffeId.parse(shape.replace("#", () => character))),
                        /^invalid_id: /,
                    );
                },
            ),
        );
    });

    it("throws nothing but SpiffeError whatever the text", () => {
        fc.assert(
            fc.property(
                fc.oneof(
                    fc.string(),
                    fc.string().map((rest) => `spiffe://${rest}`),
                ),
                (input) => {
                    for (const parse of [SpiffeId.parse, TrustDomain.parse]) {
                        try {
                            parse(input);
                        } catch (error) {
                            assert.ok(error instanceof SpiffeError);
                        }
                    }
                },
            ),
        );
    });

    it("folds scheme and trust domain but not the path", () => {
        assert.equal(SpiffeId.parse("SpIfFe://Example.Org/Work").toString(), "spiffe://example.org/Work");
    });

    it("does not fold characters outside ASCII", () => {
        assert.equal(
            refusal(() => SpiffeId.parse("spiffe://\u212a/p")),
            'invalid_id: "spiffe://\u212a/p" is not a SPIFFE ID: a trust domain may only contain letters, digits, dots, dashes and underscores',
        );
    });

    const refused: readonly [string, string][] = [
        ["", 'it must start with "spiffe://"'],
        ["spiffe:/td/p", 'it must start with "spiffe://"'],
        ["http://td/p", 'it must start with "spiffe://"'],
        ["spiffe:///p", "the trust domain is missing"],
        ["spiffe://td:80/p", "a trust domain may only contain letters, digits, dots, dashes and underscores"],
        ["spiffe://td\n", "a trust domain may only contain letters, digits, dots, dashes and underscores"],
        ["spiffe://td/", "a path may not contain empty segments or end with a slash"],
        ["spiffe://td/a//b", "a path may not contain empty segments or end with a slash"],
        ["spiffe://td/../b", "a path may not contain dot segments"],
        ["spiffe://td/a%20b", "a path segment may only contain letters, digits, dots, dashes and underscores"],
    ];
    for (const [input, fault] of refused) {
        it(`refuses ${JSON.stringify(input)} because ${fault}`, () => {
            assert.equal(
                refusal(() => SpiffeId.parse(input)),
                `invalid_id: ${JSON.stringify(input)} is not a SPIFFE ID: ${fault}`,
            );
        });
    }

    it("takes 2048 characters and refuses 2049 without repeating them", () => {
        const longest = `spiffe://td/${"p".repeat(2048 - 12)}`;
        assert.equal(SpiffeId.parse(longest).toString().length, 2048);
        assert.equal(
            refusal(() => SpiffeId.parse(`${longest}p`)),
            `invalid_id: "${longest.slice(0, 80)}…" is not a SPIFFE ID: it has 2049 characters, at most 2048 are allowed`,
        );
        assert.equal(
            refusal(() => SpiffeId.fromSegments(TrustDomain.parse("td"), "p".repeat(2048 - 11))),
            "invalid_id: a SPIFFE ID in td would have 2049 characters, at most 2048 are allowed",
        );
    });

    it("refuses to build an ID from a segment that hides two", () => {
        assert.equal(
            refusal(() => SpiffeId.fromSegments(TrustDomain.parse("td"), "a/b")),
            'invalid_id: "a/b" is not a path segment of a SPIFFE ID: a path segment may only contain letters, digits, dots, dashes and underscores',
        );
    });

    it("knows the members of a trust domain", () => {
        const id = SpiffeId.parse("spiffe://td/web");
        assert.ok(id.memberOf(TrustDomain.parse("td")));
        assert.ok(!id.memberOf(TrustDomain.parse("td.example")));
    });

    it("serialises to its text", () => {
        assert.equal(
            JSON.stringify({ id: SpiffeId.parse("spiffe://td/web"), td: TrustDomain.parse("td") }),
            '{"id":"spiffe://td/web","td":"td"}',
        );
    });
});

describe("TrustDomain", () => {
    it("is read from a name, from its own ID and from a member's ID", () => {
        for (const input of ["td", "TD", "spiffe://td", "spiffe://td/web"]) {
            assert.equal(TrustDomain.parse(input).name, "td");
        }
        assert.equal(TrustDomain.parse("td").id.toString(), "spiffe://td");
    });

    it("takes 255 characters and refuses 256", () => {
        assert.equal(TrustDomain.parse("t".repeat(255)).name.length, 255);
        assert.equal(
            refusal(() => TrustDomain.parse("t".repeat(256))),
            `invalid_trust_domain: "${"t".repeat(80)}…" is not a trust domain: the trust domain has 256 characters, at most 255 are allowed`,
        );
    });

    it("refuses a name with a port", () => {
        assert.equal(
            refusal(() => TrustDomain.parse("td:80")),
            'invalid_trust_domain: "td:80" is not a trust domain: a trust domain may only contain letters, digits, dots, dashes and underscores',
        );
    });
});
