import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { text } from "node:stream/consumers";

import { authorizeAny, authorizeId, SpiffeError, SpiffeId, X509Bundle, X509BundleSet } from "../../src/index.js";
import { connectTls, createTlsServer, peerOf } from "../../src/tls/index.js";
import type { TestKeyType } from "../support/ca.js";
import { TestCa } from "../support/ca.js";
import { closed, TlsWorld } from "../support/tls-world.js";

const greet = (socket: Parameters<Parameters<typeof createTlsServer>[2]>[0]): void => {
    socket.on("error", () => {}).end(String(peerOf(socket)?.id ?? "nobody"));
};

describe("Kinds of authentication", () => {
    let world: TlsWorld;
    let port: number;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    async function listen(policy: Partial<typeof world.serverPolicy> = {}): Promise<void> {
        port = await world.listen(createTlsServer(world.server, { ...world.serverPolicy, ...policy }, greet));
    }
    const open = (policy: Partial<typeof world.clientPolicy> = {}, host = "127.0.0.1") =>
        connectTls(world.client, { ...world.clientPolicy, ...policy }, { host, port });

    it("lets a client without an SVID reach a server that asks for none, and still verifies the server", async () => {
        await listen({ clientAuth: "none", authorize: () => assert.fail("must not be asked") });
        const socket = await open({ presentSvid: false });
        assert.equal(peerOf(socket)?.id.toString(), "spiffe://example.org/server");
        assert.equal(await text(socket), "nobody");
        const authorize = authorizeId(SpiffeId.parse("spiffe://example.org/other"));
        await assert.rejects(open({ presentSvid: false, authorize }), { code: "unauthorized" });
    });

    it("refuses a client without an SVID where one is required", async () => {
        await listen();
        await closed(await open({ presentSvid: false }));
        assert.deepEqual(world.verdicts("server"), ["empty_chain"]);
    });

    describe("with a Web PKI certificate on the server", () => {
        let web: TestCa;

        beforeEach(async () => {
            web = await TestCa.create("web.test", { uris: [] });
        });
        const webCertificate = async (dnsName: string) => {
            const svid = await web.issue("/web", { uris: [], dnsNames: [dnsName] });
            return { cert: svid.certPem(), key: svid.keyPem() };
        };

        it("verifies the server by name and root, and the client by its SVID", async () => {
            await listen({ webCertificate: await webCertificate("localhost") });
            const socket = await open({ webPki: { ca: web.certificate.toString() } }, "localhost");
            assert.equal(await text(socket), "spiffe://example.org/client");
            assert.equal(peerOf(socket), undefined);
        });

        it("refuses another name and another root", async () => {
            await listen({ webCertificate: await webCertificate("elsewhere.test") });
            const attempts = [{ ca: web.certificate.toString() }, {}];
            for (const webPki of attempts) {
                await assert.rejects(open({ webPki }, "localhost"), { code: "web_pki" });
            }
            assert.deepEqual(world.verdicts("client"), ["web_pki", "web_pki"]);
        });

        it("keeps showing the Web PKI certificate after a rotation of the SVID", async () => {
            await listen({ webCertificate: await webCertificate("localhost") });
            world.server.set(world.server.snapshot());
            const socket = await open({ webPki: { ca: web.certificate.toString() } }, "localhost");
            assert.equal(await text(socket), "spiffe://example.org/client");
        });
    });

    describe("across trust domains", () => {
        let other: TestCa;

        beforeEach(async () => {
            other = await TestCa.create("other.test");
            const svid = await other.issue("/client");
            world.client.set({ svid, bundles: new X509BundleSet([world.ca.bundle, other.bundle]) });
        });
        const serverTrusts = (...bundles: X509Bundle[]): void =>
            world.server.set({ svid: world.server.snapshot().svid, bundles: new X509BundleSet(bundles) });

        it("lets a federated client in, and out again at once when its domain leaves the bundles", async () => {
            serverTrusts(world.ca.bundle, other.bundle);
            port = await world.listen(createTlsServer(world.server, world.serverPolicy, (socket) => socket.resume()));
            const socket = await open();
            await world.settled("server");
            serverTrusts(world.ca.bundle);
            await closed(socket);
            assert.deepEqual(world.verdicts("server"), ["success", "distrusted"]);
            await closed(await open());
            assert.deepEqual(world.verdicts("server").slice(2), ["no_bundle"]);
        });

        it("cuts connections when every authority of a domain is revoked", async () => {
            serverTrusts(world.ca.bundle, other.bundle);
            port = await world.listen(createTlsServer(world.server, world.serverPolicy, (socket) => socket.resume()));
            const socket = await open();
            await world.settled("server");
            serverTrusts(world.ca.bundle, new X509Bundle(other.trustDomain, []));
            await closed(socket);
            assert.equal(world.verdicts("server").at(-1), "distrusted");
        });

        it("keeps connections while their authority stays, whatever joins it", async () => {
            serverTrusts(world.ca.bundle, other.bundle);
            port = await world.listen(
                createTlsServer(world.server, world.serverPolicy, (socket) => socket.pipe(socket)),
            );
            const socket = await open();
            await world.settled("server");
            const next = await TestCa.create("other.test");
            serverTrusts(world.ca.bundle, new X509Bundle(other.trustDomain, [next.certificate, other.certificate]));
            socket.end("still here");
            assert.equal(await text(socket), "still here");
            assert.deepEqual(world.verdicts("server"), ["success"]);
        });

        it("cuts the client's side as well when the server's domain is revoked", async () => {
            serverTrusts(world.ca.bundle, other.bundle);
            port = await world.listen(createTlsServer(world.server, world.serverPolicy, (socket) => socket.resume()));
            const socket = await open();
            const { svid } = world.client.snapshot();
            world.client.set({ svid, bundles: new X509BundleSet([other.bundle]) });
            await closed(socket);
            assert.deepEqual(world.verdicts("client"), ["success", "distrusted"]);
        });
    });

    const keys: TestKeyType[] = ["ec-p256", "ec-p384", "rsa-2048", "ed25519", "ml-dsa-65"];
    for (const key of keys) {
        it(`authenticates SVIDs with ${key} keys by an authority with such a key`, async () => {
            const ca = await TestCa.create("example.org", { key });
            const identity = async (path: string) => TlsWorld.identity(await ca.issue(path, { key }), ca.bundle);
            const server = createTlsServer(await identity("/server"), world.serverPolicy, greet);
            port = await world.listen(server);
            const target = { host: "127.0.0.1", port };
            const socket = await connectTls(await identity("/client"), world.clientPolicy, target);
            assert.equal(await text(socket), "spiffe://example.org/client");
            assert.equal(world.events[0]?.group?.name, "X25519MLKEM768");
        });
    }

    it("takes ML-DSA-65 signatures only, where the policy says so", async () => {
        const ca = await TestCa.create("example.org", { key: "ml-dsa-65" });
        const strong = TlsWorld.identity(await ca.issue("/server", { key: "ml-dsa-65" }), ca.bundle);
        const policy = { ...world.serverPolicy, signature: "ml-dsa-65" as const };
        port = await world.listen(createTlsServer(strong, policy, greet));
        const client = TlsWorld.identity(await ca.issue("/client", { key: "ml-dsa-65" }), ca.bundle);
        const target = { host: "127.0.0.1", port };
        assert.equal(await text(await connectTls(client, policy, target)), "spiffe://example.org/client");
        const classical = TlsWorld.identity(await ca.issue("/client"), ca.bundle);
        const socket = await connectTls(classical, world.clientPolicy, target).catch(() => undefined);
        if (socket !== undefined) {
            await closed(socket);
        }
        await world.settled("server", 2);
        assert.notEqual(world.verdicts("server")[1], "success");
    });

    it("says no_identity when its own source has nothing to use", async () => {
        await listen();
        world.client.snapshot = () => {
            throw new SpiffeError("no_identity_issued", "no identity was issued");
        };
        await assert.rejects(open(), { code: "no_identity", message: "no identity was issued" });
        assert.deepEqual(world.verdicts("client"), ["no_identity"]);
        const create = (): unknown => createTlsServer(world.client, { authorize: authorizeAny() }, greet);
        assert.throws(create, { code: "no_identity" });
    });

    it("refuses clients once its own identity has been withdrawn", async () => {
        await listen();
        world.server.snapshot = () => {
            throw new SpiffeError("no_identity_issued", "no identity was issued");
        };
        await closed(await open());
        assert.deepEqual(world.verdicts("server"), ["no_identity"]);
    });

    it("judges certificates by the clock it is given", async () => {
        await listen({ now: () => new Date(Date.now() + 365 * 24 * 3_600_000) });
        await closed(await open());
        assert.deepEqual(world.verdicts("server"), ["expired"]);
    });

    it("stops listening to its identity when it is closed", async () => {
        const emitter = new EventEmitter();
        const identity = Object.assign(emitter, { snapshot: () => world.server.snapshot() });
        const servers = [1, 2].map(() => createTlsServer(identity, world.serverPolicy, greet));
        assert.equal(emitter.listenerCount("update"), 1, "however many servers there are");
        for (const server of servers) {
            await world.listen(server);
            await new Promise((resolve) => server.close(resolve));
        }
        assert.equal(emitter.listenerCount("update"), 0);
    });

    describe("with clients that needn't authenticate", () => {
        beforeEach(() =>
            listen({ clientAuth: "optional", authorize: authorizeId(SpiffeId.parse("spiffe://example.org/client")) }),
        );

        it("lets in one that shows nothing, without a peer", async () => {
            const socket = await open({ presentSvid: false });
            assert.equal(await text(socket), "nobody");
        });

        it("knows one that shows its SVID", async () => {
            assert.equal(await text(await open()), "spiffe://example.org/client");
        });

        it("refuses one whose SVID isn't good enough", async () => {
            const other = await TestCa.create("other.test");
            world.client.set({ svid: await other.issue("/client"), bundles: world.client.snapshot().bundles });
            await closed(await open());
            const svid = await world.ca.issue("/stranger");
            world.client.set({ svid, bundles: world.client.snapshot().bundles });
            await closed(await open());
            assert.deepEqual(world.verdicts("server"), ["no_bundle", "unauthorized"]);
        });
    });

    it("serves no more once its own SVID has expired, whether or not clients are asked", async () => {
        const svid = await world.ca.issue("/server", { notAfter: new Date(Date.now() + 60_000) });
        for (const clientAuth of ["required", "none"] as const) {
            let now = Date.now();
            world.server.set({ svid, bundles: world.server.snapshot().bundles });
            await listen({ clientAuth, now: () => new Date(now) });
            assert.notEqual(await text(await open()), "");
            now += 120_000;
            await closed(await open());
            assert.equal(world.verdicts("server").at(-1), "no_identity");
        }
    });
});
