import assert from "node:assert/strict";
import type { KeyObject } from "node:crypto";
import { generateKeyPairSync, webcrypto, X509Certificate } from "node:crypto";

import { TrustDomain, X509Bundle, X509BundleSet, verifyX509Svid } from "../src/index.js";
import { TestCa, x509 } from "./support/ca.js";
import { chainBelow, nameConstraint, trust, uriConstraint, verdictOf } from "./support/chains.js";
import { resign } from "./support/resign.js";

describe("The path from an SVID to its authority", () => {
    let ca: TestCa;
    let partner: TestCa;
    let bundles: X509BundleSet;

    before(async () => {
        ca = await TestCa.create("example.org");
        partner = await TestCa.create("partner.test");
        bundles = trust(ca, partner);
    });

    it("takes an intermediate in the bundle as an anchor", async () => {
        const middle = await ca.intermediate();
        const svid = await middle.issue("/web");
        assert.equal(verdictOf([svid.leaf], trust(middle)), "accepted");
    });

    it("finds the path whatever the order of the intermediates, and past strangers", async () => {
        const low = await (await ca.intermediate()).intermediate();
        const svid = await low.issue("/web");
        const [leaf, ...others] = svid.certificates;
        assert.equal(verdictOf([leaf, partner.certificate, ...others.toReversed()], bundles), "accepted");
    });

    it("tells authorities of one name apart by their keys", async () => {
        const subject = "CN=The same";
        const old = await TestCa.create("example.org", { subject });
        const current = await TestCa.create("example.org", { subject });
        const svid = await current.issue("/web");
        const both = new X509Bundle(TrustDomain.parse("example.org"), [old.certificate, current.certificate]);
        assert.equal(verdictOf(svid.certificates, new X509BundleSet([both])), "accepted");
        assert.equal(verdictOf(svid.certificates, trust(old)), "untrusted");
    });

    it("accepts names within the constraints of the authorities above", async () => {
        const within = [
            [uriConstraint(0, "example.org")],
            [uriConstraint(1, ".example.org")],
            [nameConstraint(0, 2, Buffer.from("example.org"))],
            [nameConstraint(0, 1, Buffer.from("example.org"))],
            [nameConstraint(1, 7, Buffer.from([10, 0, 0, 0, 255, 0, 0, 0]))],
        ];
        for (const extensions of within) {
            assert.equal(verdictOf(await chainBelow(ca, { extensions }), bundles), "accepted");
        }
    });

    const signatures: readonly [scheme: string, ...hashes: string[]][] = [
        ["RSASSA-PKCS1-v1_5", "SHA-256", "SHA-384", "SHA-512"],
        ["RSA-PSS", "SHA-256", "SHA-384", "SHA-512"],
        ["ECDSA", "SHA-256", "SHA-384", "SHA-512"],
    ];
    for (const [scheme, ...hashes] of signatures) {
        it(`takes signatures by ${scheme} with ${hashes.join(", ")}, and none with SHA-1`, async () => {
            const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
            for (const hash of [...hashes, "SHA-1"]) {
                const algorithm = { name: scheme, hash, ...(scheme === "ECDSA" ? { namedCurve: "P-521" } : rsa) };
                const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
                const model = await TestCa.create("example.org");
                const { leaf } = await model.issue("/web");
                const [authority, signed] = await Promise.all(
                    [model.certificate, leaf].map(async ({ raw }) => {
                        const like = new x509.X509Certificate(raw);
                        const made = await x509.X509CertificateGenerator.create({
                            serialNumber: like.serialNumber,
                            issuer: like.issuer,
                            subject: like.subject,
                            notBefore: like.notBefore,
                            notAfter: like.notAfter,
                            publicKey: keys.publicKey,
                            signingKey: keys.privateKey,
                            signingAlgorithm: { ...algorithm, saltLength: Number(hash.slice(4)) / 8 },
                            extensions: like.extensions,
                        });
                        return new X509Certificate(Buffer.from(made.rawData));
                    }),
                );
                assert.ok(authority !== undefined && signed !== undefined);
                const trusted = new X509BundleSet([new X509Bundle(model.trustDomain, [authority])]);
                assert.equal(verdictOf([signed], trusted), hash === "SHA-1" ? "untrusted" : "accepted", hash);
            }
        });
    }

    it("holds a leaf to name constraints also when it has its authority's name", async () => {
        const subject = "CN=same";
        const strict = await TestCa.create("example.org", { subject, extensions: [uriConstraint(1, "example.org")] });
        const leaf = await strict.issue("/web", { subject });
        assert.equal(verdictOf(leaf.certificates, trust(strict)), "name_constraints");
    });

    const generate = (type: "ec" | "rsa", strength: string | number): KeyObject =>
        type === "ec"
            ? generateKeyPairSync("ec", { namedCurve: String(strength) }).privateKey
            : generateKeyPairSync("rsa", { modulusLength: Number(strength) }).privateKey;
    const strengths: readonly [type: "ec" | "rsa", strength: string | number, wanted: string][] = [
        ["rsa", 2048, "accepted"],
        ["rsa", 1024, "untrusted"],
        ["rsa", 2040, "untrusted"],
        ["ec", "prime256v1", "accepted"],
        ["ec", "prime192v1", "untrusted"],
        ["ec", "secp224r1", "untrusted"],
        ["ec", "secp256k1", "untrusted"],
        ["ec", "brainpoolP256r1", "untrusted"],
    ];
    for (const [type, strength, wanted] of strengths) {
        it(`gives "${wanted}" for an authority with a key ${type} ${strength}`, async () => {
            const model = await TestCa.create("example.org", { key: type === "ec" ? "ec-p256" : "rsa-2048" });
            const key = generate(type, strength);
            const authority = resign(model.certificate, key, key);
            const leaf = resign((await model.issue("/web")).leaf, key);
            assert.equal(
                verdictOf([leaf], new X509BundleSet([new X509Bundle(model.trustDomain, [authority])])),
                wanted,
            );
        });
    }

    it("does not count self-issued authorities into the path length", async () => {
        const root = await TestCa.create("example.org", { subject: "CN=Root", pathLength: 0 });
        const again = await root.intermediate({ subject: "CN=Root" });
        assert.equal(verdictOf((await again.issue("/web")).certificates, trust(root)), "accepted");
    });

    it("refuses with strict what go-spiffe refuses and the standards allow", async () => {
        const subject = "CN=Root";
        const flat = await TestCa.create("example.org", { subject, pathLength: 0 });
        const parent = await TestCa.create("example.org", { extensions: [uriConstraint(1, "org")] });
        const dotted = await TestCa.create("sub.example.org", { extensions: [uriConstraint(1, "example.org")] });
        const capital = { uris: ["spiffe://EXAMPLE.org/web"] };
        const cases: readonly [ca: TestCa, chain: readonly X509Certificate[], code: string][] = [
            [flat, (await (await flat.intermediate({ subject })).issue("/web")).certificates, "path_length"],
            [parent, (await parent.issue("/web")).certificates, "name_constraints"],
            [dotted, (await dotted.issue("/web")).certificates, "name_constraints"],
            [ca, (await ca.issue("/web", capital)).certificates, "invalid_id"],
        ];
        for (const [authority, chain, code] of cases) {
            assert.equal(verdictOf(chain, trust(authority)), "accepted", code);
            assert.equal(verdictOf(chain, trust(authority), { strict: false }), "accepted", code);
            assert.equal(verdictOf(chain, trust(authority), { strict: true }), code);
        }
        assert.equal(verdictOf((await ca.issue("/web")).certificates, bundles, { strict: true }), "accepted");
    });

    it("goes on without an authority of the bundle that can't be read", async () => {
        const odd = await TestCa.create("example.org", {
            extensions: [new x509.Extension("2.5.29.30", true, Buffer.from([4, 0]))],
        });
        const svid = await ca.issue("/web");
        const mixed = new X509Bundle(TrustDomain.parse("example.org"), [odd.certificate, ca.certificate]);
        assert.equal(verdictOf(svid.certificates, new X509BundleSet([mixed])), "accepted");
        assert.equal(verdictOf((await odd.issue("/web")).certificates, new X509BundleSet([mixed])), "untrusted");
    });

    it("gives up on a maze of authorities with one name", async () => {
        const subject = "CN=Maze";
        const rooms: TestCa[] = [];
        for (let i = 0; i < 9; i++) {
            rooms.push(await TestCa.create("example.org", { subject }));
        }
        const [first] = rooms;
        assert.ok(first);
        const svid = await first.issue("/web");
        assert.equal(verdictOf([svid.leaf, ...rooms.map((room) => room.certificate)], bundles), "untrusted");
        const crowd = new X509Bundle(
            TrustDomain.parse("example.org"),
            Array.from({ length: 300 }, () => rooms[1]?.certificate ?? ca.certificate),
        );
        assert.throws(() => verifyX509Svid([svid.leaf], new X509BundleSet([crowd])), {
            message: "spiffe://example.org/web: no path found within 200 signature checks",
        });
    });
});
