import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";

import { X509Bundle, X509BundleSet, X509VerificationError } from "../../src/index.js";
import { VerifiedChains } from "../../src/tls/verified-chains.js";
import { TestCa } from "../support/ca.js";

const HOUR = 3_600_000;
const now = new Date();

describe("Chains verified before", () => {
    let ca: TestCa;
    let bundles: X509BundleSet;
    let chain: readonly X509Certificate[];

    before(async () => {
        ca = await TestCa.create("example.org");
        bundles = new X509BundleSet([ca.bundle]);
        chain = (await (await ca.intermediate()).issue("/web")).certificates;
    });

    const code = (verify: () => unknown): string => {
        try {
            verify();
            return "accepted";
        } catch (error) {
            assert.ok(error instanceof X509VerificationError);
            return error.code;
        }
    };
    /** As another handshake presents them: the same bytes in other objects. */
    const again = (certificates: readonly X509Certificate[]): X509Certificate[] =>
        certificates.map(({ raw }) => new X509Certificate(raw));

    it("are told by their bytes, and aren't verified again", () => {
        const chains = new VerifiedChains();
        const first = chains.verify(chain, bundles, now);
        assert.equal(chains.verify(again(chain), bundles, now), first);
        assert.equal(
            chains.verify(chain, new X509BundleSet([...bundles]), now),
            first,
            "a new set of the same bundles",
        );
        assert.notEqual(chains.verify([...chain, ...chain.slice(1)], bundles, now), first);
        assert.equal(chains.size, 2);
    });

    it("are verified anew by a new bundle: revocation is not overlooked", () => {
        const chains = new VerifiedChains();
        chains.verify(chain, bundles, now);
        const revoked = new X509BundleSet([new X509Bundle(ca.trustDomain, [])]);
        assert.equal(
            code(() => chains.verify(chain, revoked, now)),
            "untrusted",
        );
        assert.equal(
            code(() => chains.verify(chain, new X509BundleSet(), now)),
            "no_bundle",
        );
        const first = chains.verify(chain, bundles, now);
        assert.notEqual(chains.verify(chain, new X509BundleSet([ca.bundle]), now), first);
    });

    it("expire with the first certificate of their path, and begin with the last", async () => {
        const chains = new VerifiedChains();
        const short = await ca.intermediate({
            notBefore: new Date(now.getTime() - HOUR / 2),
            notAfter: new Date(now.getTime() + HOUR / 2),
        });
        const { certificates } = await short.issue("/web");
        const at = (hours: number): string =>
            code(() => chains.verify(certificates, bundles, new Date(now.getTime() + hours * HOUR)));
        assert.deepEqual([0, 0.4, 0.6, 0, -0.4, -0.6, 0].map(at), [
            ...["accepted", "accepted", "expired", "accepted", "accepted", "not_yet_valid", "accepted"],
        ]);
    });

    it("hold for the strictness they were verified by", async () => {
        const chains = new VerifiedChains();
        const { certificates } = await ca.issue("/web", { uris: ["spiffe://EXAMPLE.org/web"] });
        assert.equal(
            code(() => chains.verify(certificates, bundles, now)),
            "accepted",
        );
        assert.equal(
            code(() => chains.verify(certificates, bundles, now, true)),
            "invalid_id",
        );
        assert.equal(
            code(() => chains.verify(certificates, bundles, now)),
            "accepted",
        );
    });

    it("are as many as they may be; refused ones are none of them, and the longest unused goes first", async () => {
        const chains = new VerifiedChains(2);
        const stranger = await TestCa.create("example.org");
        const [a, b, c] = await Promise.all(
            ["/a", "/b", "/c"].map(async (path) => (await ca.issue(path)).certificates),
        );
        assert.ok(a !== undefined && b !== undefined && c !== undefined);
        const refused = (await stranger.issue("/web")).certificates;
        assert.equal(
            code(() => chains.verify(refused, bundles, now)),
            "untrusted",
        );
        assert.equal(chains.size, 0);
        const first = chains.verify(a, bundles, now);
        const second = chains.verify(b, bundles, now);
        assert.equal(chains.verify(a, bundles, now), first);
        chains.verify(c, bundles, now);
        assert.equal(chains.size, 2);
        assert.equal(chains.verify(a, bundles, now), first);
        assert.notEqual(chains.verify(b, bundles, now), second);
    });
});
