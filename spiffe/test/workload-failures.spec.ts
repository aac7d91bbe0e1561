import assert from "node:assert/strict";
import { once } from "node:events";

import { status } from "@grpc/grpc-js";
import { Registry } from "prom-client";

import type { WorkloadApiError } from "../src/index.js";
import type { WorkloadApiOptions } from "../src/entry/workload.js";
import { X509Source } from "../src/entry/workload.js";
import { JwtSource } from "../src/entry/jwt.js";
import { SpiffeMetrics } from "../src/entry/metrics.js";
import { WorkloadApiClient } from "../src/entry/workload.js";
import { TestCa } from "./support/ca.js";
import type { X509Message } from "./support/fake-workload-api.js";
import { FakeWorkloadApi, x509Message } from "./support/fake-workload-api.js";
import { instantly } from "./support/instantly.js";
import { TokenIssuer } from "./support/tokens.js";
import { until } from "./support/until.js";

const HEADER_MISSING = "security header missing from request";

describe("Failures of the Workload API", () => {
    let api: FakeWorkloadApi;
    let good: X509Message;
    let registry: Registry;
    let options: WorkloadApiOptions;
    const open: { close(): void }[] = [];

    before(async () => {
        const ca = await TestCa.create("example.org");
        good = x509Message([await ca.issue("/web")], [ca.bundle]);
    });
    beforeEach(async () => {
        api = await FakeWorkloadApi.start();
        api.setX509(good);
        registry = new Registry();
        options = {
            address: api.address,
            timeoutMs: 5_000,
            observer: new SpiffeMetrics(registry).workloadFailures,
            ...instantly,
        };
    });
    afterEach(async () => {
        open.splice(0).forEach((user) => user.close());
        await api.stop();
    });

    function connect(): WorkloadApiClient {
        const client = new WorkloadApiClient(options);
        open.push(client);
        return client;
    }

    /** How often each reason was counted, by method. */
    async function counted(): Promise<Record<string, number>> {
        const metric = await registry.getSingleMetric("spiffe_workload_api_failures_total")?.get();
        return Object.fromEntries(
            (metric?.values ?? []).map(({ labels, value }) => [`${labels["method"]} ${labels["reason"]}`, value]),
        );
    }

    it("are counted where the security header got lost on the way, and the source gives up", async () => {
        api.losesHeader = true;
        const client = connect();
        await assert.rejects(client.fetchX509Svid(), {
            code: "invalid_argument",
            message: `Workload API at ${api.address}, FetchX509SVID: invalid_argument: ${HEADER_MISSING}`,
        });
        await assert.rejects(client.fetchJwtSvid({ audience: ["a"] }), { code: "invalid_argument" });
        await assert.rejects(X509Source.start({ ...options, client }), { code: "invalid_argument" });
        assert.equal(api.calls.length, 3, "a call that can't succeed was tried again");
        assert.deepEqual(await counted(), {
            "FetchX509SVID invalid_argument": 2,
            "FetchJWTSVID invalid_argument": 1,
        });
    });

    it("are counted on a running source: lost, withdrawn, malformed", async () => {
        const source = await X509Source.start(options);
        open.push(source);
        const discarded = once(source, "discarded");
        api.setX509({ svids: [] });
        await discarded;
        api.setX509(good);
        const withdrawn = once(source, "withdrawn");
        api.failNext("FetchX509SVID", status.PERMISSION_DENIED, "no identity issued");
        api.breakStreams("FetchX509SVID", status.UNAVAILABLE, "shutting down");
        await withdrawn;
        await once(source, "update");
        assert.deepEqual(await counted(), {
            "FetchX509SVID malformed_response": 1,
            "FetchX509SVID unavailable": 1,
            "FetchX509SVID no_identity_issued": 1,
        });
    });

    it("are counted where a token could not be had", async () => {
        const issuer = new TokenIssuer("example.org");
        api.setJwtBundles({ bundles: { "spiffe://example.org": new TextEncoder().encode(issuer.document) } });
        const source = await JwtSource.start(options);
        open.push(source);
        await assert.rejects(source.fetch({ audience: ["reports"] }), { code: "malformed_response" });
        assert.deepEqual(await counted(), { "FetchJWTSVID malformed_response": 1 });
    });

    it("are told apart from tokens of peers that are refused, which are counted by their reason", async () => {
        const issuer = new TokenIssuer("example.org");
        api.setJwtBundles({ bundles: { "spiffe://example.org": new TextEncoder().encode(issuer.document) } });
        const own = new Registry();
        const source = await JwtSource.start({ ...options, onRefused: new SpiffeMetrics(own).refusedTokens });
        open.push(source);
        const token = await issuer.issue();
        assert.equal((await source.validate(token, ["reports"])).id.path, "/web");
        await assert.rejects(source.validate(token, ["elsewhere"]), { code: "audience" });
        await assert.rejects(source.validate("no token", ["reports"]), { code: "malformed" });
        const stranger = new TokenIssuer("example.org");
        await assert.rejects(source.validate(await stranger.issue(), ["reports"]), { code: "no_key" });
        const metric = await own.getSingleMetric("spiffe_jwt_svid_refusals_total")?.get();
        assert.deepEqual(
            metric?.values.map(({ labels, value }) => [labels["reason"], value]),
            [
                ["audience", 1],
                ["malformed", 1],
                ["no_key", 1],
            ],
        );
        assert.deepEqual(await counted(), {});
    });

    it("are none where the caller ended the call itself", async () => {
        const source = await X509Source.start(options);
        source.close();
        api.delayMs = 60_000;
        const client = connect();
        const stop = new AbortController();
        const pending = client.fetchX509Bundles({ signal: stop.signal });
        setImmediate(() => stop.abort(new Error("enough")));
        await assert.rejects(pending, /enough/);
        assert.deepEqual(await counted(), {});
    });

    describe("by messages beyond the limit", () => {
        const oversized = (): X509Message => ({
            ...good,
            federatedBundles: { "spiffe://partner.test": new Uint8Array(20_000) },
        });

        beforeEach(() => {
            options = { ...options, limits: { maxMessageBytes: 10_000 } };
        });

        it("are told by size and limit, and counted", async () => {
            api.setX509(oversized());
            await assert.rejects(connect().fetchX509Svid(), (error: WorkloadApiError) => {
                assert.equal(error.code, "resource_exhausted");
                assert.match(
                    error.message,
                    /^Workload API at unix:\S+, FetchX509SVID: resource_exhausted: Received message larger than max \(\d+ vs\.? 10000\)$/,
                );
                return true;
            });
            assert.deepEqual(await counted(), { "FetchX509SVID resource_exhausted": 1 });
        });

        it("interrupt a source, which keeps its material and takes the next message that fits", async () => {
            const source = await X509Source.start(options);
            open.push(source);
            const interrupted = once(source, "interrupted") as Promise<[WorkloadApiError]>;
            api.setX509(oversized());
            const [error] = await interrupted;
            assert.equal(error.code, "resource_exhausted");
            assert.equal(source.health().state, "interrupted");
            assert.equal(source.snapshot().revision, 1);
            api.setX509(good);
            await until(() => source.healthy());
            assert.equal(source.snapshot().revision, 1);
        });

        it("are ours too: a request that is too large is not sent", async () => {
            await assert.rejects(connect().validateJwtSvid("x".repeat(20_000), "reports"), {
                code: "resource_exhausted",
                message: `Workload API at ${api.address}, ValidateJWTSVID: resource_exhausted: Attempted to send message with a size larger than 10000`,
            });
            assert.deepEqual(api.calls, []);
        });
    });
});
