import assert from "node:assert/strict";
import { once } from "node:events";

import { JwtSource } from "../src/entry/jwt.js";
import { FakeWorkloadApi, TestCa, TokenIssuer } from "../src/entry/testing.js";
import { X509Source } from "../src/entry/workload.js";
import { eventually } from "./support/eventually.js";

describe("The test kit", () => {
    let api: FakeWorkloadApi;
    let ca: TestCa;

    beforeEach(async () => {
        [api, ca] = await Promise.all([FakeWorkloadApi.start(), TestCa.create("example.org")]);
    });
    afterEach(() => api.stop());

    it("issues an identity to a source, renews it, takes it away and gives it back", async () => {
        api.issue([await ca.issue("/web")], [ca.bundle]);
        const source = await X509Source.start({ address: api.address });
        const first = source.snapshot();
        assert.equal(String(first.svid.id), "spiffe://example.org/web");
        const renewed = once(source, "update");
        api.issue([await ca.issue("/web")], [ca.bundle]);
        await renewed;
        assert.notEqual(source.snapshot().svid.leaf.serialNumber, first.svid.leaf.serialNumber);
        const withdrawn = once(source, "withdrawn");
        api.withdraw();
        await withdrawn;
        assert.throws(() => source.snapshot(), { code: "no_identity_issued" });
        const back = once(source, "update");
        api.issue([await ca.issue("/web")], [ca.bundle]);
        await back;
        assert.equal(String(source.snapshot().svid.id), "spiffe://example.org/web");
        source.close();
    });

    it("goes away and comes back, while a source keeps what it has", async () => {
        api.issue([await ca.issue("/web")], [ca.bundle]);
        const source = await X509Source.start({ address: api.address });
        const interrupted = once(source, "interrupted");
        api.crash();
        await interrupted;
        assert.equal(source.healthy(), false);
        assert.equal(String(source.snapshot().svid.id), "spiffe://example.org/web");
        await api.listen();
        await eventually(() => assert.equal(source.healthy(), true));
        source.close();
    });

    it("makes SVIDs of any shape", async () => {
        const svid = await ca.issue("/old", {
            notAfter: new Date(Date.now() - 1_000),
            key: "ec-p384",
            hint: "internal",
        });
        assert.equal(svid.hint, "internal");
        assert.ok(svid.notAfter < new Date());
        const chain = await (await ca.intermediate()).issue("/web");
        assert.equal(chain.certificates.length, 2);
    });

    it("signs JWT-SVIDs that a source takes", async () => {
        const issuer = new TokenIssuer("example.org");
        api.setJwtBundles({ bundles: { "spiffe://example.org": Buffer.from(issuer.document) } });
        const source = await JwtSource.start({ address: api.address });
        const svid = await source.validate(await issuer.issue({ audience: ["reports"] }), ["reports"]);
        assert.equal(String(svid.id), "spiffe://example.org/web");
        source.close();
    });
});
