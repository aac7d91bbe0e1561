import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import type { Authorizer } from "../src/index.js";
import {
    AuthorizationError,
    PolicyError,
    SpiffeId,
    TrustDomain,
    authorizeAny,
    authorizeId,
    authorizeMemberOf,
    authorizeOneOf,
    authorizePattern,
} from "../src/index.js";
import { loadPolicy, parsePolicy } from "../src/entry/policy.js";
import { parseDenyList } from "../src/policy.js";

const id = (text: string): SpiffeId => SpiffeId.parse(text);

function decision(authorizer: Authorizer, text: string): string {
    try {
        assert.equal(authorizer(id(text), [], { side: "server" }), true);
        return "allowed";
    } catch (error) {
        assert.ok(error instanceof AuthorizationError, String(error));
        assert.equal(error.code, "unauthorized");
        return error.message;
    }
}

describe("Authorizers", () => {
    it("let in whom they name and say why not otherwise", () => {
        const web = "spiffe://td/web";
        assert.equal(decision(authorizeAny(), web), "allowed");
        assert.equal(decision(authorizeId(id(web)), web), "allowed");
        assert.equal(
            decision(authorizeId(id(web)), "spiffe://td/db"),
            "spiffe://td/db is not allowed: only spiffe://td/web is",
        );
        assert.equal(decision(authorizeOneOf(id(web), id("spiffe://td/a")), web), "allowed");
        assert.equal(
            decision(authorizeOneOf(id(web)), "spiffe://td/db"),
            "spiffe://td/db is not one of the 1 allowed SPIFFE IDs",
        );
        assert.equal(decision(authorizeOneOf(), web), "spiffe://td/web is not one of the 0 allowed SPIFFE IDs");
        assert.equal(decision(authorizeMemberOf(TrustDomain.parse("td")), web), "allowed");
        assert.equal(
            decision(authorizeMemberOf(TrustDomain.parse("td")), "spiffe://td2/web"),
            "spiffe://td2/web is not a member of trust domain td",
        );
    });

    const cases: readonly [pattern: string, allowed: readonly string[], refused: readonly string[]][] = [
        [
            "spiffe://td/ns/*/sa/web",
            ["spiffe://td/ns/a/sa/web"],
            ["spiffe://td/ns/a/b/sa/web", "spiffe://td/ns/sa/web", "spiffe://td/ns/a/sa/web2"],
        ],
        [
            "spiffe://td/ns/**",
            ["spiffe://td/ns", "spiffe://td/ns/a", "spiffe://td/ns/a/b"],
            ["spiffe://td/nsa", "spiffe://td", "spiffe://td2/ns/a"],
        ],
        ["spiffe://td/**/web", ["spiffe://td/web", "spiffe://td/a/b/web"], ["spiffe://td/a/web/b"]],
        ["spiffe://td/a*b*c", ["spiffe://td/abc", "spiffe://td/axxbxxbc"], ["spiffe://td/ab", "spiffe://td/abcd"]],
        ["spiffe://td", ["spiffe://td"], ["spiffe://td/a"]],
        ["spiffe://td/a.c", ["spiffe://td/a.c"], ["spiffe://td/abc"]],
    ];
    for (const [pattern, allowed, refused] of cases) {
        it(`match ${pattern} segment by segment`, () => {
            assert.deepEqual(
                allowed.map((text) => decision(authorizePattern(pattern), text)),
                allowed.map(() => "allowed"),
            );
            assert.deepEqual(
                refused.map((text) => decision(authorizePattern(pattern), text)),
                refused.map((text) => `${text} doesn't match ${pattern}`),
            );
        });
    }

    it("refuse a pattern that isn't one", () => {
        assert.throws(() => authorizePattern("spiffe://*/web"), { code: "invalid_id" });
        assert.throws(() => authorizePattern("spiffe://td/a[bc]"), { code: "invalid_id" });
        assert.throws(() => authorizePattern("spiffe://td/a**/b"), {
            message: '"spiffe://td/a**/b": "**" must be a whole segment, not a part of "a**"',
        });
        assert.throws(() => authorizePattern(`spiffe://td/${"*".repeat(3000)}`), {
            message: "a pattern of 3012 characters: at most 2048 are allowed",
        });
    });

    it("decide a hostile pattern in bounded steps", () => {
        const pattern = `spiffe://td/${"*a".repeat(500)}*b`;
        assert.match(decision(authorizePattern(pattern), `spiffe://td/${"a".repeat(1900)}`), /doesn't match/);
    });

    it("match every ID with stars in place of some of its segments", () => {
        const segment = fc.string({ unit: fc.constantFrom(...Array.from("abcXYZ019_-")), minLength: 1, maxLength: 8 });
        fc.assert(
            fc.property(
                fc.array(fc.tuple(segment, fc.constantFrom("same", "star", "stars")), { maxLength: 8 }),
                (parts) => {
                    const text = ["spiffe://td", ...parts.map(([part]) => part)].join("/");
                    const pattern = [
                        "spiffe://td",
                        ...parts.map(([part, how]) => ({ same: part, star: "*", stars: "**" })[how]),
                    ].join("/");
                    assert.equal(decision(authorizePattern(pattern), text), "allowed");
                },
            ),
        );
    });
});

describe("Authorization policies", () => {
    const policy = [
        "allow:",
        "  - id: spiffe://td/web",
        "  - oneOf: [spiffe://td/a, spiffe://td/b]",
        "  - memberOf: partner.test",
        "  - pattern: spiffe://td/ns/prod/**",
        "deny:",
        "  - pattern: spiffe://td/ns/prod/sa/legacy-*",
    ].join("\n");

    it("let in whom a rule of allow fits unless one of deny does", () => {
        const authorizer = parsePolicy(policy);
        for (const allowed of [
            "spiffe://td/web",
            "spiffe://td/b",
            "spiffe://partner.test/x",
            "spiffe://td/ns/prod/sa/new",
        ]) {
            assert.equal(decision(authorizer, allowed), "allowed");
        }
        assert.equal(decision(authorizer, "spiffe://td/c"), "spiffe://td/c is not allowed by policy");
        assert.equal(
            decision(authorizer, "spiffe://td/ns/prod/sa/legacy-1"),
            "spiffe://td/ns/prod/sa/legacy-1 is denied by policy",
        );
    });

    it("let in everybody only when they say so", () => {
        assert.equal(decision(parsePolicy("allow: [{any: true}]"), "spiffe://td/c"), "allowed");
        assert.equal(decision(parsePolicy("allow: []"), "spiffe://td/c"), "spiffe://td/c is not allowed by policy");
    });

    it("report every fault at once", () => {
        const faulty = [
            "alow: []",
            "allow:",
            "  - id: td/web",
            "  - memberOf: spiffe://td/web",
            "  - oneOf: []",
            "  - pattern: 5",
            "  - any: yes please",
            "  - ids: x",
            "  - {id: spiffe://td/a, any: true}",
            "  - text",
            "  - toString: x",
            "deny: none",
        ].join("\n");
        assert.throws(
            () => parsePolicy(faulty, "peers.yaml"),
            (error) => {
                assert.ok(error instanceof PolicyError);
                assert.deepEqual(error.faults, [
                    "alow: not a known section; use allow or deny",
                    'allow[0].id: "td/web" is not a SPIFFE ID: it must start with "spiffe://"',
                    'allow[1].memberOf: "spiffe://td/web" must be the name of a trust domain, such as example.org',
                    "allow[2].oneOf: must be a list of SPIFFE IDs that isn't empty",
                    "allow[3].pattern: 5 is not text",
                    'allow[4].any: "yes please" must be true',
                    "allow[5].ids: not a known kind of rule; use any, id, oneOf, memberOf, pattern",
                    "allow[6]: must have exactly one of any, id, oneOf, memberOf, pattern",
                    "allow[7]: must have exactly one of any, id, oneOf, memberOf, pattern",
                    "allow[8].toString: not a known kind of rule; use any, id, oneOf, memberOf, pattern",
                    "deny: must be a list of rules",
                ]);
                assert.ok(error.message.startsWith("peers.yaml is not a valid authorization policy:\n  alow: not"));
                return true;
            },
        );
    });

    it("refuse what is no mapping, no YAML, too long, or a bomb of aliases", () => {
        assert.throws(() => parsePolicy("- a"), {
            faults: ["the document must be a mapping with a list of rules under allow"],
        });
        assert.throws(() => parsePolicy("{}"), { faults: ["allow: must be a list of rules"] });
        assert.throws(() => parsePolicy("allow: [}"), PolicyError);
        assert.throws(() => parsePolicy("allow: []\nallow: []"), PolicyError);
        assert.throws(() => parsePolicy("allow: [!any { any: true }]"), {
            faults: ["Unresolved tag: !any at line 1, column 9:"],
        });
        assert.throws(() => parsePolicy("#".repeat(1024 * 1024 + 1)), {
            faults: ["1048577 characters, at most 1048576 are read"],
        });
        const bomb = [
            "a: &a [x, x, x, x, x, x, x, x, x, x]",
            ..."bcdefgh"
                .split("")
                .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[i]}`).join(", ")}]`),
        ];
        assert.throws(() => parsePolicy(bomb.join("\n")), {
            faults: ["Excessive alias count indicates a resource exhaustion attack"],
        });
    });

    it("may be a list of those who are let in by nothing, before another authorizer", () => {
        const denied = parseDenyList(
            "deny: [{id: spiffe://td/a}]",
            "revoked.yaml",
            authorizeMemberOf(TrustDomain.parse("td")),
        );
        assert.equal(decision(denied, "spiffe://td/a"), "spiffe://td/a is denied by revoked.yaml");
        assert.equal(decision(denied, "spiffe://td/b"), "allowed");
        assert.notEqual(decision(denied, "spiffe://other/b"), "allowed");
        const faultsOf = (yaml: string) => () => parseDenyList(yaml, "revoked.yaml", authorizeAny());
        assert.throws(faultsOf("{}"), { faults: ["deny: must be a list of rules"] });
        assert.throws(faultsOf("- a"), {
            faults: ["the document must be a mapping with a list of rules under deny"],
        });
        assert.throws(faultsOf("allow: []\ndeny: []"), { faults: ["allow: not a known section; use deny"] });
    });

    it("say in one line what is no YAML, and which argument is no text", async () => {
        const [duplicate = "", ...more] = faultsOf("allow: []\nallow: []");
        assert.match(duplicate, /^Map keys must be unique at line 2, column 1:?$/);
        assert.deepEqual(more, []);
        for (const fault of faultsOf("allow: [}")) {
            assert.match(fault, /^[^\n]+ at line 1, column \d+:?$/);
        }
        assert.throws(() => parsePolicy(5 as unknown as string), /^ArgumentError: yaml must be text, it is a number$/);
        assert.throws(() => parsePolicy("allow: []", 5 as unknown as string), /^ArgumentError: name must be text/);
        await assert.rejects(loadPolicy(5 as unknown as string), /^ArgumentError: file must be text, it is a number$/);
    });

    function faultsOf(yaml: string): readonly string[] {
        try {
            parsePolicy(yaml);
        } catch (error) {
            assert.ok(error instanceof PolicyError);
            return error.faults;
        }
        return assert.fail("was taken");
    }

    it("may be as long as is read", () => {
        const longest = `allow: []\n${"#".repeat(1024 * 1024 - 10)}`;
        assert.equal(longest.length, 1024 * 1024);
        assert.equal(decision(parsePolicy(longest), "spiffe://td/c"), "spiffe://td/c is not allowed by policy");
    });

    it("come from a file whose name stands in every message", async () => {
        const folder = await mkdtemp(join(tmpdir(), "policy-"));
        try {
            const file = join(folder, "peers.yaml");
            await writeFile(file, policy);
            assert.equal(decision(await loadPolicy(file), "spiffe://td/c"), `spiffe://td/c is not allowed by ${file}`);
            await assert.rejects(loadPolicy(join(folder, "none.yaml")), (error) => {
                assert.ok(error instanceof PolicyError);
                assert.ok(error.cause instanceof Error);
                assert.match(error.message, /none\.yaml is not a valid authorization policy:\n {2}ENOENT/);
                return true;
            });
        } finally {
            await rm(folder, { recursive: true });
        }
    });
});
