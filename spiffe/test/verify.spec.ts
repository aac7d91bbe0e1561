import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";

import type { X509Svid } from "../src/index.js";
import { TrustDomain, X509Bundle, X509BundleSet, verifyX509Svid } from "../src/index.js";
import type { CertificateOptions } from "./support/ca.js";
import { TestCa, x509 } from "./support/ca.js";
import { chainBelow, nameConstraint, trust, uriConstraint, verdictOf } from "./support/chains.js";
import type { Chain } from "./support/chains.js";

const HOUR = 3_600_000;
const at = (hours: number): Date => new Date(Date.now() + hours * HOUR);

describe("verifyX509Svid", () => {
    let ca: TestCa;
    let partner: TestCa;
    let bundles: X509BundleSet;

    before(async () => {
        ca = await TestCa.create("example.org");
        partner = await TestCa.create("partner.test");
        bundles = trust(ca, partner);
    });

    const verdict = (chain: Chain, trusted = bundles, now?: Date): string => verdictOf(chain, trusted, { now });

    it("gives the SPIFFE ID and the path up to the authority", async () => {
        const middle = await ca.intermediate();
        const svid = await middle.issue("/web");
        const { id, chain } = verifyX509Svid(svid.certificates, bundles);
        assert.equal(id.toString(), "spiffe://example.org/web");
        assert.deepEqual(
            chain.map((certificate) => certificate.fingerprint256),
            [svid.leaf, middle.certificate, ca.certificate].map((certificate) => certificate.fingerprint256),
        );
    });

    it("takes DER as well as certificate objects", async () => {
        const svid = await ca.issue("/web");
        assert.equal(verdict(svid.certificates.map((certificate) => new Uint8Array(certificate.raw))), "accepted");
    });

    for (const key of ["ec-p384", "rsa-2048", "ed25519", "ml-dsa-65"] as const) {
        it(`verifies a chain of ${key} keys`, async () => {
            const root = await TestCa.create("example.org", { key });
            const svid = await (await root.intermediate({ key })).issue("/web", { key });
            assert.equal(verdict(svid.certificates, trust(root)), "accepted");
        });
    }

    type Case = readonly [
        title: string,
        code: string,
        make: () => Promise<{ chain: Chain; trusted?: X509BundleSet; now?: Date }>,
    ];
    const leaf = async (options: CertificateOptions, id = "/web"): Promise<{ chain: X509Svid["certificates"] }> => ({
        chain: (await ca.issue(id, options)).certificates,
    });
    const below = async (options: CertificateOptions, depth?: number): Promise<{ chain: Chain }> => ({
        chain: await chainBelow(ca, options, depth),
    });
    const sign = x509.KeyUsageFlags.digitalSignature;

    const attacks: readonly Case[] = [
        ["nothing", "empty_chain", () => Promise.resolve({ chain: [] })],
        [
            "more certificates than make sense",
            "chain_too_long",
            () => Promise.resolve({ chain: Array<X509Certificate>(11).fill(ca.certificate) }),
        ],
        ["an expired SVID", "expired", () => leaf({ notBefore: at(-3), notAfter: at(-1) })],
        ["an SVID of tomorrow", "not_yet_valid", () => leaf({ notBefore: at(1), notAfter: at(2) })],
        ["an SVID whose intermediate has expired", "expired", () => below({ notBefore: at(-3), notAfter: at(-1) })],
        [
            "an SVID when the authority itself has expired",
            "expired",
            async () => ({
                ...(await leaf({ notAfter: at(24 * 30) })),
                now: at(24 * 2),
            }),
        ],
        ["an SVID of an unknown trust domain", "no_bundle", () => leaf({}, "spiffe://elsewhere.test/web")],
        [
            "an ID forged by another trusted domain's authority",
            "untrusted",
            async () => ({
                chain: (await partner.issue("spiffe://example.org/web")).certificates,
            }),
        ],
        [
            "the same through an intermediate that claims the victim's domain",
            "untrusted",
            async () => ({
                chain: (
                    await (
                        await partner.intermediate({ uris: ["spiffe://example.org"] })
                    ).issue("spiffe://example.org/web")
                ).certificates,
            }),
        ],
        [
            "a forged chain with the victim's true root appended",
            "untrusted",
            async () => ({
                chain: [...(await partner.issue("spiffe://example.org/web")).certificates, ca.certificate],
            }),
        ],
        [
            "a domain whose bundle is empty",
            "untrusted",
            async () => ({
                ...(await leaf({})),
                trusted: new X509BundleSet([new X509Bundle(TrustDomain.parse("example.org"), [])]),
            }),
        ],
        ["a leaf without SAN", "no_uri_san", () => leaf({ uris: [] })],
        [
            "a leaf with DNS names only",
            "no_uri_san",
            () => leaf({ uris: [], dnsNames: ["x, URI:spiffe://example.org/web"] }),
        ],
        [
            "a leaf with two SPIFFE IDs",
            "many_uri_sans",
            () => leaf({ uris: ["spiffe://example.org/web", "spiffe://example.org/db"] }),
        ],
        [
            "a leaf with a SPIFFE ID and a web address",
            "many_uri_sans",
            () => leaf({ uris: ["spiffe://example.org/web", "https://example.org"] }),
        ],
        ["a leaf whose URI is no SPIFFE ID", "invalid_id", () => leaf({ uris: ["https://example.org/web"] })],
        ["a leaf that names the trust domain itself", "root_path", () => leaf({ uris: ["spiffe://example.org"] })],
        ["an authority as the leaf", "ca_leaf", async () => ({ chain: [(await ca.intermediate()).certificate] })],
        [
            "a leaf that may sign certificates",
            "key_usage",
            () => leaf({ keyUsage: sign | x509.KeyUsageFlags.keyCertSign }),
        ],
        [
            "a leaf that may sign revocation lists",
            "key_usage",
            () => leaf({ keyUsage: sign | x509.KeyUsageFlags.cRLSign }),
        ],
        ["a leaf that may not sign handshakes", "key_usage", () => leaf({ keyUsage: x509.KeyUsageFlags.keyAgreement })],
        ["a leaf without key usage", "key_usage", () => leaf({ keyUsage: null })],
        ["a leaf for signing code", "ext_key_usage", () => leaf({ purposes: [x509.ExtendedKeyUsage.codeSigning] })],
        [
            "a leaf with an unknown critical extension",
            "unknown_critical_extension",
            () => leaf({ extensions: [new x509.Extension("1.2.3.4", true, Buffer.from([5, 0]))] }),
        ],
        [
            "an extension given twice",
            "malformed",
            () => leaf({ extensions: [1, 2].map(() => new x509.Extension("1.2.3.4", false, Buffer.from([5, 0]))) }),
        ],
        [
            "a chain with its intermediate missing",
            "untrusted",
            async () => ({ chain: [(await (await ca.intermediate()).issue("/web")).leaf] }),
        ],
        [
            "an intermediate with an unknown critical extension",
            "unknown_critical_extension",
            () => below({ extensions: [new x509.Extension("1.2.3.4", true, Buffer.from([5, 0]))] }),
        ],
        ["an intermediate that is no authority", "not_a_ca", () => below({ ca: false })],
        ["an intermediate that may not sign certificates", "key_usage", () => below({ keyUsage: sign })],
        ["more authorities than one above allows", "path_length", () => below({ pathLength: 0 }, 2)],
        [
            "an ID in a domain that an authority excludes",
            "name_constraints",
            () => below({ extensions: [uriConstraint(1, "example.org")] }),
        ],
        [
            "an ID outside the domain an authority permits",
            "name_constraints",
            () => below({ extensions: [uriConstraint(0, ".example.org")] }),
        ],
        [
            "a DNS name an authority excludes",
            "name_constraints",
            () => below({ extensions: [nameConstraint(1, 2, Buffer.from("example.org"))] }),
        ],
        [
            "a subject under constraints on directory names, which we can't judge",
            "name_constraints",
            () => below({ extensions: [nameConstraint(0, 4, Buffer.from([0x30, 0]))] }),
        ],
    ];
    for (const [title, code, make] of attacks) {
        it(`refuses ${title}: ${code}`, async () => {
            const { chain, trusted, now } = await make();
            assert.equal(verdict(chain, trusted, now), code);
        });
    }

    it("refuses an issuer with the right name and another key", async () => {
        const svid = await ca.issue("/web");
        const impostor = await TestCa.create("example.org", { subject: "CN=workload", ca: false });
        assert.equal(verdict([(await impostor.issue("/admin")).leaf, svid.leaf]), "untrusted");
    });

    it("refuses a self-signed leaf even when it is in the bundle", async () => {
        const self = await TestCa.create("example.org", {
            ca: false,
            uris: ["spiffe://example.org/self"],
            keyUsage: sign,
        });
        assert.equal(verdict([self.certificate], trust(self)), "not_a_ca");
    });

    it("refuses a certificate with bytes after it, cut short or changed", async () => {
        const { raw } = (await ca.issue("/web")).leaf;
        assert.equal(verdict([Buffer.concat([raw, Buffer.from([0])])]), "malformed");
        assert.equal(verdict([raw.subarray(0, raw.length - 1)]), "malformed");
        const changed = Buffer.from(raw);
        changed.write("/weB", changed.indexOf("/web"));
        assert.equal(verdict([changed]), "untrusted");
        assert.equal(verdict([Buffer.alloc(70_000, 0x30)]), "malformed");
    });

    it("accepts at the first and the last moment of validity", async () => {
        const svid = await ca.issue("/web", {
            notBefore: new Date("2026-01-01T00:00:00Z"),
            notAfter: new Date("2026-01-02T00:00:00Z"),
        });
        const root = await TestCa.create("example.org", {
            notBefore: new Date("2025-01-01T00:00:00Z"),
            notAfter: new Date("2027-01-01T00:00:00Z"),
        });
        const inTime = await root.issue("/web", { notBefore: svid.notBefore, notAfter: svid.notAfter });
        const verdicts = [
            "2025-12-31T23:59:59.999Z",
            "2026-01-01T00:00:00Z",
            "2026-01-02T00:00:00Z",
            "2026-01-02T00:00:00.001Z",
        ];
        assert.deepEqual(
            verdicts.map((moment) => verdict(inTime.certificates, trust(root), new Date(moment))),
            ["not_yet_valid", "accepted", "accepted", "expired"],
        );
    });

    it("takes no clock that shows no time: by it nothing would ever be expired", async () => {
        const { certificates } = await ca.issue("/web");
        for (const now of [new Date(NaN), 0, "2026", null]) {
            assert.throws(() => verifyX509Svid(certificates, bundles, { now: now as Date }), {
                code: "invalid_parameter",
            });
        }
    });
});
