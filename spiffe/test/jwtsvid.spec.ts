import assert from "node:assert/strict";
import { inspect } from "node:util";

import { JwtSvidError, TrustDomain } from "../src/index.js";
import { JwtBundle, JwtBundleSet, JwtSvid } from "../src/entry/jwt.js";
import type { JwtValidationOptions } from "../src/entry/jwt.js";
import type { TokenOptions } from "./support/tokens.js";
import { TokenIssuer } from "./support/tokens.js";

describe("JwtSvid", () => {
    const issuer = new TokenIssuer("example.org");

    async function verdict(
        token: string,
        bundles: JwtBundleSet = issuer.bundles,
        options: JwtValidationOptions = {},
    ): Promise<string> {
        try {
            return (await JwtSvid.parseAndValidate(token, ["reports"], bundles, options)).id.toString();
        } catch (error) {
            assert.ok(error instanceof JwtSvidError, String(error));
            assert.ok(!error.message.includes(token) || token === "");
            return `${error.code}: ${error.message}`;
        }
    }

    for (const algorithm of ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]) {
        it(`validates a token signed with ${algorithm}`, async () => {
            const signer = new TokenIssuer("example.org", algorithm);
            assert.equal(await verdict(await signer.issue(), signer.bundles), "spiffe://example.org/web");
        });
    }

    it("tells what the token says", async () => {
        const token = await issuer.issue({ audience: ["reports", "other"], claims: { team: "blue" } });
        const svid = await JwtSvid.parseAndValidate(token, ["x", "reports"], issuer.bundles);
        assert.deepEqual(svid.audience, ["reports", "other"]);
        assert.equal(svid.claims.team, "blue");
        assert.equal(svid.expiry.getTime() - (svid.issuedAt?.getTime() ?? 0), 3_600_000);
        assert.equal(svid.marshal(), token);
        assert.equal(svid.hint, "");
    });

    it("never shows the token when printed or serialised", async () => {
        const token = await issuer.issue();
        const svid = await JwtSvid.parseAndValidate(token, ["reports"], issuer.bundles);
        const anything: unknown = svid;
        const shown = inspect(svid, { depth: 9, showHidden: true }) + JSON.stringify(svid) + String(anything);
        assert.ok(!shown.includes(token.slice(-20)));
    });

    it("takes a single audience as text", async () => {
        assert.equal(await verdict(await issuer.issue({ audience: "reports" })), "spiffe://example.org/web");
    });

    it("tries every key of the domain that fits when the token names none", async () => {
        const other = new TokenIssuer("example.org");
        const domain = TrustDomain.parse("example.org");
        const rsa = new TokenIssuer("example.org", "RS256");
        const bundle = JwtBundle.parse(domain, JSON.stringify({ keys: [rsa.jwk, other.jwk, issuer.jwk] }));
        const anonymous = await issuer.issue({ header: { kid: undefined } });
        assert.equal(await verdict(anonymous, new JwtBundleSet([bundle])), "spiffe://example.org/web");
        assert.equal(
            await verdict(anonymous, other.bundles),
            "bad_signature: spiffe://example.org/web: the signature is not of a key of its trust domain",
        );
    });

    it("keeps a key that is bound to an algorithm to it", async () => {
        const bound = JSON.stringify({ keys: [{ ...issuer.jwk, alg: "ES384" }] });
        const bundle = JwtBundle.parse(TrustDomain.parse("example.org"), bound);
        assert.equal(
            await verdict(await issuer.issue(), new JwtBundleSet([bundle])),
            "no_key: spiffe://example.org/web: the bundle of its trust domain has no key for this token",
        );
    });

    it("takes a token issued by a clock that is ahead", async () => {
        const future = Math.floor(Date.now() / 1000) + 300;
        assert.equal(await verdict(await issuer.issue({ claims: { iat: future } })), "spiffe://example.org/web");
    });

    it("tolerates a minute of expiry, or what it is told", async () => {
        const token = await issuer.issue({ expiresIn: -30 });
        assert.equal(await verdict(token), "spiffe://example.org/web");
        assert.match(await verdict(token, issuer.bundles, { leewaySeconds: 0 }), /^expired: /);
        const later = new Date(Date.now() + 60_000);
        assert.match(
            await verdict(token, issuer.bundles, { now: later }),
            /^expired: spiffe:\/\/example\.org\/web: the token expired at 20/,
        );
    });

    it("refuses with strict what go-spiffe refuses and JWT-SVID allows", async () => {
        const future = Math.floor(Date.now() / 1000) + 300;
        const cases: readonly [options: TokenOptions, refusal: RegExp][] = [
            [{ header: { kid: undefined } }, /^no_key: /],
            [{ header: { x5c: ["AAAA"] } }, /^no_key: /],
            [{ subject: "spiffe://EXAMPLE.org/web" }, /^subject: /],
            [{ claims: { iat: future } }, /^not_yet_valid: /],
            [{ claims: { iat: "now" } }, /^not_yet_valid: /],
            [{ claims: { exp: 1e300 } }, /^malformed: /],
        ];
        for (const [options, refusal] of cases) {
            const token = await issuer.issue(options);
            assert.equal(await verdict(token), "spiffe://example.org/web");
            assert.match(await verdict(token, issuer.bundles, { strict: true }), refusal);
        }
        const plain = await issuer.issue();
        assert.equal(await verdict(plain, issuer.bundles, { strict: true }), "spiffe://example.org/web");
    });

    it("takes no time that JSON can write and no number can hold: it would never expire", async () => {
        const token = await issuer.issue();
        const [header = "", payload = ""] = token.split(".");
        for (const name of ["exp", "nbf", "iat"]) {
            const claims = {
                ...(JSON.parse(Buffer.from(payload, "base64url").toString()) as object),
                exp: 4e9,
                [name]: "MARK",
            };
            const text = JSON.stringify(claims).replace('"MARK"', "1e400");
            assert.match(text, /1e400/);
            // Claims are judged before the signature.
            const forged = `${header}.${Buffer.from(text).toString("base64url")}.AAAA`;
            assert.match(await verdict(forged), /^malformed: .* no number that can be told$/);
        }
    });

    it("holds an expiry beyond all dates", async () => {
        const token = await issuer.issue({ claims: { exp: 9e15 } });
        const svid = await JwtSvid.parseAndValidate(token, ["reports"], issuer.bundles);
        assert.equal(svid.expiry.getTime(), 8.64e15);
    });

    const id = "spiffe://example.org/web";
    const refused: readonly [title: string, options: TokenOptions, message: string][] = [
        ["of another type", { header: { typ: "wit+jwt" } }, "type: the token's type is neither JWT nor JOSE"],
        ["with an empty key ID", { header: { kid: "" } }, "malformed: the token's key ID is empty or not text"],
        [
            "with a key ID the domain doesn't have",
            { header: { kid: "x" } },
            `no_key: ${id}: the bundle of its trust domain has no key for this token`,
        ],
        ["for somebody else", { audience: ["other"] }, `audience: ${id}: the token is for another audience`],
        ["for nobody", { audience: [] }, `audience: ${id}: the token is for another audience`],
        [
            "with an audience that is no text",
            { audience: ["reports", 5] },
            `audience: ${id}: the token names no audience`,
        ],
        ["with a number as audience", { audience: 5 }, `audience: ${id}: the token names no audience`],
        ["without expiry", { claims: { exp: undefined } }, `malformed: ${id}: the token has no expiry`],
        ["with text as expiry", { claims: { exp: "4070908800" } }, `malformed: ${id}: the token has no expiry`],
        ["that isn't valid yet", { claims: { nbf: 9e9 } }, `not_yet_valid: ${id}: the token is not valid yet`],
        ["with text as start", { claims: { nbf: "0" } }, `not_yet_valid: ${id}: the token is not valid yet`],
        ["without subject", { claims: { sub: undefined } }, "subject: the token has no subject"],
        [
            "with a subject that is no SPIFFE ID",
            { subject: "web" },
            'subject: the token\'s subject is wrong: "web" is not a SPIFFE ID: it must start with "spiffe://"',
        ],
        [
            "of an unknown trust domain",
            { subject: "spiffe://else/web" },
            "no_bundle: spiffe://else/web: there is no JWT bundle of trust domain else",
        ],
    ];
    for (const [title, options, message] of refused) {
        it(`refuses a token ${title}`, async () => {
            assert.equal(await verdict(await issuer.issue(options)), message);
        });
    }

    it("refuses a partner's key for our own domain", async () => {
        const partner = new TokenIssuer("partner.test");
        const both = new JwtBundleSet([...issuer.bundles, ...partner.bundles]);
        assert.match(await verdict(await partner.issue({ subject: id }), both), /^no_key: /);
        assert.equal(await verdict(await partner.issue(), both), "spiffe://partner.test/web");
        assert.equal(both.size, 2);
    });

    it("refuses critical header parameters, algorithms outside the list, and shapes other than compact", async () => {
        const [, payload = "", signature = ""] = (await issuer.issue()).split(".");
        const withHeader = (header: unknown): string =>
            `${Buffer.from(typeof header === "string" ? header : JSON.stringify(header)).toString("base64url")}.${payload}.${signature}`;
        assert.match(
            await verdict(withHeader({ alg: "ES256", crit: ["x"] })),
            /^malformed: the token has critical header parameters/,
        );
        for (const alg of ["none", "HS256", "EdDSA", "ML-DSA-65", "es256", 5, undefined]) {
            assert.match(await verdict(withHeader({ alg })), /^algorithm: /);
        }
        assert.equal(await verdict(withHeader("[1]")), "malformed: the token's header can't be read");
        assert.equal(
            await verdict(`${withHeader({ alg: "ES256" }).split(".")[0]}.AAAA.AAAA`),
            "malformed: the token's payload can't be read",
        );
        for (const shape of ["", "a.b", "a.b.c.d", "a..c", "{}", `${withHeader({ alg: "ES256" })}\n`, "é.b.c"]) {
            assert.equal(await verdict(shape), "malformed: the token is not a JWS in compact form");
        }
        assert.equal(
            await verdict("a".repeat(32 * 1024 + 1)),
            "malformed: the token has 32769 characters, at most 32768 are read",
        );
    });

    it("reads a token of the Workload API without its signature but with its claims", async () => {
        const token = await issuer.issue();
        const forged = `${token.slice(0, token.lastIndexOf("."))}.AAAA`;
        assert.equal(JwtSvid.parseInsecure(forged, ["reports"], { hint: "internal" }).hint, "internal");
        assert.throws(() => JwtSvid.parseInsecure(forged, ["other"]), { code: "audience" });
    });
});
