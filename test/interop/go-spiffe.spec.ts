import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { text } from "node:stream/consumers";

import type { HandshakeEvent } from "@x0tta6bl4/spiffe";
import { authorizeId, peerOf, SpiffeId, TrustDomain } from "@x0tta6bl4/spiffe";
import { BundleSource, X509Source } from "@x0tta6bl4/spiffe/workload";
import { SpiffeBundle } from "@x0tta6bl4/spiffe/federation";
import { JwtSvid } from "@x0tta6bl4/spiffe/jwt";
import { connectTls, createTlsServer } from "@x0tta6bl4/spiffe/tls";

import { TestCa } from "../../spiffe/test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../../spiffe/test/support/fake-workload-api.js";
import { TokenIssuer } from "../../spiffe/test/support/tokens.js";
import { goIsThere } from "./go-program.js";
import { buildPeer, callPeer, PeerServer } from "./peer.js";

const GO = SpiffeId.parse("spiffe://go.test/peer");
const NODE = SpiffeId.parse("spiffe://node.test/peer");
const available = goIsThere();

/** Two federated trust domains: go-spiffe in one, this library in the other, each with a Workload API of its own. */
describe(`With go-spiffe${available ? "" : " (skipped: go is not on the PATH)"}`, function () {
    this.timeout(300_000);
    const tokens = new TokenIssuer("node.test");
    let goCa: TestCa;
    let nodeCa: TestCa;
    let goApi: FakeWorkloadApi;
    let nodeApi: FakeWorkloadApi;
    let identity: X509Source;
    const events: HandshakeEvent[] = [];
    const observer = (event: HandshakeEvent): void => void events.push(event);

    before(async function () {
        if (!available) {
            this.skip();
        }
        await buildPeer();
        [goCa, nodeCa] = [await TestCa.create("go.test"), await TestCa.create("node.test")];
        [goApi, nodeApi] = [await FakeWorkloadApi.start(), await FakeWorkloadApi.start()];
        goApi.setX509(x509Message([await goCa.issue("/peer")], [goCa.bundle, nodeCa.bundle]));
        nodeApi.setX509(x509Message([await nodeCa.issue("/peer")], [nodeCa.bundle, goCa.bundle]));
        const jwtBundles = { "spiffe://node.test": new Uint8Array(Buffer.from(tokens.document)) };
        goApi.setJwtBundles({ bundles: jwtBundles });
        nodeApi.setJwtBundles({ bundles: jwtBundles });
        identity = await X509Source.start({ address: nodeApi.address });
    });
    after(async () => {
        (identity as X509Source | undefined)?.close();
        await (goApi as FakeWorkloadApi | undefined)?.stop();
        await (nodeApi as FakeWorkloadApi | undefined)?.stop();
    });
    beforeEach(() => events.splice(0));

    const GROUPS = [
        ["-", "X25519MLKEM768"],
        ["X25519MLKEM768", "X25519MLKEM768"],
        ["X25519", "X25519"],
    ] as const;
    for (const [offered, agreed] of GROUPS) {
        const how = offered === "-" ? "by default" : `offering ${offered}`;

        it(`connects to a go-spiffe server ${how}: both sides name ${agreed} and each other`, async () => {
            const { server, port } = await PeerServer.start(goApi.address, NODE.toString(), offered);
            try {
                const policy = { authorize: authorizeId(GO), observer };
                const socket = await connectTls(identity, policy, { host: "127.0.0.1", port });
                assert.deepEqual(await server.next(), {
                    peer: NODE.toString(),
                    group: agreed,
                    version: "TLS 1.3",
                    resumed: false,
                });
                assert.equal(peerOf(socket)?.id.toString(), GO.toString());
                assert.equal(peerOf(socket)?.group.name, agreed);
                assert.equal(await text(socket), `hello ${NODE}\n`);
            } finally {
                server.stop();
            }
        });

        it(`serves a go-spiffe client ${how}: both sides name ${agreed} and each other`, async () => {
            await withServer({}, async (port) => {
                const seen = await callPeer(goApi.address, "dial", `127.0.0.1:${port}`, NODE.toString(), offered);
                assert.deepEqual(seen, {
                    peer: NODE.toString(),
                    group: agreed,
                    version: "TLS 1.3",
                    resumed: false,
                    line: `hello ${GO}\n`,
                });
                assert.equal(events[0]?.group?.name, agreed);
                assert.equal(events[0].peer?.toString(), GO.toString());
            });
        });
    }

    /** A server of ours that greets go-spiffe. */
    async function withServer(
        change: { readonly kem?: "require"; readonly authorize?: ReturnType<typeof authorizeId> },
        use: (port: number) => Promise<void>,
    ): Promise<void> {
        const policy = { authorize: authorizeId(GO), observer, ...change };
        const server: Server = createTlsServer(identity, policy, (socket) => {
            socket.on("error", () => {}).end(`hello ${peerOf(socket)?.id}\n`);
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        try {
            await use((server.address() as AddressInfo).port);
        } finally {
            await new Promise((resolve) => server.close(resolve));
        }
    }

    it("refuses a classical go-spiffe client where post-quantum key exchange is required", async () => {
        await withServer({ kem: "require" }, async (port) => {
            await assert.rejects(callPeer(goApi.address, "dial", `127.0.0.1:${port}`, NODE.toString(), "X25519"), {
                stderr: "remote error: tls: handshake failure\n",
            });
            assert.equal(events[0]?.reason, "key_exchange");
        });
    });

    it("refuses a go-spiffe client that isn't authorized", async () => {
        await withServer({ authorize: authorizeId(NODE) }, async (port) => {
            // Its own handshake succeeds, as in TLS 1.3 it must; the greeting never comes.
            const seen = await callPeer(goApi.address, "dial", `127.0.0.1:${port}`, NODE.toString(), "-");
            assert.equal(seen.line, "");
            assert.deepEqual(
                events.map(({ reason }) => reason),
                ["unauthorized"],
            );
        });
    });

    it("is refused by a go-spiffe server that authorizes another, and hears of it", async () => {
        const { server, port } = await PeerServer.start(goApi.address, "spiffe://node.test/other", "-");
        try {
            const policy = { authorize: authorizeId(GO), observer };
            const socket = await connectTls(identity, policy, { host: "127.0.0.1", port });
            assert.match(String((await server.next()).refused), /unexpected ID "spiffe:\/\/node.test\/peer"/);
            socket.on("error", () => {}).resume();
            await new Promise((resolve) => socket.once("close", resolve));
            assert.deepEqual(
                events.map(({ result, reason }) => reason ?? result),
                ["success", "refused_by_peer"],
            );
        } finally {
            server.stop();
        }
    });

    it("has its JWT-SVIDs validated by go-spiffe, and go-spiffe refuses them for another audience", async () => {
        const token = await tokens.issue({ subject: NODE.toString(), audience: ["go"] });
        const parsed = JwtSvid.parseInsecure(token, ["go"]);
        const valid = await callPeer(goApi.address, "validate-jwt", "go", parsed.marshal());
        assert.deepEqual(valid, { id: NODE.toString() });
        await assert.rejects(callPeer(goApi.address, "validate-jwt", "other", token));
    });

    it("validates a JWT-SVID that go-spiffe fetched", async () => {
        const svid = await tokens.issue({ subject: GO.toString().replace("go.", "node."), audience: ["node"] });
        goApi.onFetchJwt = () => ({ svids: [{ spiffeId: NODE.toString(), svid }] });
        const { id, token } = await callPeer(goApi.address, "fetch-jwt", "node");
        assert.equal(id, NODE.toString());
        const source = await BundleSource.start({ address: nodeApi.address, kinds: ["jwt"] });
        const validated = await JwtSvid.parseAndValidate(String(token), ["node"], source.snapshot().jwt);
        assert.equal(validated.id.toString(), NODE.toString());
        source.close();
    });

    it("writes bundle documents that go-spiffe reads, and reads those that go-spiffe writes", async () => {
        const trustDomain = TrustDomain.parse("node.test");
        const bundle = new SpiffeBundle({
            x509: nodeCa.bundle,
            jwt: SpiffeBundle.parse(trustDomain, tokens.document).jwt,
            sequence: 12n,
            refreshHintSeconds: 300,
        });
        const { document, ...read } = await callPeer(goApi.address, "bundle", "node.test", bundle.marshal());
        assert.deepEqual(read, { x509: 1, jwt: 1, sequence: 12, hint: 300 });
        const again = SpiffeBundle.parse(trustDomain, String(document));
        assert.equal(again.sequence, 12n);
        assert.equal(again.refreshHintSeconds, 300);
        assert.ok(again.x509.authorities[0]?.raw.equals(nodeCa.certificate.raw));
        assert.deepEqual([...again.jwt.authorities.keys()], [tokens.keyId]);
    });
});
