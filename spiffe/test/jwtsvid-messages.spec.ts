import assert from "node:assert/strict";

import { ArgumentError, JwtSvidError, TrustDomain } from "../src/index.js";
import type { JwtValidationOptions } from "../src/entry/jwt.js";
import { JwtBundle, JwtBundleSet, JwtSvid } from "../src/entry/jwt.js";
import { JWT_SVID_ALGORITHMS } from "../src/jwtsvid.js";
import type { TokenOptions } from "./support/tokens.js";
import { TokenIssuer } from "./support/tokens.js";

const ID = "spiffe://example.org/web";
const NOW = 1_800_000_000;
const now = new Date(NOW * 1000);

describe("What JwtSvid says", () => {
    const issuer = new TokenIssuer("example.org");
    const rsa = new TokenIssuer("example.org", "RS256");

    /** Valid for an hour at {@link NOW}. */
    const tokenOf = (options: TokenOptions = {}): Promise<string> =>
        issuer.issue({ ...options, claims: { exp: NOW + 3600, iat: NOW, ...options.claims } });

    async function said(token: string, options: JwtValidationOptions = {}, bundles = issuer.bundles): Promise<string> {
        try {
            await JwtSvid.parseAndValidate(token, "reports", bundles, { now, ...options });
        } catch (error) {
            assert.ok(error instanceof JwtSvidError, String(error));
            return `${error.code}: ${error.message}`;
        }
        return "accepted";
    }

    it("of a token is what it says of itself, without the token", async () => {
        const svid = await JwtSvid.parseAndValidate(await tokenOf(), "reports", issuer.bundles, { now });
        assert.deepEqual(JSON.parse(JSON.stringify(svid)), {
            id: ID,
            audience: ["reports"],
            expiry: new Date((NOW + 3600) * 1000).toISOString(),
        });
        assert.equal(svid.issuedAt?.getTime(), NOW * 1000);
        for (const iat of [undefined, "now"]) {
            const silent = await tokenOf({ claims: { iat } });
            assert.equal(
                (await JwtSvid.parseAndValidate(silent, "reports", issuer.bundles, { now })).issuedAt,
                undefined,
            );
        }
    });

    it("of times ends where the leeway does", async () => {
        const exp = (at: number) => tokenOf({ claims: { exp: at } });
        const nbf = (at: number) => tokenOf({ claims: { nbf: at } });
        assert.equal(await said(await exp(NOW - 60)), "accepted");
        assert.match(await said(await exp(NOW - 61)), /^expired: /);
        assert.equal(await said(await exp(NOW - 5), { leewaySeconds: 5 }), "accepted");
        assert.equal(await said(await nbf(NOW - 3600)), "accepted");
        assert.equal(await said(await nbf(NOW + 30)), "accepted");
        assert.equal(await said(await nbf(NOW + 60)), "accepted");
        assert.equal(await said(await nbf(NOW + 61)), `not_yet_valid: ${ID}: the token is not valid yet`);
    });

    it("with strict is what go-spiffe refuses, word for word", async () => {
        const strictly = async (options: TokenOptions) => said(await tokenOf(options), { strict: true });
        const noKey = `no_key: ${ID}: the token doesn't name its key by an ID alone`;
        const future = `not_yet_valid: ${ID}: the token says that it is issued in the future, or no time`;
        const beyond = `malformed: ${ID}: a time in the token is beyond 64 bits`;
        const cases: readonly (readonly [TokenOptions, string])[] = [
            [{}, "accepted"],
            [{ claims: { iat: undefined } }, "accepted"],
            [{ claims: { iat: NOW + 60 } }, "accepted"],
            [{ claims: { iat: NOW + 61 } }, future],
            [{ claims: { iat: "now" } }, future],
            [{ claims: { exp: 2 ** 63 - 1024 } }, "accepted"],
            [{ claims: { exp: 2 ** 63 } }, beyond],
            [{ claims: { nbf: -(2 ** 63) } }, beyond],
            [{ claims: { iat: -(2 ** 64) } }, beyond],
            [{ header: { kid: undefined } }, noKey],
            [{ header: { jwk: { kty: "EC" } } }, noKey],
            [{ header: { x5c: ["AAAA"] } }, noKey],
            [
                { subject: "spiffe://EXAMPLE.org/web" },
                `subject: ${ID}: the token writes it with capitals outside the path`,
            ],
        ];
        for (const [options, message] of cases) {
            assert.equal(await strictly(options), message);
        }
    });

    it("of a header is what JWT-SVID asks of one", async () => {
        const [, payload = "", signature = ""] = (await tokenOf()).split(".");
        const withHeader = (header: object): string =>
            `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${payload}.${signature}`;
        const none =
            "algorithm: the token's algorithm is not one of RS256, RS384, RS512, ES256, ES384, ES512, PS256, PS384, PS512";
        assert.equal(JWT_SVID_ALGORITHMS.length, 9);
        assert.equal(await said(withHeader({ alg: "none" })), none);
        assert.equal(
            await said(withHeader({ alg: "ES256", kid: 5 })),
            "malformed: the token's key ID is empty or not text",
        );
        for (const typ of ["JWT", "JOSE", undefined]) {
            assert.equal(await said(await tokenOf({ header: { typ } })), "accepted", typ);
        }
        assert.match(await said("a".repeat(32 * 1024)), /^malformed: the token is not a JWS/);
    });

    it("of what can't be read comes with the error behind it", async () => {
        const [header = ""] = (await tokenOf()).split(".");
        await assert.rejects(
            JwtSvid.parseAndValidate(`${header}.AAAA.AAAA`, "reports", issuer.bundles),
            (error) => error instanceof JwtSvidError && error.cause instanceof Error,
        );
    });

    it("of a key is that it is of another kind or bound to another algorithm", async () => {
        const bundleOf = (...keys: readonly object[]) =>
            new JwtBundleSet([JwtBundle.parse(TrustDomain.parse("example.org"), JSON.stringify({ keys }))]);
        const missing = `no_key: ${ID}: the bundle of its trust domain has no key for this token`;
        const anonymous = await rsa.issue({ header: { kid: undefined }, claims: { exp: NOW + 3600 } });
        assert.equal(await said(anonymous, {}, bundleOf(issuer.jwk)), missing);
        assert.equal(await said(anonymous, {}, bundleOf(rsa.jwk)), "accepted");
        const ours = await tokenOf();
        assert.equal(await said(ours, {}, bundleOf({ ...issuer.jwk, alg: "ES256" })), "accepted");
        assert.equal(await said(ours, {}, bundleOf({ ...issuer.jwk, alg: "ES512" })), missing);
        assert.equal(await said(ours, {}, bundleOf({ ...rsa.jwk, kid: issuer.keyId })), missing);
    });

    it("of an argument of another kind is which, and what it must be", async () => {
        const token = await tokenOf();
        const options: readonly (readonly [options: unknown, message: string])[] = [
            [5, "options must be an object, it is a number"],
            [{ strict: "yes" }, "options.strict must be true or false, it is a string"],
            [{ now: NOW }, "options.now must be a valid Date, it is a number"],
            [{ leewaySeconds: "60" }, "options.leewaySeconds must be a finite number from 0 on, it is a string"],
            [{ leewaySeconds: -1 }, "options.leewaySeconds must be a finite number from 0 on, it is -1"],
            [{ leewaySeconds: NaN }, "options.leewaySeconds must be a finite number from 0 on, it is NaN"],
        ];
        for (const [given, message] of options) {
            const wrong = given as JwtValidationOptions;
            await assert.rejects(
                JwtSvid.parseAndValidate(token, "reports", issuer.bundles, wrong),
                new ArgumentError(message),
            );
            assert.throws(() => JwtSvid.parseInsecure(token, "reports", wrong), new ArgumentError(message));
        }
        await assert.rejects(
            JwtSvid.parseAndValidate(token, "reports", {} as never),
            new ArgumentError("bundles must be a JwtBundleSet, it is an object"),
        );
        await assert.rejects(
            JwtSvid.parseAndValidate(5 as unknown as string, "reports", issuer.bundles),
            new ArgumentError("token must be text, it is a number"),
        );
    });

    it("of a token of the Workload API is judged but for its signature", async () => {
        const token = await tokenOf();
        assert.equal(JwtSvid.parseInsecure(token, "reports", { now }).hint, "");
        assert.equal(JwtSvid.parseInsecure(token, "reports", { now, hint: "internal" }).hint, "internal");
        assert.throws(
            () => JwtSvid.parseInsecure(token, "reports", { now, hint: 5 as unknown as string }),
            new ArgumentError("options.hint must be text, it is a number"),
        );
        const [, payload = "", signature = ""] = token.split(".");
        const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
        assert.throws(() => JwtSvid.parseInsecure(`${header}.${payload}.${signature}`, "reports", { now }), {
            code: "algorithm",
        });
    });
});
