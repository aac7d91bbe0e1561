import assert from "node:assert/strict";

import { idFromCertificate } from "../src/index.js";
import { TestCa } from "./support/ca.js";

describe("idFromCertificate", () => {
    it("reads the SPIFFE ID of a certificate, as an object or DER, and of an authority", async () => {
        const ca = await TestCa.create("example.org");
        const { leaf } = await ca.issue("/web");
        assert.equal(String(idFromCertificate(leaf)), "spiffe://example.org/web");
        assert.equal(String(idFromCertificate(leaf.raw)), "spiffe://example.org/web");
        assert.equal(String(idFromCertificate(ca.certificate)), "spiffe://example.org");
    });

    it("refuses what names none, several, or is no certificate", async () => {
        const ca = await TestCa.create("example.org");
        const codes = [
            [{ uris: [] }, "no_uri_san"],
            [{ uris: ["spiffe://example.org/a", "spiffe://example.org/b"] }, "many_uri_sans"],
            [{ uris: ["https://example.org/a"] }, "invalid_id"],
        ] as const;
        for (const [options, code] of codes) {
            const { leaf } = await ca.issue("/web", options);
            assert.throws(() => idFromCertificate(leaf), { code });
        }
        assert.throws(() => idFromCertificate(Buffer.from("no certificate")), { code: "malformed" });
    });
});
