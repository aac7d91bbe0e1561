import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";
import { generateKeyPairSync } from "node:crypto";

import type { X509BundleSet } from "../src/index.js";
import { TrustDomain, verifyX509Svid, X509Bundle, X509BundleSet as BundleSet } from "../src/index.js";
import type { CertificateOptions } from "./support/ca.js";
import { TestCa, x509 } from "./support/ca.js";
import { nameConstraint, trust, uriConstraint, verdictOf } from "./support/chains.js";
import { resign } from "./support/resign.js";

const ID = "spiffe://example.org/web";
const DAY = 86_400_000;
const extension = (oid: string): x509.Extension => new x509.Extension(oid, true, Buffer.from([5, 0]));

describe("What is said of the authorities of a path", () => {
    let ca: TestCa;
    const anyKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

    before(async () => {
        ca = await TestCa.create("example.org");
    });

    function messageOf(chain: readonly X509Certificate[], bundles: X509BundleSet): string {
        try {
            verifyX509Svid(chain, bundles);
            return "accepted";
        } catch (error) {
            return error instanceof Error ? error.message : String(error);
        }
    }

    const CASES: Readonly<Record<string, readonly [CertificateOptions, (authority: X509Certificate) => string]>> = {
        "unknown critical extensions": [
            { extensions: [extension("1.2.3.4"), extension("1.2.3.5")] },
            () => "critical extension 1.2.3.4, 1.2.3.5 is unknown",
        ],
        "a validity to come": [
            { notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 2 * DAY) },
            ({ validFromDate }) => `an authority in the path: not valid before ${validFromDate.toISOString()}`,
        ],
        "a validity that is over": [
            { notBefore: new Date(Date.now() - 2 * DAY), notAfter: new Date(Date.now() - DAY) },
            ({ validToDate }) => `an authority in the path: expired at ${validToDate.toISOString()}`,
        ],
        "no authority": [
            { ca: false },
            () => "a certificate in the path is no certificate authority but issued another",
        ],
        "no leave to sign": [
            { keyUsage: x509.KeyUsageFlags.cRLSign },
            () => "an authority in the path lacks keyCertSign",
        ],
    };
    for (const [name, [options, message]] of Object.entries(CASES)) {
        it(`is what is wrong with ${name}`, async () => {
            const middle = await ca.intermediate(options);
            const { certificates } = await middle.issue("/web");
            assert.equal(messageOf(certificates, trust(ca)), `${ID}: ${message(middle.certificate)}`);
        });
    }

    it("is how long a path they allow, and which names", async () => {
        const short = await TestCa.create("example.org", { pathLength: 0 });
        const low = await (await short.intermediate()).issue("/web");
        assert.equal(messageOf(low.certificates, trust(short)), `${ID}: 1 authorities stand below one that allows 0`);
        const narrow = await TestCa.create("example.org", { extensions: [uriConstraint(1, "example.org")] });
        assert.match(
            messageOf((await narrow.issue("/web")).certificates, trust(narrow)),
            /^spiffe:\/\/example\.org\/web: .+ by an authority's name constraints$/,
        );
    });

    it("holds self-issued authorities to name constraints with strict only", async () => {
        const subject = "CN=Renewed";
        const root = await TestCa.create("example.org", {
            subject,
            extensions: [nameConstraint(1, 2, Buffer.from("bad.example"))],
        });
        const renewed = await root.intermediate({ subject, dnsNames: ["bad.example"] });
        const { certificates } = await renewed.issue("/web");
        assert.equal(verdictOf(certificates, trust(root)), "accepted");
        assert.equal(verdictOf(certificates, trust(root), { strict: true }), "name_constraints");
        const named = await root.intermediate({ dnsNames: ["bad.example"] });
        assert.equal(verdictOf((await named.issue("/web")).certificates, trust(root)), "name_constraints");
    });

    it("takes no authority with the right key under another name", async () => {
        const other = await TestCa.create("example.org");
        const renamed = resign(other.certificate, anyKey, ca.certificate.publicKey);
        const bundle = new X509Bundle(TrustDomain.parse("example.org"), [renamed]);
        assert.equal(verdictOf((await ca.issue("/web")).certificates, new BundleSet([bundle])), "untrusted");
    });

    it("goes on after an authority that leads nowhere", async () => {
        const subject = "CN=Middle";
        const middle = await ca.intermediate({ subject });
        const stranger = await (await TestCa.create("example.org")).intermediate({ subject });
        const deadEnd = resign(stranger.certificate, anyKey, middle.certificate.publicKey);
        const [leaf, ...others] = (await middle.issue("/web")).certificates;
        assert.equal(verdictOf([leaf, deadEnd, ...others], trust(ca)), "accepted");
        assert.equal(verdictOf([leaf, deadEnd], trust(ca)), "untrusted");
    });
});
