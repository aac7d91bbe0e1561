import assert from "node:assert/strict";
import { inspect } from "node:util";

import { SpiffeId, TrustDomain } from "../../src/id.js";
import type { FederationRelation } from "../../src/spire/index.js";
import { SpireServerClient } from "../../src/spire/index.js";
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
});
