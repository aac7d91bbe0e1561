import assert from "node:assert/strict";
import type { ConnectionOptions, TlsOptions } from "node:tls";
import { connect, createServer } from "node:tls";

import { connectTls, createTlsServer } from "../../src/tls/index.js";
import { closed, TlsWorld } from "../support/tls-world.js";

describe("Key exchange and versions by policy", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    const svidOf = (side: "client" | "server") => {
        const { svid } = world[side].snapshot();
        return { cert: svid.certPem(), key: svid.keyPem(), rejectUnauthorized: false };
    };

    /** A handshake of ours with a server of node:tls; resolves to what was negotiated. */
    async function reach(server: TlsOptions, policy: Partial<typeof world.clientPolicy> = {}): Promise<unknown[]> {
        const port = await world.listen(createServer({ ...svidOf("server"), requestCert: true, ...server }));
        const socket = await connectTls(
            world.client,
            { ...world.clientPolicy, ...policy },
            { host: "127.0.0.1", port },
        );
        const { group } = world.events.at(-1) ?? {};
        const negotiated = [socket.getProtocol(), group?.name, group?.pqc];
        socket.destroy();
        return negotiated;
    }

    /** A handshake of a client of node:tls with a server of ours. */
    async function answer(
        client: ConnectionOptions,
        policy: Partial<typeof world.serverPolicy> = {},
    ): Promise<unknown[]> {
        const server = createTlsServer(world.server, { ...world.serverPolicy, ...policy }, (socket) => socket.end("x"));
        const port = await world.listen(server);
        const socket = connect({ ...svidOf("client"), ...client, port, host: "127.0.0.1" });
        let protocol: string | null = null;
        socket.once("secureConnect", () => (protocol = socket.getProtocol()));
        await closed(socket);
        await world.settled("server");
        const { group, reason } = world.events.at(-1) ?? {};
        return reason === undefined ? [protocol, group?.name, group?.pqc] : [reason];
    }

    for (const [curve, name] of [
        ["P-256", "secp256r1"],
        ["P-384", "secp384r1"],
        ["X25519", "X25519"],
    ] as const) {
        it(`speaks to peers that know ${curve} only, unless a post-quantum exchange is required`, async () => {
            assert.deepEqual(await reach({ ecdhCurve: curve }), ["TLSv1.3", name, false]);
            assert.deepEqual(await answer({ ecdhCurve: curve }), ["TLSv1.3", name, false]);
            await assert.rejects(reach({ ecdhCurve: curve }, { kem: "require" }));
        });
    }

    it("refuses peers whose only curve is one of neither", async () => {
        await assert.rejects(reach({ ecdhCurve: "secp521r1" }));
        assert.deepEqual(await answer({ ecdhCurve: "secp521r1" }), ["key_exchange"]);
    });

    it("asks a client that offers a classical key first, but knows the hybrid, for the hybrid", async () => {
        assert.deepEqual(await answer({ ecdhCurve: "P-256:X25519:X25519MLKEM768" }), [
            "TLSv1.3",
            "X25519MLKEM768",
            true,
        ]);
    });

    it("speaks TLS 1.2 only where the policy says so, with modern ciphers only", async () => {
        const old = { maxVersion: "TLSv1.2" } as const;
        await assert.rejects(reach(old));
        assert.deepEqual(await reach(old, { allowTls12: true }), ["TLSv1.2", "X25519", false]);
        assert.deepEqual(await answer({ ...old, minVersion: "TLSv1.2" }), ["tls_version"]);
        assert.deepEqual((await answer(old, { allowTls12: true }))[0], "TLSv1.2");
        const ciphers = "ECDHE-ECDSA-AES128-SHA256";
        await assert.rejects(reach({ ...old, ciphers }, { allowTls12: true }));
    });

    it("still speaks TLS 1.3 by the hybrid with peers that can, where TLS 1.2 is allowed", async () => {
        const server = createTlsServer(world.server, { ...world.serverPolicy, allowTls12: true }, (socket) =>
            socket.end("x"),
        );
        const port = await world.listen(server);
        const policy = { ...world.clientPolicy, allowTls12: true };
        const socket = await connectTls(world.client, policy, { host: "127.0.0.1", port });
        assert.equal(socket.getProtocol(), "TLSv1.3");
        await closed(socket);
        assert.deepEqual(
            world.events.filter(({ side }) => side === "server").map(({ group }) => group?.name),
            ["X25519MLKEM768"],
        );
    });

    it("reaches a peer that knows the hybrid where it is required", async () => {
        const required = { kem: "require" } as const;
        assert.deepEqual(await reach({ ecdhCurve: "X25519MLKEM768:X25519" }, required), [
            "TLSv1.3",
            "X25519MLKEM768",
            true,
        ]);
    });

    it("authenticates over TLS 1.2 as it does over TLS 1.3", async () => {
        const stranger = await TlsWorld.create();
        const { svid } = stranger.server.snapshot();
        const foreign = { cert: svid.certPem(), key: svid.keyPem(), maxVersion: "TLSv1.2" } as const;
        await assert.rejects(reach(foreign, { allowTls12: true }), { code: "untrusted" });
        assert.deepEqual(await answer(foreign, { allowTls12: true }), ["untrusted"]);
    });

    it("refuses a policy that wants TLS 1.2 and what only TLS 1.3 has", async () => {
        for (const wish of [{ kem: "require" }, { signature: "ml-dsa-65" }] as const) {
            const policy = { ...world.clientPolicy, allowTls12: true, ...wish };
            assert.throws(() => createTlsServer(world.server, policy, () => {}), { code: "invalid_policy" });
            await assert.rejects(connectTls(world.client, policy, { host: "127.0.0.1", port: 1 }), {
                code: "invalid_policy",
            });
        }
    });
});
