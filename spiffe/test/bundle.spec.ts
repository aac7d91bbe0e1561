import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";

import fc from "fast-check";

import { BundleError, TrustDomain, X509Bundle, X509BundleSet } from "../src/index.js";
import { SpiffeBundle } from "../src/entry/federation.js";
import { JwtBundle } from "../src/entry/jwt.js";
import { TestCa } from "./support/ca.js";
import { concatDer } from "./support/fake-workload-api.js";
import { TokenIssuer } from "./support/tokens.js";

const domain = TrustDomain.parse("example.org");

function refusal(call: () => unknown): string {
    try {
        call();
    } catch (error) {
        assert.ok(error instanceof BundleError, String(error));
        assert.equal(error.code, "invalid_bundle");
        return error.message;
    }
    return "accepted";
}

describe("X509Bundle", () => {
    it("reads what the Workload API sends, none included", async () => {
        const [one, two] = [
            await TestCa.create("example.org"),
            await TestCa.create("example.org", { key: "ml-dsa-65" }),
        ];
        const bundle = X509Bundle.parse(domain, concatDer([one.certificate, two.certificate]));
        assert.deepEqual(
            bundle.authorities.map((found) => found.publicKey.asymmetricKeyType),
            ["ec", "ml-dsa-65"],
        );
        assert.equal(X509Bundle.parse(domain, new Uint8Array()).authorities.length, 0);
    });

    it("reads PEM", async () => {
        const ca = await TestCa.create("example.org");
        assert.equal(X509Bundle.parsePem(domain, `text\n${ca.certificate.toString()}`).authorities.length, 1);
        assert.equal(
            refusal(() => X509Bundle.parsePem(domain, "text")),
            "X.509 bundle of example.org: there is no PEM block CERTIFICATE",
        );
        assert.match(
            refusal(() => X509Bundle.parsePem(domain, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")),
            /can't be read/,
        );
        assert.match(
            refusal(() => X509Bundle.parsePem(domain, "-----BEGIN CERTIFICATE-----\nAAAA")),
            /there is no PEM block/,
        );
    });

    it("refuses bytes that are no certificates, and too many certificates", async () => {
        assert.equal(
            refusal(() => X509Bundle.parse(domain, new Uint8Array([2, 1, 1]))),
            "X.509 bundle of example.org: tag 0x2 where a certificate is expected",
        );
        const { raw } = (await TestCa.create("example.org")).certificate;
        assert.equal(
            refusal(() => X509Bundle.parse(domain, Buffer.concat(Array<Buffer>(1001).fill(raw)))),
            "X.509 bundle of example.org: more than 1000 elements",
        );
    });

    it("stands in a set by its own trust domain", async () => {
        const [ours, theirs] = [await TestCa.create("example.org"), await TestCa.create("partner.test")];
        const bundle = theirs.bundle;
        const set = new X509BundleSet([ours.bundle]).with(bundle).with(new X509Bundle(domain, []));
        assert.equal(set.size, 2);
        assert.equal(set.get(domain)?.authorities.length, 0);
        assert.equal(set.get(TrustDomain.parse("partner.test")), bundle);
        assert.deepEqual(
            [...set].map((found) => found.trustDomain.name),
            ["example.org", "partner.test"],
        );
    });
});

describe("JwtBundle", () => {
    it("takes keys for JWT-SVIDs and ignores others", () => {
        const issuer = new TokenIssuer("example.org");
        const plain = { ...new TokenIssuer("example.org").jwk, use: undefined };
        const keys = [
            issuer.jwk,
            plain,
            { ...issuer.jwk, kid: "x", use: "sig" },
            { kty: "AKP", kid: "pq", pub: "AA" },
            { kid: "none" },
        ];
        const bundle = JwtBundle.parse(domain, JSON.stringify({ keys }));
        assert.deepEqual([...bundle.authorities.keys()], [issuer.keyId, plain.kid]);
    });

    it("refuses a key without ID or off its curve, and what is no JWK set", () => {
        const { jwk } = new TokenIssuer("example.org");
        const parse = (document: unknown): string => refusal(() => JwtBundle.parse(domain, JSON.stringify(document)));
        const prefix = "JWT bundle of example.org:";
        assert.equal(
            parse({ keys: [{ ...jwk, kid: undefined }] }),
            `${prefix} a JWT key has no key ID, or one that is not text`,
        );
        assert.match(parse({ keys: [{ ...jwk, x: "A".repeat(43) }] }), /a key of type EC is invalid/);
        assert.equal(parse({ keys: [5] }), `${prefix} an entry of "keys" is not an object`);
        assert.equal(parse({ keys: {} }), `${prefix} the document has no array "keys"`);
        assert.equal(
            parse({ keys: Array(10_001).fill({}) }),
            `${prefix} the document has 10001 keys, at most 10000 are taken`,
        );
        assert.equal(
            refusal(() => JwtBundle.parse(domain, " ".repeat(4 * 1024 * 1024 + 1))),
            `${prefix} the document has 4194305 bytes, at most 4194304 are read`,
        );
        assert.equal(
            refusal(() => JwtBundle.parse(domain, Buffer.from([0xff]))),
            `${prefix} the document is not JSON in UTF-8`,
        );
    });
});

describe("SpiffeBundle", () => {
    it("writes what binds a key to an algorithm, so that nobody who reads it is laxer", () => {
        const issuer = new TokenIssuer("example.org");
        const document = JSON.stringify({ keys: [{ ...issuer.jwk, alg: "ES256" }] });
        const again = SpiffeBundle.parse(domain, SpiffeBundle.parse(domain, document).marshal());
        assert.equal(again.jwt.authorities.get(issuer.keyId)?.algorithm, "ES256");
        const free = SpiffeBundle.parse(domain, JSON.stringify({ keys: [issuer.jwk] })).marshal();
        assert.doesNotMatch(free, /"alg"/);
    });

    it("comes back from its own document, whatever its numbers and keys", async () => {
        const authorities = await Promise.all(
            (["ec-p256", "ec-p384", "rsa-2048", "ed25519", "ml-dsa-65"] as const).map((key) =>
                TestCa.create("example.org", { key }),
            ),
        );
        const issuer = new TokenIssuer("example.org");
        fc.assert(
            fc.property(
                fc.option(fc.bigInt(0n, 2n ** 64n - 1n), { nil: undefined }),
                fc.option(fc.nat(), { nil: undefined }),
                fc.subarray(authorities),
                (sequence, refreshHintSeconds, some) => {
                    const x509 = new X509Bundle(
                        domain,
                        some.map((ca) => ca.certificate),
                    );
                    const jwt = JwtBundle.parse(domain, issuer.document);
                    const bundle = new SpiffeBundle({ x509, jwt, sequence, refreshHintSeconds });
                    const again = SpiffeBundle.parse(domain, bundle.marshal());
                    assert.equal(again.sequence, sequence);
                    assert.equal(again.refreshHintSeconds, refreshHintSeconds);
                    assert.deepEqual(
                        again.x509.authorities.map((found) => found.fingerprint256),
                        x509.authorities.map((found) => found.fingerprint256),
                    );
                    assert.deepEqual([...again.jwt.authorities.keys()], [issuer.keyId]);
                    assert.equal(again.marshal(), bundle.marshal());
                },
            ),
            { numRuns: 30 },
        );
    });

    it("takes a document without any key: everything is revoked", () => {
        const bundle = SpiffeBundle.parse(domain, '{"keys":[]}');
        assert.equal(bundle.x509.authorities.length + bundle.jwt.authorities.size, 0);
        assert.equal(bundle.sequence, undefined);
        assert.equal(bundle.trustDomain, domain);
    });

    it("ignores keys it has no use for, and certificates after the first", async () => {
        const ca = await TestCa.create("example.org");
        const other = await TestCa.create("example.org");
        const jwk = { ...ca.certificate.publicKey.export({ format: "jwk" }), use: "x509-svid" };
        const x5c = [ca.certificate.raw.toString("base64"), other.certificate.raw.toString("base64")];
        const keys = [
            { ...jwk, x5c },
            { ...jwk, x5c },
            jwk,
            { ...jwk, x5c: [] },
            { ...jwk, use: "future-svid" },
            { ...jwk, use: undefined, x5c },
            { ...jwk, kty: "XYZ", x5c },
            { ...jwk, kty: undefined, x5c },
            { ...jwk, crv: "P-999", x5c },
        ];
        const bundle = SpiffeBundle.parse(domain, JSON.stringify({ keys, other: true }));
        assert.deepEqual(
            bundle.x509.authorities.map((found) => found.fingerprint256),
            [ca.certificate.fingerprint256],
        );
    });

    it("refuses a certificate that isn't the key's, or isn't one", async () => {
        const ca = await TestCa.create("example.org");
        const jwk = {
            ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
            use: "x509-svid",
        };
        const parse = (x5c: unknown): string =>
            refusal(() => SpiffeBundle.parse(domain, JSON.stringify({ keys: [{ ...jwk, x5c }] })));
        assert.equal(
            parse([ca.certificate.raw.toString("base64")]),
            "SPIFFE bundle of example.org: the members of an X.509 key are not the key of its certificate",
        );
        assert.match(parse(["AAAA"]), /a certificate can't be read/);
        assert.equal(parse(["AA-_"]), 'SPIFFE bundle of example.org: the first value of "x5c" is not base64');
        assert.equal(parse("AAAA"), 'SPIFFE bundle of example.org: "x5c" must be an array of base64 text');
        assert.equal(parse([5]), 'SPIFFE bundle of example.org: "x5c" must be an array of base64 text');
    });

    it("reads the top level's own sequence, whatever looks like it elsewhere", () => {
        const texts = [
            '{"a":{"spiffe_sequence":1},"spiffe_sequence" : 9007199254740993,"keys":[],"b":{"spiffe_sequence":9007199254740992}}',
            '{"keys":[],"c":"\\"spiffe_sequence\\":1","spiffe\\u005fsequence":9007199254740993,"d":"spiffe_sequence"}',
            '{"keys":[],"spiffe_sequence":9007199254740993,"x":["spiffe_sequence",{"y":"}"}]}',
        ];
        assert.deepEqual(
            texts.map((text) => SpiffeBundle.parse(domain, text).sequence),
            [9007199254740993n, 9007199254740993n, 9007199254740993n],
        );
    });

    it("refuses to write a key that has no form as a JWK", () => {
        const pss = generateKeyPairSync("rsa-pss", { modulusLength: 1024 }).publicKey;
        const jwt = (key: typeof pss): JwtBundle =>
            new JwtBundle(domain, [{ keyId: "k", publicKey: key, algorithm: undefined }]);
        const write = (key: typeof pss): string =>
            refusal(() => new SpiffeBundle({ x509: new X509Bundle(domain, []), jwt: jwt(key) }).marshal());
        assert.equal(write(pss), "a key of type rsa-pss has no form as a JWK");
    });

    it("goes by the last of two sequence numbers, as every JSON parser does", () => {
        assert.equal(SpiffeBundle.parse(domain, '{"keys":[],"spiffe_sequence":1.5,"spiffe_sequence":7}').sequence, 7n);
        assert.match(
            refusal(() => SpiffeBundle.parse(domain, '{"keys":[],"spiffe_sequence":7,"spiffe_sequence":12.5}')),
            /must be an integer/,
        );
    });

    for (const value of ["-1", "1.5", "1e3", '"5"', "18446744073709551616", "9".repeat(3_000_000), "true"]) {
        it(`refuses ${value.slice(0, 20)} as a sequence number`, () => {
            assert.equal(
                refusal(() => SpiffeBundle.parse(domain, `{"keys":[],"spiffe_sequence":${value}}`)),
                'SPIFFE bundle of example.org: "spiffe_sequence" must be an integer from 0 to 18446744073709551615',
            );
        });
    }
});
