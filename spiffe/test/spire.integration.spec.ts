import "reflect-metadata";

import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { webcrypto } from "node:crypto";

import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from "@peculiar/x509";

import type { SpireAgentManager } from "../src/agent/index.js";
import { authorizeId, peerOf, SpiffeId, verifyX509Svid, X509BundleSet } from "../src/index.js";
import { pickId, X509Source } from "../src/entry/workload.js";
import { createHttpsServer, SpiffeHttpsAgent } from "../src/entry/http.js";
import { WorkloadApiClient } from "../src/entry/workload.js";
import { connectTls, createTlsServer } from "../src/tls/index.js";
import type { JoinToken } from "../src/spire/index.js";
import { eventually, keepAsking } from "./support/eventually.js";
import { onPath, SpireWorld } from "./support/spire.js";

const WEB = SpiffeId.parse("spiffe://example.org/web");
const DB = SpiffeId.parse("spiffe://example.org/db");
/** All workloads of a test run are this very process. */
const selectors = [{ type: "unix", value: `uid:${process.getuid?.() ?? 0}` }];
const binaries = onPath("spire-server") && onPath("spire-agent");
const skipped = binaries ? "" : " (skipped: spire-server and spire-agent are not on the PATH)";

describe(`With a real SPIRE server and agent${skipped}`, function () {
    this.timeout(180_000);
    let world: SpireWorld;
    let token: JoinToken;
    let agent: SpireAgentManager;
    let web: X509Source;
    let db: X509Source;

    before(async function () {
        if (!binaries) {
            this.skip();
        }
        world = await SpireWorld.start();
        token = await world.client.agents.createJoinToken({ alias: world.node });
        agent = world.manage(await world.agentSettings("first", token));
    });
    after(async () => {
        (web as X509Source | undefined)?.close();
        (db as X509Source | undefined)?.close();
        await (world as SpireWorld | undefined)?.stop();
    });

    it("starts an agent that attests with a join token over a hybrid key exchange", async () => {
        await agent.start();
        const agents = await Array.fromAsync(world.client.agents.list());
        assert.deepEqual(
            agents.map(({ attestationType, banned }) => ({ attestationType, banned })),
            [{ attestationType: "join_token", banned: false }],
        );
        assert.equal(agents[0]?.id.toString(), `spiffe://example.org/spire/agent/join_token/${token.value}`);
    });

    it("refuses the same token for a second agent, and says so at once", async () => {
        const second = world.manage(await world.agentSettings("second", token));
        await assert.rejects(second.start(), { code: "join_token_rejected" });
        assert.equal(second.state, "failed");
    });

    it("says what to check while this process has no entry", async () => {
        const client = new WorkloadApiClient({ address: agent.workloadApiAddress });
        await assert.rejects(client.fetchX509Context(), { code: "no_identity_issued" });
        client.close();
    });

    it("registers workloads, twice to no effect, and gets their SVIDs", async () => {
        const entries = [WEB, DB].map((spiffeId) => ({ spiffeId, parentId: world.node, selectors, x509SvidTtl: 25 }));
        assert.equal((await world.client.entries.register(entries)).created.length, 2);
        assert.equal((await world.client.entries.register(entries)).unchanged.length, 2);
        const options = {
            address: agent.workloadApiAddress,
            noIdentityCurve: { initialMs: 100, maxMs: 500, factor: 1.5 },
        };
        const unavailableCurve = { initialMs: 50, maxMs: 500, factor: 1.5 };
        web = await eventually(() => X509Source.start({ ...options, unavailableCurve, picker: pickId(WEB) }));
        db = await eventually(() => X509Source.start({ ...options, unavailableCurve, picker: pickId(DB) }));
        assert.equal(web.snapshot().svid.id.toString(), WEB.toString());
        assert.equal(db.snapshot().svids.length, 2);
        assert.equal(web.healthy(), true);
        const { id, chain } = verifyX509Svid(db.snapshot().svid.certificates, web.snapshot().bundles);
        assert.equal(id.toString(), DB.toString());
        assert.equal(chain.length, 2);
    });

    it("fetches a JWT-SVID and has it validated", async () => {
        const client = new WorkloadApiClient({ address: agent.workloadApiAddress });
        const svid = await client.fetchJwtSvid({ audience: ["db"], spiffeId: WEB });
        const validated = await client.validateJwtSvid(svid.marshal(), "db");
        assert.equal(validated.id.toString(), WEB.toString());
        await assert.rejects(client.validateJwtSvid(svid.marshal(), "other"));
        const minted = await world.client.mintJwtSvid(DB, ["web"], { ttlSeconds: 60 });
        assert.equal((await client.validateJwtSvid(minted, "web")).id.toString(), DB.toString());
        client.close();
    });

    it("mints an SVID from a request, which verifies like any other", async () => {
        const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
        const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
        const csr = await Pkcs10CertificateRequestGenerator.create({
            keys,
            signingAlgorithm: algorithm,
            extensions: [new SubjectAlternativeNameExtension([{ type: "url", value: "spiffe://example.org/job" }])],
        });
        const chain = await world.client.mintX509Svid(new Uint8Array(csr.rawData), { ttlSeconds: 60 });
        const { x509 } = await world.client.bundles.get();
        assert.equal(verifyX509Svid(chain, new X509BundleSet([x509])).id.toString(), "spiffe://example.org/job");
    });

    it("connects the workloads by mutual TLS, and refuses one that isn't authorized", async () => {
        const server = createTlsServer(db, { authorize: authorizeId(WEB), kem: "require" }, (socket) => {
            socket.end(String(peerOf(socket)?.id));
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as { port: number };
        const target = { host: "127.0.0.1", port };
        const socket = await connectTls(web, { authorize: authorizeId(DB), kem: "require" }, target);
        assert.equal(peerOf(socket)?.group.name, "X25519MLKEM768");
        assert.equal(await text(socket), WEB.toString());
        await assert.rejects(connectTls(web, { authorize: authorizeId(WEB) }, target), { code: "unauthorized" });
        await new Promise((resolve) => server.close(resolve));
    });

    it("keeps its identity while a killed agent comes back, and follows it again", async () => {
        const { revision, svid } = web.snapshot();
        const running = once(agent, "exit");
        process.kill(agent.pid ?? 0, "SIGKILL");
        await running;
        assert.equal(web.snapshot().svid, svid);
        await eventually(() => assert.equal(agent.state, "running"));
        await eventually(() => assert.ok(web.snapshot().revision > revision));
        await eventually(() => assert.equal(web.healthy(), true));
        assert.equal(web.snapshot().svid.id.toString(), WEB.toString());
    });

    it("goes on after the server was killed and came back", async () => {
        await world.killServer();
        assert.equal(web.snapshot().svid.id.toString(), WEB.toString());
        await world.startServer();
        const { revision } = web.snapshot();
        await eventually(() => assert.ok(web.snapshot().revision > revision));
        assert.equal(await world.client.entries.count(), 3, "two workloads and the alias of the agent");
    });

    it("rotates SVIDs and the server's authority under load without a failed request", async () => {
        const server = createHttpsServer(db, { authorize: authorizeId(WEB) }, (_request, response) =>
            response.end("ok"),
        );
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as { port: number };
        const httpsAgent = new SpiffeHttpsAgent(web, { authorize: authorizeId(DB) }, { maxSockets: 4 });
        const load = new AbortController();
        const loaded = keepAsking(port, httpsAgent, load.signal);
        try {
            const { x509 } = world.client.authorities;
            const before = anchors();
            const prepared = await x509.prepare();
            await eventually(() => assert.equal(authorities(web).length, 2));
            await x509.activate(prepared.id);
            await eventually(() => assert.equal(anchors().isDisjointFrom(before), true));
        } finally {
            load.abort();
            const { requests, failures } = await loaded;
            httpsAgent.destroy();
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
            assert.deepEqual(failures, []);
            assert.ok(requests > 50, String(requests));
        }
    });

    it("taints and revokes the old authority, which then leaves the bundles", async () => {
        const { x509 } = world.client.authorities;
        const old = (await x509.states()).old?.id ?? "";
        const [attested] = await Array.fromAsync(world.client.agents.list());
        // From here on SPIRE has the workloads go without an identity for a moment: what the old authority signed is thrown away first.
        await x509.taint(old);
        // The agent's own SVID has to leave the old authority as well, or the server shuts it out.
        await eventually(async () => {
            const [renewed] = await Array.fromAsync(world.client.agents.list());
            assert.notEqual(renewed?.serialNumber, attested?.serialNumber);
        });
        await x509.revoke(old);
        await eventually(() => {
            assert.deepEqual(
                [web, db].map((source) => authorities(source).length),
                [1, 1],
            );
        });
        assert.equal(anchors().size, 1);
    });

    const authorities = (source: X509Source) => source.snapshot().bundles.get(WEB.trustDomain)?.authorities ?? [];

    /** Which authorities stand behind the SVIDs in use. */
    const anchors = () =>
        new Set(
            [web, db].map((source) => {
                const { svid, bundles } = source.snapshot();
                return verifyX509Svid(svid.certificates, bundles).chain.at(-1)?.fingerprint256;
            }),
        );

    it("registers 1,000 entries in batches, finds them unchanged the second time, and deletes them", async () => {
        const many = Array.from({ length: 1_000 }, (_, i) => ({
            spiffeId: SpiffeId.parse(`spiffe://example.org/many/${i}`),
            parentId: SpiffeId.parse(`spiffe://example.org/node/${i % 100}`),
            selectors: [{ type: "unix", value: `uid:${100_000 + i}` }],
        }));
        const { created, failed } = await world.client.entries.register(many);
        assert.equal(created.length, 1_000);
        assert.deepEqual(failed, []);
        assert.equal((await world.client.entries.register(many)).unchanged.length, 1_000);
        assert.deepEqual(await world.client.entries.delete(created), []);
        assert.equal(await world.client.entries.count(), 3, "two workloads and the alias of the agent");
    });

    it("drops its identity when the entries are deleted", async () => {
        const withdrawn = Promise.all([once(web, "withdrawn"), once(db, "withdrawn")]);
        const ids = (await Array.fromAsync(world.client.entries.list({ parentId: world.node }))).map(({ id }) => id);
        await world.client.entries.delete(ids);
        await withdrawn;
        assert.throws(() => web.snapshot(), { code: "no_identity_issued" });
    });

    it("shuts a banned agent out, which says so when it is started again", async () => {
        const [attested] = await Array.fromAsync(world.client.agents.list());
        assert.ok(attested);
        await world.client.agents.ban(attested.id);
        assert.equal((await world.client.agents.get(attested.id)).banned, true);
        await agent.stop();
        assert.equal(agent.state, "stopped");
        await assert.rejects(agent.start(), { code: "banned" });
    });
});
