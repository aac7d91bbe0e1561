import assert from "node:assert/strict";

import { Client, credentials, status } from "@grpc/grpc-js";

import type { WorkloadApiClient, WorkloadApiOptions } from "../src/entry/workload.js";
import { NoIdentityIssuedError, SpiffeId, WorkloadApiError } from "../src/index.js";
import { SpiffeWorkloadAPI } from "../src/gen/workload/workloadapi_pb.js";
import { callUnary } from "../src/rpc.js";
import { TestCa } from "./support/ca.js";
import type { X509Message } from "./support/fake-workload-api.js";
import { FakeWorkloadApi, concatDer, x509Message } from "./support/fake-workload-api.js";
import { TokenIssuer } from "./support/tokens.js";
import { WorkloadWorld } from "./support/workload-world.js";

describe("WorkloadApiClient", () => {
    let world: WorkloadWorld;
    let api: FakeWorkloadApi;
    let ca: TestCa;
    let good: X509Message;

    beforeEach(async () => {
        world = await WorkloadWorld.create();
        ({ api, ca, good } = world);
    });
    afterEach(() => world.close());

    const connect = (options?: WorkloadApiOptions): WorkloadApiClient => world.connect(options);

    describe("one-shot calls", () => {
        it("fetch SVIDs and bundles and leave no stream open", async () => {
            const client = connect();
            assert.equal((await client.fetchX509Context()).bundles.size, 1);
            assert.equal((await client.fetchX509Svid()).id.toString(), "spiffe://example.org/web");
            await world.drained("FetchX509SVID");
        });

        it("carry the header without which an endpoint must refuse them", async () => {
            assert.equal((await connect().fetchX509Svid()).id.path, "/web");
            const bare = new Client(api.address, credentials.createInsecure());
            try {
                const { fetchJWTSVID } = SpiffeWorkloadAPI.method;
                await assert.rejects(callUnary(bare, fetchJWTSVID, { audience: ["a"] }, { timeoutMs: 5_000 }), {
                    code: status.INVALID_ARGUMENT,
                    details: "security header missing from request",
                });
            } finally {
                bare.close();
            }
        });

        it("work over tcp as well", async () => {
            const tcp = await FakeWorkloadApi.start("tcp");
            try {
                tcp.setX509(good);
                assert.match(tcp.address, /^tcp:\/\/127\.0\.0\.1:\d+$/);
                assert.equal((await connect({ address: tcp.address }).fetchX509Svid()).id.path, "/web");
            } finally {
                await tcp.stop();
            }
        });

        it("fetch X.509 and JWT bundles without an identity", async () => {
            const partner = await TestCa.create("partner.test");
            const issuer = new TokenIssuer("example.org");
            api.setX509Bundles({
                bundles: {
                    "spiffe://example.org": concatDer([ca.certificate]),
                    "spiffe://partner.test": concatDer([partner.certificate]),
                },
            });
            api.setJwtBundles({ bundles: { "spiffe://example.org": new TextEncoder().encode(issuer.document) } });
            const client = connect();
            assert.deepEqual(
                Array.from(await client.fetchX509Bundles(), (bundle) => bundle.trustDomain.name),
                ["example.org", "partner.test"],
            );
            const [bundle] = await client.fetchJwtBundles();
            assert.deepEqual([...(bundle?.authorities.keys() ?? [])], [issuer.keyId]);
        });

        it("fetch and validate JWT-SVIDs", async () => {
            const issuer = new TokenIssuer("example.org");
            const token = await issuer.issue({ audience: ["reports", "more"] });
            const svid = { spiffeId: "spiffe://example.org/web", svid: token, hint: "internal" };
            api.onFetchJwt = ({ audience, spiffeId }) => {
                assert.deepEqual(audience, ["reports", "more"]);
                assert.equal(spiffeId, "spiffe://example.org/web");
                return { svids: [svid, svid] };
            };
            api.onValidateJwt = ({ audience, svid: received }) => {
                assert.deepEqual([audience, received], ["reports", token]);
                return { spiffeId: "spiffe://example.org/web", claims: { aud: ["reports"], exp: 5 } };
            };
            const client = connect();
            const request = {
                audience: ["reports", "more"],
                spiffeId: SpiffeId.parse("spiffe://example.org/web"),
            } as const;
            const svids = await client.fetchJwtSvids(request);
            assert.deepEqual(
                svids.map(({ hint, id }) => [hint, id.path]),
                [["internal", "/web"]],
            );
            assert.equal((await client.fetchJwtSvid(request)).marshal(), token);
            const validated = await client.validateJwtSvid(token, "reports");
            assert.equal(validated.id.path, "/web");
            assert.deepEqual(validated.claims, { aud: ["reports"], exp: 5 });
        });

        it("try again while the endpoint is unavailable, as long as their caller waits", async () => {
            const waits: number[] = [];
            const client = connect({ random: () => 0, sleep: (ms) => (waits.push(ms), Promise.resolve()) });
            api.failNext("FetchX509SVID", status.UNAVAILABLE, "starting", 3);
            assert.equal((await client.fetchX509Svid()).id.path, "/web");
            assert.deepEqual(waits, [100, 160, 256]);
            api.failNext("FetchX509SVID", status.UNAVAILABLE, "starting", 1_000_000);
            await assert.rejects(client.fetchX509Svid({ timeoutMs: 300 }), {
                code: "unavailable",
                message: `Workload API at ${api.address}, FetchX509SVID: unavailable: starting`,
            });
        });

        it("say what the endpoint answered, once, without trying again what no retry can mend", async () => {
            const client = connect();
            api.failNext("FetchX509SVID", status.PERMISSION_DENIED, "no identity issued");
            await assert.rejects(client.fetchX509Svid(), (error: unknown) => {
                assert.ok(error instanceof NoIdentityIssuedError);
                assert.equal(error.code, "no_identity_issued");
                return true;
            });
            api.failNext("FetchJWTSVID", status.INVALID_ARGUMENT, "audience must be specified");
            await assert.rejects(client.fetchJwtSvid({ audience: ["a"] }), { code: "invalid_argument" });
            assert.equal(api.calls.length, 2);
        });

        it("take an audience given as text for one audience", async () => {
            const asked: string[][] = [];
            api.onFetchJwt = ({ audience }) => (asked.push(audience), { svids: [] });
            await assert.rejects(connect().fetchJwtSvid({ audience: "abc" }), { code: "malformed_response" });
            assert.deepEqual(asked, [["abc"]]);
        });

        it("fail in time when the endpoint is silent, and when told to", async () => {
            const client = connect();
            api.delayMs = 60_000;
            await assert.rejects(client.fetchX509Svid({ timeoutMs: 100 }), { code: "deadline_exceeded" });
            await assert.rejects(client.fetchJwtSvid({ audience: ["a"] }, { timeoutMs: 100 }), {
                code: "deadline_exceeded",
            });
            const reason = new Error("enough");
            const stop = new AbortController();
            const pending = client.fetchX509Bundles({ signal: stop.signal });
            setImmediate(() => stop.abort(reason));
            await assert.rejects(pending, reason);
            await assert.rejects(client.fetchX509Svid({ signal: AbortSignal.abort(reason) }), reason);
            await assert.rejects(client.validateJwtSvid("t", "a", { signal: AbortSignal.abort(reason) }), reason);
        });

        it("say that nobody listens", async () => {
            api.crash();
            await assert.rejects(connect().fetchX509Svid({ timeoutMs: 200 }), (error) => {
                assert.ok(error instanceof WorkloadApiError);
                assert.equal(error.code, "unavailable");
                assert.match(error.message, /ENOENT/);
                return true;
            });
        });

        it("refuse a message beyond the limit", async () => {
            const [svid] = good.svids ?? [];
            assert.ok(svid);
            api.setX509({ svids: Array.from({ length: 50 }, () => svid) });
            await assert.rejects(connect({ limits: { maxMessageBytes: 10_000 } }).fetchX509Svid(), {
                code: "resource_exhausted",
            });
            await assert.rejects(connect({ limits: { maxSvids: 49 } }).fetchX509Svid(), {
                code: "malformed_response",
                message: "Workload API, FetchX509SVID: the answer has 50 SVIDs, at most 49 are taken",
            });
        });

        it("take the first of several SVIDs with one hint", async () => {
            const svids = [
                await ca.issue("/a", { hint: "x" }),
                await ca.issue("/b", { hint: "x" }),
                await ca.issue("/c"),
                await ca.issue("/d"),
            ];
            api.setX509(x509Message(svids, [ca.bundle]));
            const context = await connect().fetchX509Context();
            assert.deepEqual(
                context.svids.map((svid) => svid.id.path),
                ["/a", "/c", "/d"],
            );
        });

        it("let nothing federated replace the own bundle", async () => {
            const impostor = await TestCa.create("example.org");
            api.setX509({
                ...good,
                federatedBundles: {
                    "spiffe://example.org": concatDer([impostor.certificate]),
                    "spiffe://empty.test": new Uint8Array(),
                },
            });
            const { bundles } = await connect().fetchX509Context();
            const authorities = Array.from(bundles, (bundle) => [
                bundle.trustDomain.name,
                ...bundle.authorities.map((found) => found.fingerprint256),
            ]);
            assert.deepEqual(authorities.sort(), [["empty.test"], ["example.org", ca.certificate.fingerprint256]]);
        });
    });

    describe("malformed answers", () => {
        const cases: readonly [title: string, change: (message: X509Message) => X509Message, fault: string | RegExp][] =
            [
                ["no SVID", () => ({ svids: [] }), "the answer has no SVID"],
                [
                    "an SVID with nothing in it",
                    () => ({ svids: [{}] }),
                    "an SVID lacks the mandatory spiffe_id, x509_svid, x509_svid_key, bundle",
                ],
                [
                    "an SVID under another name",
                    ({ svids }) => ({ svids: [{ ...svids?.[0], spiffeId: "spiffe://example.org/db" }] }),
                    'the SVID announced as "spiffe://example.org/db" is of spiffe://example.org/web',
                ],
                [
                    "a hint beyond 1024 bytes",
                    ({ svids }) => ({ svids: [{ ...svids?.[0], hint: "é".repeat(513) }] }),
                    "spiffe://example.org/web: the hint has more than 1024 bytes",
                ],
                [
                    "certificates that are none",
                    ({ svids }) => ({ svids: [{ ...svids?.[0], x509Svid: new Uint8Array([1]) }] }),
                    /input ends/,
                ],
                [
                    "a bundle that is none",
                    ({ svids }) => ({ svids: [{ ...svids?.[0], bundle: new Uint8Array([48]) }] }),
                    /^X\.509 bundle of example\.org/,
                ],
                [
                    "a federated bundle under a workload's ID",
                    (message) => ({ ...message, federatedBundles: { "spiffe://partner.test/web": new Uint8Array() } }),
                    'the bundle key "spiffe://partner.test/web" is not the ID of a trust domain',
                ],
                [
                    "a federated bundle under no ID",
                    (message) => ({ ...message, federatedBundles: { "http://x": new Uint8Array() } }),
                    '"http://x" is not a SPIFFE ID: it must start with "spiffe://"',
                ],
            ];
        for (const [title, change, fault] of cases) {
            it(`are refused: ${title}`, async () => {
                api.setX509(change(good));
                await assert.rejects(connect().fetchX509Svid(), (error) => {
                    assert.ok(error instanceof WorkloadApiError);
                    assert.equal(error.code, "malformed_response");
                    const message = error.message.replace("Workload API, FetchX509SVID: ", "");
                    assert.ok(typeof fault === "string" ? message === fault : fault.test(message), message);
                    return true;
                });
            });
        }

        it("are refused: no bundle, too many bundles, tokens of somebody else", async () => {
            const client = connect({ limits: { maxBundles: 1 } });
            const answer = "the answer has no bundle";
            api.setX509Bundles({ bundles: {} });
            await assert.rejects(client.fetchX509Bundles(), { message: `Workload API, FetchX509Bundles: ${answer}` });
            api.setJwtBundles({ bundles: {} });
            await assert.rejects(client.fetchJwtBundles(), { message: `Workload API, FetchJWTBundles: ${answer}` });
            api.setX509Bundles({ bundles: { "spiffe://a": new Uint8Array(), "spiffe://b": new Uint8Array() } });
            await assert.rejects(client.fetchX509Bundles(), {
                message: "Workload API, FetchX509Bundles: the answer has 2 bundles, at most 1 are taken",
            });
            await assert.rejects(client.fetchJwtSvid({ audience: ["reports"] }), {
                message: "Workload API, FetchJWTSVID: the answer has no SVID",
            });
            const token = await new TokenIssuer("example.org").issue();
            api.onFetchJwt = () => ({ svids: [{ spiffeId: "spiffe://example.org/db", svid: token }] });
            await assert.rejects(client.fetchJwtSvid({ audience: ["reports"] }), {
                message:
                    'Workload API, FetchJWTSVID: the JWT-SVID announced as "spiffe://example.org/db" is of spiffe://example.org/web',
            });
            await assert.rejects(client.validateJwtSvid(token, "reports"), { code: "malformed_response" });
        });
    });
});
