import assert from "node:assert/strict";

import { status } from "@grpc/grpc-js";

import type { JwtSourceOptions } from "../src/entry/jwt.js";
import { JwtSource } from "../src/entry/jwt.js";
import { pickJwtHint, WorkloadApiClient } from "../src/entry/workload.js";
import { SpiffeId, TrustDomain } from "../src/index.js";
import { FakeWorkloadApi } from "./support/fake-workload-api.js";
import { instantly } from "./support/instantly.js";
import { TokenIssuer } from "./support/tokens.js";
import { until } from "./support/until.js";

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
        await until(() => source.bundles().get(domain)?.authorities.has(next.keyId) === true);
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
