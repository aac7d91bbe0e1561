import assert from "node:assert/strict";
import { inspect } from "node:util";

import { create } from "@bufbuild/protobuf";

import { SpiffeId, TrustDomain } from "../../src/id.js";
import type { FederationRelation } from "../../src/spire/index.js";
import { FederationRelationshipSchema } from "../../src/spire/gen/spire/api/types/types_pb.js";
import { SpireServerClient } from "../../src/spire/index.js";
import { TestCa } from "../support/ca.js";
import { FakeSpireServer } from "../support/fake-spire-server.js";

describe("SpireServerClient", () => {
    let server: FakeSpireServer;
    let client: SpireServerClient;

    beforeEach(async () => {
        server = await FakeSpireServer.start();
        client = new SpireServerClient({ address: server.address });
    });
    afterEach(async () => {
        client.close();
        await server.stop();
    });

    it("makes a join token, which doesn't show its value when printed or serialised", async () => {
        const token = await client.agents.createJoinToken({ ttlSeconds: 60 });
        assert.equal(token.value, "token-1");
        assert.deepEqual(token.expiresAt, new Date(1_000_060_000));
        assert.equal(JSON.stringify(token).includes("token-1"), false);
        assert.equal(inspect(token).includes("token-1"), false);
    });

    it("gives an agent an alias that outlives its token", async () => {
        const alias = SpiffeId.parse("spiffe://example.org/node/a");
        await client.agents.createJoinToken({ alias });
        assert.equal((await client.agents.get(alias)).id.toString(), "spiffe://example.org/node/a");
    });

    it("lists, bans and deletes agents", async () => {
        await client.agents.createJoinToken();
        await client.agents.createJoinToken();
        const [first, second] = await Array.fromAsync(client.agents.list());
        assert.ok(first && second);
        await client.agents.ban(first.id);
        assert.deepEqual(
            (await Array.fromAsync(client.agents.list({ banned: true }))).map(String),
            [first].map(String),
        );
        assert.equal((await client.agents.get(first.id)).banned, true);
        await client.agents.delete(first.id);
        assert.equal(await client.agents.count(), 1);
        await assert.rejects(client.agents.get(first.id), {
            message: "SPIRE server, Agent.GetAgent: not_found: not found",
        });
    });

    it("reads the states of both kinds of authority and walks one through its life", async () => {
        for (const kind of ["x509", "jwt"] as const) {
            const authority = client.authorities[kind];
            assert.deepEqual(await authority.states(), {
                active: { id: "now", expiresAt: new Date(60_000) },
                prepared: undefined,
                old: { id: "before", expiresAt: new Date(30_000) },
            });
            const { id } = await authority.prepare();
            await authority.activate(id);
            await authority.taint("before");
            await authority.revoke("before");
        }
        assert.deepEqual(server.authorities, [
            ...["x509 prepare", "x509 activate next", "x509 taint before", "x509 revoke before"],
            ...["jwt prepare", "jwt activate next", "jwt taint before", "jwt revoke before"],
        ]);
    });

    it("sets a federation relation whether or not there is one, and reads it back", async () => {
        const trustDomain = TrustDomain.parse("other.test");
        const web: FederationRelation = {
            trustDomain,
            endpointUrl: "https://other.test/bundle",
            profile: { type: "https_web" },
        };
        const spiffe: FederationRelation = {
            ...web,
            profile: { type: "https_spiffe", endpointId: SpiffeId.parse("spiffe://other.test/server") },
        };
        await client.federation.set(web);
        assert.deepEqual(await client.federation.get(trustDomain), web);
        await client.federation.set(spiffe);
        assert.deepEqual(await Array.fromAsync(client.federation.list()), [spiffe]);
        await client.federation.refresh(trustDomain);
        await client.federation.delete(trustDomain);
        await assert.rejects(client.federation.delete(trustDomain), { code: "not_found" });
        assert.deepEqual(server.calls.slice(-3), [
            "RefreshBundle",
            "BatchDeleteFederationRelationship",
            "BatchDeleteFederationRelationship",
        ]);
    });

    it("mints a JWT-SVID for an ID and audience", async () => {
        const id = SpiffeId.parse("spiffe://example.org/job");
        const token = await client.mintJwtSvid(id, ["db"], { ttlSeconds: 30 });
        assert.equal(token, "example.org/job for db during 30");
    });

    it("reads the server's bundle, with what is tainted, and its sequence beyond 2^53", async () => {
        const [old, current] = [await TestCa.create("example.org"), await TestCa.create("example.org")];
        server.bundle = {
            trustDomain: "example.org",
            x509Authorities: [
                { asn1: old.certificate.raw, tainted: true },
                { asn1: current.certificate.raw, tainted: false },
            ],
            jwtAuthorities: [{ publicKey: new Uint8Array([1]), keyId: "k1" }],
            refreshHint: 300n,
            sequenceNumber: 9_007_199_254_740_993n,
        };
        const bundle = await client.bundles.get();
        assert.deepEqual(
            bundle.x509.authorities.map(({ fingerprint256 }) => fingerprint256),
            [old.certificate.fingerprint256, current.certificate.fingerprint256],
        );
        assert.deepEqual(
            bundle.tainted.map(({ fingerprint256 }) => fingerprint256),
            [old.certificate.fingerprint256],
        );
        assert.deepEqual(bundle.jwtKeyIds, ["k1"]);
        assert.equal(bundle.sequence, 9_007_199_254_740_993n);
        assert.equal(bundle.refreshHintSeconds, 300);
    });

    it("sets, lists over pages and deletes the bundles of federated trust domains", async () => {
        const cas = [await TestCa.create("a.test"), await TestCa.create("b.test")];
        for (const ca of cas) {
            await client.bundles.setFederated(ca.bundle);
        }
        const listed = await Array.fromAsync(client.bundles.listFederated());
        assert.deepEqual(
            listed.map(({ x509 }) => [x509.trustDomain.name, x509.authorities[0]?.fingerprint256]),
            cas.map(({ trustDomain, certificate }) => [trustDomain.name, certificate.fingerprint256]),
        );
        const a = TrustDomain.parse("a.test");
        await assert.rejects(client.bundles.deleteFederated(a), {
            code: "failed_precondition",
            message: "SPIRE server, Bundle.BatchDeleteFederatedBundle: failed_precondition: federated bundle is in use",
        });
        await client.bundles.deleteFederated(a, "dissociate");
        await assert.rejects(client.bundles.getFederated(a), { code: "not_found" });
        assert.equal((await client.bundles.getFederated(TrustDomain.parse("b.test"))).x509.authorities.length, 1);
    });

    it("gives the bootstrap bundle along with an https_spiffe relation", async () => {
        const other = await TestCa.create("other.test");
        await client.federation.set({
            trustDomain: other.trustDomain,
            endpointUrl: "https://other.test/bundle",
            profile: { type: "https_spiffe", endpointId: SpiffeId.parse("spiffe://other.test/server") },
            bootstrap: other.bundle,
        });
        const sent = server.relations.get("other.test")?.trustDomainBundle;
        assert.equal(sent?.trustDomain, "other.test");
        assert.deepEqual(Buffer.from(sent.x509Authorities[0]?.asn1 ?? []), other.certificate.raw);
    });

    it("refuses a relation whose profile it doesn't know", async () => {
        const relation = { trustDomain: "new.test", bundleEndpointUrl: "https://new.test" };
        server.relations.set("new.test", create(FederationRelationshipSchema, relation));
        await assert.rejects(client.federation.get(TrustDomain.parse("new.test")), {
            code: "unknown_profile",
            message:
                "the federation relationship with new.test has a bundle endpoint profile this library doesn't know",
        });
    });

    it("mints an X.509-SVID and gives its chain", async () => {
        const svid = await (await (await TestCa.create("example.org")).intermediate()).issue("/job");
        server.mintedChain = svid.certificates.map(({ raw }) => raw);
        const chain = await client.mintX509Svid(new Uint8Array([0x30, 0]));
        assert.deepEqual(
            chain.map(({ fingerprint256 }) => fingerprint256),
            svid.certificates.map(({ fingerprint256 }) => fingerprint256),
        );
    });
});
