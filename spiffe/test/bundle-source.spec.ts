import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { status } from "@grpc/grpc-js";

import type { BundleSnapshot } from "../src/entry/workload.js";
import { BundleSource } from "../src/entry/workload.js";
import { authorizeAny, peerOf, StaticX509Provider, X509BundleSet } from "../src/index.js";
import { connectTls, createTlsServer } from "../src/tls/index.js";
import { TestCa } from "./support/ca.js";
import { FakeWorkloadApi, concatDer } from "./support/fake-workload-api.js";
import { instantly } from "./support/instantly.js";
import { TokenIssuer } from "./support/tokens.js";
import { warningsDuring } from "./support/warnings.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("BundleSource", () => {
    let api: FakeWorkloadApi;
    let ca: TestCa;
    const issuer = new TokenIssuer("example.org");
    const sources: BundleSource[] = [];

    before(async () => {
        ca = await TestCa.create("example.org");
    });
    beforeEach(async () => {
        api = await FakeWorkloadApi.start();
        api.setX509Bundles({ bundles: { "spiffe://example.org": concatDer([ca.certificate]) } });
        api.setJwtBundles({ bundles: { "spiffe://example.org": bytes(issuer.document) } });
    });
    afterEach(async () => {
        sources.splice(0).forEach((source) => source.close());
        await api.stop();
    });

    async function start(options: Parameters<typeof BundleSource.start>[0] = {}): Promise<BundleSource> {
        const source = await BundleSource.start({
            address: api.address,
            startTimeoutMs: 5_000,
            ...instantly,
            ...options,
        });
        sources.push(source);
        return source;
    }

    it("follows both kinds of bundle", async () => {
        const source = await start();
        const { x509, jwt, revision } = source.snapshot();
        assert.deepEqual([x509.size, jwt.size, revision], [1, 1, 2]);
        assert.ok(source.healthy());
        const updated = once(source, "update") as Promise<[BundleSnapshot]>;
        api.setX509Bundles({ bundles: { "spiffe://partner.test": new Uint8Array() } });
        const [next] = await updated;
        assert.equal(next.x509.get(ca.trustDomain), undefined);
        assert.equal(next.jwt, jwt);
        assert.equal(next.revision, 3);
    });

    it("is all that a TLS client needs that shows no SVID, with the bundles of the time", async () => {
        const source = await start({ kinds: ["x509"] });
        const web = new StaticX509Provider({
            svid: await ca.issue("/web"),
            bundles: new X509BundleSet([ca.bundle]),
        });
        const server = createTlsServer(web, { authorize: authorizeAny(), clientAuth: "none" }, (socket) => {
            socket.on("error", () => {}).end("served");
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        const target = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
        const policy = { authorize: authorizeAny(), presentSvid: false };
        try {
            const socket = await connectTls(source.identity, policy, target);
            assert.equal(peerOf(socket)?.id.toString(), "spiffe://example.org/web");
            assert.equal(await text(socket), "served");
            await assert.rejects(connectTls(source.identity, { ...policy, presentSvid: true }, target), {
                code: "no_identity",
            });
            const updated = once(source, "update");
            api.setX509Bundles({ bundles: { "spiffe://example.org": new Uint8Array() } });
            await updated;
            await assert.rejects(connectTls(source.identity, policy, target), { code: "untrusted" });
            source.close();
            await assert.rejects(connectTls(source.identity, policy, target), { code: "no_identity" });
        } finally {
            server.close();
        }
    });

    it("follows only the kind it is told to", async () => {
        const source = await start({ kinds: ["x509"] });
        assert.deepEqual(api.calls, ["FetchX509Bundles"]);
        assert.equal(source.snapshot().jwt.size, 0);
    });

    it("drops a kind of bundle that is withdrawn and keeps the other", async () => {
        const source = await start();
        api.failNext("FetchX509Bundles", status.PERMISSION_DENIED, "no identity issued", 1_000_000);
        const withdrawn = once(source, "withdrawn");
        api.breakStreams("FetchX509Bundles", status.OK);
        await withdrawn;
        assert.equal(source.snapshot().x509.size, 0);
        assert.equal(source.snapshot().jwt.size, 1);
        assert.equal(source.health().state, "withdrawn");
        assert.equal(source.health().error?.code, "no_identity_issued");
    });

    it("isn't healthy again after a withdrawal before a good message comes", async () => {
        const source = await start({ kinds: ["jwt"] });
        const withdrawn = once(source, "withdrawn");
        api.failNext("FetchJWTBundles", status.PERMISSION_DENIED, "no identity issued");
        api.setJwtBundles({ bundles: { "spiffe://example.org": bytes("{}") } });
        const discarded = once(source, "discarded");
        api.breakStreams("FetchJWTBundles", status.OK);
        await withdrawn;
        await discarded;
        assert.equal(source.health().state, "withdrawn");
        assert.ok(!source.healthy());
        const updated = once(source, "update");
        api.setJwtBundles({ bundles: { "spiffe://example.org": bytes(issuer.document) } });
        await updated;
        assert.ok(source.healthy());
    });

    it("keeps everything while the endpoint is away, and past a message it can't use", async () => {
        const source = await start();
        const discarded = once(source, "discarded");
        api.setJwtBundles({ bundles: { "spiffe://example.org": bytes("{}") } });
        await discarded;
        assert.equal(source.snapshot().jwt.size, 1);
        const interrupted = once(source, "interrupted");
        api.crash();
        await interrupted;
        assert.deepEqual([source.snapshot().x509.size, source.snapshot().jwt.size], [1, 1]);
        assert.ok(!source.healthy());
    });

    it("tells when the endpoint will never answer again", async () => {
        const source = await start();
        const failed = once(source, "failed");
        api.failNext("FetchX509Bundles", status.INVALID_ARGUMENT, "wrong");
        api.breakStreams("FetchX509Bundles", status.OK);
        await failed;
        assert.equal(source.health().state, "failed");
        source.close();
        assert.throws(() => source.snapshot(), { code: "closed" });
    });

    it("gives up its start when one kind is missing", async () => {
        api.failNext("FetchJWTBundles", status.UNIMPLEMENTED, "no JWT here");
        await assert.rejects(start(), { code: "unimplemented" });
    });

    it("lets a listener's fault surface without losing the stream", async () => {
        const source = await start({ kinds: ["x509"] });
        source.once("update", () => {
            throw new Error("a fault of the program");
        });
        const warnings = await warningsDuring(async () => {
            const updated = once(source, "update");
            api.setX509Bundles({ bundles: { "spiffe://example.org": new Uint8Array() } });
            await updated;
        });
        assert.deepEqual(warnings, ['A listener for "update" failed: a fault of the program']);
        assert.ok(source.healthy());
    });
});
