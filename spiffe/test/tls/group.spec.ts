import assert from "node:assert/strict";
import { connect } from "node:tls";

import * as fc from "fast-check";

import { connectTls, createTlsServer, negotiatedGroup } from "../../src/tls/index.js";
import { sessionGroup } from "../../src/tls/group.js";
import { contextOptions } from "../../src/tls/policy.js";
import { closed, TlsWorld } from "../support/tls-world.js";

const sequence = (...content: number[]): Buffer => Buffer.from([0x30, content.length, ...content]);

describe("The key exchange group", () => {
    it("is read from field 19 of a session", () => {
        assert.equal(sessionGroup(sequence(0x02, 1, 1, 0xb3, 4, 0x02, 2, 0x11, 0xec)), 0x11ec);
        assert.equal(sessionGroup(sequence(0x02, 1, 1, 0xb3, 3, 0x02, 1, 0x1d)), 0x001d);
    });

    it("is unknown for a session without that field and for anything that is no session", () => {
        assert.equal(sessionGroup(sequence(0x02, 1, 1)), undefined);
        assert.equal(sessionGroup(Buffer.from("no session")), undefined);
        assert.equal(sessionGroup(sequence(0xb3, 4, 0x02, 9, 0x11, 0xec)), undefined);
    });

    it("never throws and never hangs, whatever the bytes", () => {
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
                const group = sessionGroup(bytes);
                assert.ok(group === undefined || Number.isInteger(group));
            }),
            { numRuns: 2_000 },
        );
    });

    const groups: [string, boolean][] = [
        ["X25519MLKEM768", true],
        ["SecP256r1MLKEM768", true],
        ["SecP384r1MLKEM1024", true],
        ["MLKEM768", true],
        ["X25519", false],
        ["P-256", false],
        ["P-384", false],
    ];
    for (const [offered, pqc] of groups) {
        it(`is known to both sides after a handshake by ${offered}`, async () => {
            const world = await TlsWorld.create();
            try {
                const seen: unknown[] = [];
                const server = createTlsServer(world.server, world.serverPolicy, (socket) => socket.end());
                server.setSecureContext({ ...contextOptions(world.server.snapshot().svid, {}), ecdhCurve: offered });
                const port = await world.listen(server);
                const options = { ...contextOptions(world.client.snapshot().svid, {}), ecdhCurve: offered };
                const socket = connect({ ...options, port, host: "127.0.0.1", rejectUnauthorized: false });
                socket.once("secureConnect", () => seen.push(negotiatedGroup(socket)));
                await closed(socket);
                const name = offered.replace("P-256", "secp256r1").replace("P-384", "secp384r1");
                assert.deepEqual(seen, [{ name, pqc }]);
                assert.deepEqual(world.events[0]?.group, { name, pqc });
            } finally {
                await world.close();
            }
        });
    }

    it("is the hybrid one between two ends that require it", async () => {
        const world = await TlsWorld.create();
        try {
            const policy = { ...world.policy(), kem: "require" as const };
            const port = await world.listen(createTlsServer(world.server, policy, (socket) => socket.end("x")));
            const socket = await connectTls(world.client, policy, { host: "127.0.0.1", port });
            await closed(socket);
            assert.deepEqual(
                world.events.map(({ group }) => group?.name),
                ["X25519MLKEM768", "X25519MLKEM768"],
            );
        } finally {
            await world.close();
        }
    });
});
