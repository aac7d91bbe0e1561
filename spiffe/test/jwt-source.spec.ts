import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { status } from "@grpc/grpc-js";

import type { JwtSourceOptions } from "../src/entry/jwt.js";
import { JwtSource } from "../src/entry/jwt.js";
import type { BundleSnapshot } from "../src/entry/workload.js";
import { BundleSource, pickJwtHint, WorkloadApiClient } from "../src/entry/workload.js";
import { authorizeAny, peerOf, SpiffeId, StaticX509Provider, TrustDomain, X509BundleSet } from "../src/index.js";
import { connectTls, createTlsServer } from "../src/tls/index.js";
import { TestCa } from "./support/ca.js";
import { FakeWorkloadApi, concatDer } from "./support/fake-workload-api.js";
import { TokenIssuer } from "./support/tokens.js";
import { warningsDuring } from "./support/warnings.js";

const instantly = { random: () => 0, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };
async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("JwtSource", () => {
    const issuer = new TokenIssuer("example.org");
    let api: FakeWorkloadApi;
    let now: Date;
    const sources: { close(): void }[] = [];

    beforeEach(async () => {
        now = new Date();
        api = await FakeWorkloadApi.start();
        api.setJwtBundles({ bundles: { "spiffe://example.org": bytes(issuer.document) } });
        const tokens: string[] = [];
        for (let i = 0; i < 5; i++) {
            tokens.push(await issuer.issue({ audience: ["a", "b", "reports"], claims: { jti: String(i) } }));
        }
        api.onFetchJwt = ({ spiffeId }) => ({
            svids: [{ spiffeId: spiffeId || "spiffe://example.org/web", svid: tokens.shift() ?? "" }],
        });
    });
    afterEach(async () => {
        sources.splice(0).forEach((source) => source.close());
        await api.stop();
    });

    async function start(options: JwtSourceOptions = {}): Promise<JwtSource> {
        const source = await JwtSource.start({
            address: api.address,
            startTimeoutMs: 5_000,
            now: () => now,
            ...instantly,
            ...options,
        });
        sources.push(source);
        return source;
    }

    const fetches = (): number => api.calls.filter((call) => call === "FetchJWTSVID").length;

    it("renews a token in the background once half of its life is over", async () => {
        const source = await start();
        const first = await source.fetch({ audience: ["a", "b"] });
        assert.equal(await source.fetch({ audience: ["b", "a"] }), first);
        now = new Date(now.getTime() + 29 * 60_000);
        assert.equal(await source.fetch({ audience: ["a", "b"] }), first);
        now = new Date(now.getTime() + 2 * 60_000);
        api.delayMs = 50;
        assert.equal(await source.fetch({ audience: ["a", "b"] }), first, "nobody waits for a renewal");
        while ((await source.fetch({ audience: ["a", "b"] })) === first) {
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        assert.equal((await source.fetch({ audience: ["a", "b"] })).claims.jti, "1");
        assert.equal(fetches(), 2);
    });

    it("doesn't ask for a renewal again at once that has failed", async () => {
        const source = await start();
        const first = await source.fetch({ audience: ["a"] });
        now = new Date(now.getTime() + 45 * 60_000);
        api.failNext("FetchJWTSVID", status.INTERNAL, "strange", 1_000_000);
        for (let i = 0; i < 20; i++) {
            assert.equal(await source.fetch({ audience: ["a"] }), first);
            await new Promise((resolve) => setTimeout(resolve, 2));
        }
        await until(() => fetches() === 2);
        await until(() => {
            now = new Date(now.getTime() + 1_000);
            void source.fetch({ audience: ["a"] });
            return fetches() === 3;
        });
    });

    it("hands out the tokens of all identities, and the one that the picker chooses", async () => {
        const svids = await Promise.all(
            ["web", "db"].map(async (name) => ({
                spiffeId: `spiffe://example.org/${name}`,
                svid: await issuer.issue({ audience: ["a"], subject: `spiffe://example.org/${name}` }),
                hint: name,
            })),
        );
        api.onFetchJwt = () => ({ svids });
        const all = await (await start()).fetchAll({ audience: "a" });
        assert.deepEqual(
            all.map(({ hint }) => hint),
            ["web", "db"],
        );
        assert.equal((await (await start({ picker: pickJwtHint("db") })).fetch({ audience: "a" })).id.path, "/db");
        const none = await start({ picker: pickJwtHint("ops") });
        await assert.rejects(none.fetch({ audience: "a" }), { code: "no_identity_issued" });
    });

    it("keeps tokens apart by audience and identity", async () => {
        const source = await start();
        const spiffeId = SpiffeId.parse("spiffe://example.org/web");
        const tokens = [
            await source.fetch({ audience: ["a"] }),
            await source.fetch({ audience: ["b"] }),
            await source.fetch({ audience: ["a"], spiffeId }),
        ];
        assert.deepEqual(
            tokens.map((token) => token.claims.jti),
            ["0", "1", "2"],
        );
    });

    it("shares one request among all who wait for the same token", async () => {
        const source = await start();
        const tokens = await Promise.all([1, 2, 3].map(() => source.fetch({ audience: ["a"] })));
        assert.equal(new Set(tokens).size, 1);
        assert.equal(fetches(), 1);
    });

    it("lets one who waits go without disturbing the others", async () => {
        const source = await start();
        const stop = new AbortController();
        const reason = new Error("enough");
        const leaving = source.fetch({ audience: ["a"] }, { signal: stop.signal });
        const staying = source.fetch({ audience: ["a"] });
        stop.abort(reason);
        await assert.rejects(leaving, reason);
        assert.equal((await staying).claims.jti, "0");
    });

    it("hands out a token that hasn't expired while the endpoint is away, and no other", async () => {
        const source = await start();
        const first = await source.fetch({ audience: ["a"] });
        api.failNext("FetchJWTSVID", status.UNAVAILABLE, "restarting", 1_000_000);
        now = new Date(now.getTime() + 45 * 60_000);
        assert.equal(await source.fetch({ audience: ["a"] }), first);
        await assert.rejects(source.fetch({ audience: ["b"] }, { timeoutMs: 200 }), { code: "unavailable" });
        now = new Date(now.getTime() + 16 * 60_000);
        const late = source.fetch({ audience: ["a"] }, { timeoutMs: 200 });
        await assert.rejects(late, { code: "deadline_exceeded", message: "no JWT-SVID came within 200 ms" });
    });

    it("tries again while the endpoint is away for a moment", async () => {
        const source = await start();
        api.failNext("FetchJWTSVID", status.UNAVAILABLE, "restarting", 2);
        assert.equal((await source.fetch({ audience: ["a"] })).claims.jti, "0");
    });

    it("keeps the tokens of other identities when one is refused", async () => {
        const source = await start();
        const first = await source.fetch({ audience: ["a"] });
        api.failNext("FetchJWTSVID", status.PERMISSION_DENIED, "not yours");
        const spiffeId = SpiffeId.parse("spiffe://example.org/other");
        await assert.rejects(source.fetch({ audience: ["a"], spiffeId }), { code: "no_identity_issued" });
        assert.equal(await source.fetch({ audience: ["a"] }), first);
    });

    it("drops its tokens when the stream of bundles says that the identity is withdrawn", async () => {
        const source = await start();
        await source.fetch({ audience: ["a"] });
        api.failNext("FetchJWTBundles", status.PERMISSION_DENIED, "no identity issued");
        api.breakStreams("FetchJWTBundles", status.OK);
        await until(() => source.health().state === "withdrawn" || source.bundles().size === 0 || api.calls.length > 3);
        assert.equal((await source.fetch({ audience: ["a"] })).claims.jti, "1");
    });

    it("drops its tokens when the identity is withdrawn", async () => {
        const source = await start();
        await source.fetch({ audience: ["a"] });
        api.failNext("FetchJWTSVID", status.PERMISSION_DENIED, "no identity issued");
        await assert.rejects(source.fetch({ audience: ["b"] }), { code: "no_identity_issued" });
        assert.equal((await source.fetch({ audience: ["a"] })).claims.jti, "1");
    });

    it("forgets the tokens used longest ago when there are too many", async () => {
        const token = await issuer.issue({ audience: Array.from({ length: 1_001 }, (_, i) => String(i)) });
        api.onFetchJwt = () => ({ svids: [{ spiffeId: "spiffe://example.org/web", svid: token }] });
        const source = await start();
        for (let i = 0; i < 1_001; i++) {
            await source.fetch({ audience: [String(i)] });
        }
        await source.fetch({ audience: ["1000"] });
        assert.equal(fetches(), 1_001);
        await source.fetch({ audience: ["0"] });
        assert.equal(fetches(), 1_002);
    });

    it("validates tokens of peers with the bundles of the moment", async () => {
        const source = await start();
        assert.ok(source.healthy());
        const token = await issuer.issue();
        assert.equal((await source.validate(token, ["reports"])).id.path, "/web");
        const next = new TokenIssuer("example.org");
        api.setJwtBundles({ bundles: { "spiffe://example.org": bytes(next.document) } });
        const domain = TrustDomain.parse("example.org");
        while (source.bundles().get(domain)?.authorities.has(next.keyId) !== true) {
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await assert.rejects(source.validate(token, ["reports"]), { code: "no_key" });
        now = new Date(now.getTime() + 2 * 3_600_000);
        await assert.rejects(source.validate(await next.issue(), ["reports"]), { code: "expired" });
    });

    it("says why it can't start, and is closed when closed", async () => {
        api.failNext("FetchJWTBundles", status.UNIMPLEMENTED, "no JWT here");
        await assert.rejects(start(), { code: "unimplemented" });
        const source = await start();
        source.close();
        assert.equal(source.health().state, "closed");
        assert.throws(() => source.bundles(), { code: "closed" });
    });

    it("leaves a client open that it was given", async () => {
        const client = new WorkloadApiClient({ address: api.address });
        sources.push(client);
        (await start({ client })).close();
        assert.equal((await client.fetchJwtBundles()).size, 1);
    });
});

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
