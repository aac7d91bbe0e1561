import assert from "node:assert/strict";

import { connectTls, createTlsServer } from "../../src/tls/index.js";
import { closed, TlsWorld } from "../support/tls-world.js";

/** The SPIFFE ID is the same; go-spiffe refuses the certificate. */
const CAPITALS = "spiffe://EXAMPLE.org/member";

describe("A strict policy", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
        const svid = await world.ca.issue("/member", { uris: [CAPITALS] });
        world.client.set({ svid, bundles: world.client.snapshot().bundles });
        world.server.set({ svid, bundles: world.server.snapshot().bundles });
    });
    afterEach(() => world.close());

    for (const strict of [undefined, false, true]) {
        const verdict = strict === true ? "invalid_id" : "success";

        it(`of a server that is ${strict} has a certificate that go-spiffe refuses come to ${verdict}`, async () => {
            const policy = { ...world.serverPolicy, strict };
            const port = await world.listen(createTlsServer(world.server, policy, (socket) => socket.end("hello")));
            await closed(await connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port }));
            assert.deepEqual(world.verdicts("server"), [verdict]);
        });

        it(`of a client that is ${strict} has a certificate that go-spiffe refuses come to ${verdict}`, async () => {
            const port = await world.listen(
                createTlsServer(world.server, world.serverPolicy, (socket) => socket.end("hello")),
            );
            const policy = { ...world.clientPolicy, strict };
            const connecting = connectTls(world.client, policy, { host: "127.0.0.1", port });
            if (strict === true) {
                await assert.rejects(connecting, { code: verdict });
            } else {
                await closed(await connecting);
            }
            assert.deepEqual(world.verdicts("client"), [verdict]);
        });
    }
});
