import assert from "node:assert/strict";
import { once } from "node:events";

import { status } from "@grpc/grpc-js";

import type { SpiffeError, X509Snapshot, WorkloadApiError } from "../src/index.js";
import type { X509SourceOptions } from "../src/entry/workload.js";
import { NoIdentityIssuedError, SourceError, SpiffeId, X509BundleSet, verifyX509Svid } from "../src/index.js";
import { X509Source, pickHint, pickId } from "../src/entry/workload.js";
import { TestCa } from "./support/ca.js";
import { FakeWorkloadApi, x509Message } from "./support/fake-workload-api.js";
import { instantly } from "./support/instantly.js";
import { until } from "./support/until.js";
import { warningsDuring } from "./support/warnings.js";

describe("X509Source", () => {
    let api: FakeWorkloadApi;
    let ca: TestCa;
    const sources: X509Source[] = [];

    before(async () => {
        ca = await TestCa.create("example.org");
    });
    beforeEach(async () => {
        api = await FakeWorkloadApi.start();
    });
    afterEach(async () => {
        sources.splice(0).forEach((source) => source.close());
        await api.stop();
    });

    async function start(options: X509SourceOptions = {}): Promise<X509Source> {
        const source = await X509Source.start({
            address: api.address,
            startTimeoutMs: 5_000,
            ...instantly,
            ...options,
        });
        sources.push(source);
        return source;
    }

    it("starts with the first SVID and the bundles of one message", async () => {
        const partner = await TestCa.create("partner.test");
        const svids = [await ca.issue("/web"), await ca.issue("/db")];
        api.setX509(x509Message(svids, [ca.bundle, partner.bundle]));
        const source = await start();
        const { svid, svids: all, bundles, revision } = source.snapshot();
        assert.equal(svid.id.toString(), "spiffe://example.org/web");
        assert.deepEqual(
            all.map((found) => found.id.path),
            ["/web", "/db"],
        );
        assert.equal(bundles.size, 2);
        assert.equal(revision, 1);
        assert.ok(source.healthy());
        assert.equal(verifyX509Svid(svid.certificates, bundles).id.path, "/web");
        assert.equal(svid.keyPem(), svids[0]?.keyPem());
    });

    it("replaces SVID and bundles together and drops what the next message leaves out", async () => {
        const partner = await TestCa.create("partner.test");
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle, partner.bundle]));
        const source = await start();
        const updated = once(source, "update") as Promise<[X509Snapshot]>;
        const next = await TestCa.create("example.org");
        api.setX509(x509Message([await next.issue("/web")], [next.bundle]));
        const [snapshot] = await updated;
        assert.equal(snapshot.revision, 2);
        assert.equal(source.snapshot(), snapshot);
        assert.equal(snapshot.bundles.get(partner.trustDomain), undefined);
        verifyX509Svid(snapshot.svid.certificates, snapshot.bundles);
        assert.throws(() => verifyX509Svid(snapshot.svid.certificates, new X509BundleSet([ca.bundle])), {
            code: "untrusted",
        });
    });

    it("keeps its material while the endpoint is away and comes back with the new one", async () => {
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        const source = await start();
        const interrupted = once(source, "interrupted") as Promise<[WorkloadApiError]>;
        api.crash();
        const [error] = await interrupted;
        assert.match(error.code, /^(unavailable|cancelled)$/);
        assert.equal(source.snapshot().revision, 1);
        assert.equal(source.health().state, "interrupted");
        assert.ok(!source.healthy());
        const updated = once(source, "update") as Promise<[X509Snapshot]>;
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        await api.listen();
        assert.equal((await updated)[0].revision, 2);
        assert.ok(source.healthy());
    });

    it("drops its material when the identity is withdrawn and takes it up again when it is issued anew", async () => {
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        const source = await start();
        const withdrawn = once(source, "withdrawn") as Promise<[NoIdentityIssuedError]>;
        api.failNext("FetchX509SVID", status.PERMISSION_DENIED, "no identity issued", 2);
        api.breakStreams("FetchX509SVID", status.PERMISSION_DENIED, "no identity issued");
        const [error] = await withdrawn;
        assert.ok(error instanceof NoIdentityIssuedError);
        assert.throws(
            () => source.snapshot(),
            (thrown) => thrown instanceof SourceError && thrown.code === "no_identity_issued",
        );
        assert.equal(source.health().state, "withdrawn");
        const [snapshot] = (await once(source, "update")) as [X509Snapshot];
        assert.equal(snapshot.revision, 2);
    });

    it("reconnects at once when a stream that lived for a while ends healthily", async () => {
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        const waits: number[] = [];
        let now = 0;
        const source = await start({ sleep: (ms) => (waits.push(ms), Promise.resolve()), clock: () => now });
        now += 10_000;
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        await once(source, "update");
        const updated = once(source, "update");
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        await updated;
        api.breakStreams("FetchX509SVID", status.OK);
        await until(() => api.calls.length >= 2);
        assert.deepEqual(waits, []);
        assert.deepEqual(api.calls, ["FetchX509SVID", "FetchX509SVID"]);
    });

    it("discards a message with a mandatory field missing and keeps the former state", async () => {
        const message = x509Message([await ca.issue("/web")], [ca.bundle]);
        api.setX509(message);
        const source = await start();
        const discarded = once(source, "discarded") as Promise<[WorkloadApiError]>;
        api.setX509({ svids: [{ ...message.svids?.[0], bundle: new Uint8Array() }] });
        const [error] = await discarded;
        assert.equal(error.code, "malformed_response");
        assert.equal(error.message, "Workload API, FetchX509SVID: an SVID lacks the mandatory bundle");
        assert.equal(source.snapshot().revision, 1);
        assert.ok(!source.healthy(), "an endpoint that sends garbage is ill");
        assert.equal(source.health().state, "streaming");
        api.setX509(message);
        await until(() => source.healthy());
        assert.equal(source.snapshot().revision, 1);
    });

    it("takes an unchanged message for none", async () => {
        const partner = await TestCa.create("partner.test");
        const svids = [await ca.issue("/web"), await ca.issue("/db")];
        api.setX509(x509Message(svids, [ca.bundle, partner.bundle]));
        const source = await start();
        let updates = 0;
        source.on("update", () => updates++);
        const before = source.snapshot();
        for (let i = 0; i < 5; i++) {
            api.setX509(x509Message(svids, [partner.bundle, ca.bundle]));
        }
        api.setX509(x509Message(svids, [ca.bundle]));
        await until(() => updates > 0);
        assert.equal(updates, 1);
        assert.equal(source.snapshot().revision, before.revision + 1);
    });

    it("starts only with an SVID that hasn't expired, and never trades a valid one for an expired one", async () => {
        const old = await ca.issue("/web", { notAfter: new Date(Date.now() - 1_000) });
        api.setX509(x509Message([old], [ca.bundle]));
        await assert.rejects(start({ startTimeoutMs: 300 }), (error: SpiffeError) => {
            assert.equal(error.code, "start_timeout");
            assert.match(error.message, /the SVID received expired at/);
            return true;
        });
        const starting = start();
        await until(() => api.open("FetchX509SVID") > 0);
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        const source = await starting;
        const { svid } = source.snapshot();
        const discarded = once(source, "discarded") as Promise<[WorkloadApiError]>;
        api.setX509(x509Message([old], [ca.bundle]));
        assert.equal((await discarded)[0].code, "expired");
        assert.equal(source.snapshot().svid, svid);
        assert.ok(!source.healthy());
    });

    it("keeps what it has when the picker fails, and says so", async () => {
        const faults: Error[] = [];
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        const source = await start({
            picker: (svids) => {
                if (faults[0] !== undefined) {
                    throw faults[0];
                }
                return svids[0];
            },
        });
        faults.push(new Error("a fault of the program"));
        const warnings = await warningsDuring(async () => {
            const discarded = once(source, "discarded") as Promise<[WorkloadApiError]>;
            api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
            assert.equal((await discarded)[0].code, "picker_failed");
        });
        assert.deepEqual(warnings, ["The picker of SVIDs failed: a fault of the program"]);
        assert.equal(source.snapshot().revision, 1);
        await assert.rejects(start({ picker: (() => "x") as never, startTimeoutMs: 300 }), { code: "start_timeout" });
    });

    it("says what to check when no identity is issued in time", async () => {
        api.failNext("FetchX509SVID", status.PERMISSION_DENIED, "no identity issued", 1_000_000);
        await assert.rejects(start({ startTimeoutMs: 2_000 }), (error) => {
            assert.ok(error instanceof NoIdentityIssuedError);
            assert.match(
                error.message,
                /issued no identity to this process \(no identity issued\)\. Check that a registration entry exists/,
            );
            return true;
        });
    });

    it("says that the endpoint gave no answer when it is silent", async () => {
        await assert.rejects(start({ startTimeoutMs: 100 }), {
            code: "start_timeout",
            message: "The Workload API gave nothing to start with in 100 ms: it gave no answer",
        });
    });

    it("gives up at once when the endpoint says that the call is wrong", async () => {
        api.failNext("FetchX509SVID", status.UNIMPLEMENTED, "not here");
        await assert.rejects(start(), {
            code: "unimplemented",
            message: `Workload API at ${api.address}, FetchX509SVID: unimplemented: not here`,
        });
        assert.equal(api.calls.length, 1);
    });

    it("stops waiting for its start when told to", async () => {
        const reason = new Error("shutting down");
        await assert.rejects(start({ signal: AbortSignal.abort(reason) }), reason);
    });

    it("presents the identity the picker chooses", async () => {
        const svids = [await ca.issue("/web", { hint: "external" }), await ca.issue("/db", { hint: "internal" })];
        api.setX509(x509Message(svids, [ca.bundle]));
        assert.equal((await start({ picker: pickHint("internal") })).snapshot().svid.id.path, "/db");
        assert.equal(
            (await start({ picker: pickId(SpiffeId.parse("spiffe://example.org/web")) })).snapshot().svid.id.path,
            "/web",
        );
    });

    it("has no identity when the picker finds none", async () => {
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        await assert.rejects(start({ picker: pickHint("internal"), startTimeoutMs: 2_000 }), (error) => {
            assert.ok(error instanceof NoIdentityIssuedError);
            assert.match(error.message, /the one SVID issued is not the one to pick/);
            return true;
        });
    });

    it("refuses to hand out an expired SVID", async () => {
        const svid = await ca.issue("/web");
        api.setX509(x509Message([svid], [ca.bundle]));
        let now = new Date();
        const source = await start({ now: () => now });
        assert.equal(source.snapshot().revision, 1);
        now = new Date(svid.notAfter.getTime() + 1);
        assert.throws(() => source.snapshot(), {
            code: "expired",
            message: `spiffe://example.org/web: the SVID expired at ${svid.notAfter.toISOString()} and no new one came`,
        });
        assert.ok(!source.healthy());
    });

    it("hands out nothing once closed and leaves no stream open", async () => {
        api.setX509(x509Message([await ca.issue("/web")], [ca.bundle]));
        const source = await start();
        assert.equal(api.open("FetchX509SVID"), 1);
        source.close();
        assert.throws(() => source.snapshot(), { code: "closed" });
        await until(() => api.open("FetchX509SVID") === 0);
        assert.equal(source.health().state, "closed");
    });

    it("takes a message with 5,000 SVIDs", async () => {
        const [svid] = x509Message([await ca.issue("/web")], [ca.bundle]).svids ?? [];
        assert.ok(svid);
        api.setX509({ svids: Array.from({ length: 5_000 }, () => svid) });
        const source = await start({ startTimeoutMs: 15_000 });
        assert.equal(source.snapshot().svids.length, 5_000);
    });
});
