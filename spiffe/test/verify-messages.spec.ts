import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";

import type { VerifyOptions, X509BundleSet } from "../src/index.js";
import { ArgumentError, SpiffeIdError, X509VerificationError, verifyX509Svid } from "../src/index.js";
import type { CertificateOptions } from "./support/ca.js";
import { TestCa, x509 } from "./support/ca.js";
import { trust } from "./support/chains.js";

const { digitalSignature, keyAgreement, keyCertSign, cRLSign } = x509.KeyUsageFlags;
const ID = "spiffe://example.org/web";

describe("What verifyX509Svid says", () => {
    let ca: TestCa;
    let bundles: X509BundleSet;

    before(async () => {
        ca = await TestCa.create("example.org");
        bundles = trust(ca);
    });

    function messageOf(chain: readonly X509Certificate[], options: VerifyOptions = {}): string {
        try {
            verifyX509Svid(chain, bundles, options);
        } catch (error) {
            assert.ok(error instanceof X509VerificationError, String(error));
            return error.message;
        }
        return "accepted";
    }

    it("of the chain as a whole is how many certificates it has", () => {
        assert.equal(messageOf([]), "no certificate was presented");
        assert.equal(
            messageOf(Array<X509Certificate>(11).fill(ca.certificate)),
            "11 certificates were presented, at most 10 are taken",
        );
        assert.doesNotMatch(messageOf(Array<X509Certificate>(10).fill(ca.certificate)), /at most/);
    });

    const CASES: readonly (readonly [options: CertificateOptions, message: string, id?: string])[] = [
        [{ uris: [] }, "the certificate has no URI SAN, so it names no SPIFFE ID"],
        [{ uris: [ID, "https://a.test", "https://b.test"] }, "the certificate has 3 URI SANs, exactly one is allowed"],
        [{ ca: true }, `${ID}: the leaf is a certificate authority`],
        [{ uris: ["spiffe://example.org"] }, "spiffe://example.org names a trust domain, not a workload"],
        [{ keyUsage: null }, `${ID}: the leaf's key usage lacks digitalSignature`],
        [{ keyUsage: keyAgreement }, `${ID}: the leaf's key usage lacks digitalSignature`],
        ...[keyCertSign, cRLSign].map(
            (flag) =>
                [
                    { keyUsage: digitalSignature | flag },
                    `${ID}: the leaf's key usage allows to sign certificates or revocation lists`,
                ] as const,
        ),
        [
            { purposes: [x509.ExtendedKeyUsage.codeSigning] },
            `${ID}: the leaf's extended key usage allows neither serverAuth nor clientAuth`,
        ],
        [
            {},
            "spiffe://elsewhere.test/web: there is no bundle of trust domain elsewhere.test",
            "spiffe://elsewhere.test/web",
        ],
    ];
    for (const [options, message, id = "/web"] of CASES) {
        it(`of a leaf may be: ${message}`, async () => {
            assert.equal(messageOf((await ca.issue(id, options)).certificates), message);
        });
    }

    it("of an ID that is none is what the ID lacks, with the error behind it", async () => {
        const { certificates } = await ca.issue("/web", { uris: ["https://example.org/web"] });
        assert.throws(
            () => verifyX509Svid(certificates, bundles),
            (error) => {
                assert.ok(error instanceof X509VerificationError);
                assert.equal(error.code, "invalid_id");
                assert.ok(error.cause instanceof SpiffeIdError);
                assert.equal(error.message, error.cause.message);
                return true;
            },
        );
    });

    it("of capitals before the path is said with strict alone", async () => {
        const { certificates } = await ca.issue("/web", { uris: ["spiffe://EXAMPLE.org/web"] });
        assert.equal(messageOf(certificates), "accepted");
        assert.equal(messageOf(certificates, { strict: false }), "accepted");
        assert.equal(
            messageOf(certificates, { strict: true }),
            `${ID}: the certificate writes it with capitals outside the path`,
        );
    });

    it("of an argument of another kind is which, and what it must be", async () => {
        const { certificates } = await ca.issue("/web");
        const cases: readonly (readonly [args: readonly unknown[], message: string])[] = [
            [[5, bundles], "presented must be a list, it is a number"],
            [["text", bundles], "presented must be a list, it is a string"],
            [[["text"], bundles], "each of presented must be bytes (Buffer or Uint8Array), it is a string"],
            [[[certificates[0], 7], bundles], "each of presented must be bytes (Buffer or Uint8Array), it is a number"],
            [[certificates, {}], "bundles must be a X509BundleSet, it is an object"],
            [[certificates, undefined], "bundles must be a X509BundleSet, it is undefined"],
            [[certificates, bundles, 5], "options must be an object, it is a number"],
            [[certificates, bundles, { strict: 1 }], "options.strict must be true or false, it is a number"],
            [[certificates, bundles, { strict: "no" }], "options.strict must be true or false, it is a string"],
            [[certificates, bundles, { now: 5 }], "options.now must be a valid Date, it is a number"],
        ];
        for (const [args, message] of cases) {
            const [presented, trusted, options] = args as Parameters<typeof verifyX509Svid>;
            assert.throws(() => verifyX509Svid(presented, trusted, options), new ArgumentError(message));
        }
    });
});
