import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";

import * as grpc from "@grpc/grpc-js";

import { SpiffeId } from "../src/index.js";
import { createBundleServer, SpiffeBundle } from "../src/entry/federation.js";
import { JwtBundle } from "../src/entry/jwt.js";
import { SpireApiError, SpireServerClient } from "../src/spire/index.js";
import { channelCredentials, createGrpcListener } from "../src/entry/grpc.js";
import { FakeSpireServer } from "./support/fake-spire-server.js";
import { echoCall, echoServer } from "./support/grpc-echo.js";
import { TlsWorld } from "./support/tls-world.js";

/** What a server of grpc-js takes, and most others too. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const OVERSIZED = "x".repeat(MAX_REQUEST_BYTES + 1);

describe("Oversized requests", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    it("are refused by a gRPC server by size and limit; its connection goes on", async () => {
        const described: string[] = [];
        const server = echoServer((call) => (described.push(call.getPeer()), "server"));
        const port = await world.listen(createGrpcListener(server, world.server, world.serverPolicy).server);
        world.onClose(() => server.forceShutdown());
        const client = new grpc.Client(`127.0.0.1:${port}`, channelCredentials(world.client, world.clientPolicy));
        world.onClose(() => client.close());
        assert.equal(await echoCall(client, "before"), "before from server");
        await assert.rejects(echoCall(client, OVERSIZED, 10_000), {
            code: grpc.status.RESOURCE_EXHAUSTED,
            details: `Received message larger than max (${OVERSIZED.length} vs ${MAX_REQUEST_BYTES})`,
        });
        assert.equal(await echoCall(client, "after"), "after from server");
        assert.equal(new Set(described).size, 1, "the client had to connect anew");
        assert.equal(described.length, 2, "the handler was called for the request that was refused");
        assert.deepEqual(world.verdicts("server"), ["success"]);
    });

    it("to a SPIRE server end in an error that says so, and the client can still be used", async () => {
        const server = await FakeSpireServer.start();
        const client = new SpireServerClient({ address: server.address });
        try {
            const entry = {
                spiffeId: SpiffeId.parse("spiffe://example.org/web"),
                parentId: SpiffeId.parse("spiffe://example.org/node"),
                selectors: [{ type: "unix", value: "uid:0" }],
            };
            await assert.rejects(client.entries.register([{ ...entry, hint: OVERSIZED }]), (error) => {
                assert.ok(error instanceof SpireApiError);
                assert.equal(error.code, "resource_exhausted");
                assert.match(
                    error.message,
                    /^SPIRE server, Entry\.BatchCreateEntry: resource_exhausted: Received message larger than max \(\d+ vs 4194304\)$/,
                );
                return true;
            });
            assert.equal((await client.entries.register([entry])).created.length, 1);
        } finally {
            client.close();
            await server.stop();
        }
    });

    it("to a bundle endpoint are refused, and it goes on serving its bundle", async () => {
        const bundle = new SpiffeBundle({
            x509: world.ca.bundle,
            jwt: new JwtBundle(world.ca.trustDomain, []),
            sequence: 1n,
        });
        const port = await world.listen(
            createBundleServer({ profile: { type: "https_spiffe", identity: world.server }, bundle: () => bundle }),
        );
        const ask = async (
            method: string,
            headers: Record<string, string>,
            body?: string,
        ): Promise<IncomingMessage> => {
            const asking = request({
                ...{ host: "127.0.0.1", port, method, headers, agent: false, rejectUnauthorized: false },
            });
            asking.on("error", () => {}).end(body);
            const [response] = (await once(asking, "response")) as [IncomingMessage];
            return response;
        };
        const posted = await ask("POST", {}, OVERSIZED);
        assert.equal(posted.statusCode, 405);
        posted.resume();
        const header = await ask("GET", { "x-large": "x".repeat(64 * 1024) });
        assert.equal(header.statusCode, 431);
        header.resume();
        assert.equal(await text(await ask("GET", {})), bundle.marshal());
    });
});
