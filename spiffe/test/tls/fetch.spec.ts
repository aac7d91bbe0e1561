import assert from "node:assert/strict";
import type { Server } from "node:tls";

import { WebSocketServer } from "ws";

import { peerOf } from "../../src/tls/index.js";
import { createFetch, SpiffeDispatcher } from "../../src/entry/fetch.js";
import { createHttp2Server, createHttpsServer } from "../../src/entry/http.js";
import { TlsWorld } from "../support/tls-world.js";

const CLIENT = "spiffe://example.org/client";

describe("fetch by SVID", () => {
    let world: TlsWorld;
    let dispatcher: SpiffeDispatcher;

    beforeEach(async () => {
        world = await TlsWorld.create();
        dispatcher = new SpiffeDispatcher(world.client, world.clientPolicy);
        world.onClose(() => dispatcher.destroy());
    });
    afterEach(() => world.close());

    /** A server that answers with the version of HTTP and the caller. */
    const servers: Record<string, () => Server> = {
        "HTTP/1.1 only": () =>
            createHttpsServer(world.server, world.serverPolicy, (request, response) => {
                response.end(`${request.httpVersion} ${peerOf(request)?.id}`);
            }),
        "HTTP/2 only": () =>
            createHttp2Server(world.server, world.serverPolicy, (request, response) => {
                response.end(`${request.httpVersion} ${peerOf(request)?.id}`);
            }),
        either: () =>
            createHttp2Server(
                world.server,
                world.serverPolicy,
                (request, response) => response.end(`${request.httpVersion} ${peerOf(request)?.id}`),
                { allowHTTP1: true },
            ),
    };
    for (const [name, versions] of [
        ["HTTP/1.1 only", /^1\.1 /],
        ["HTTP/2 only", /^2\.0 /],
        ["either", /^(1\.1|2\.0) /],
    ] as const) {
        it(`reaches a server that speaks ${name}`, async () => {
            const port = await world.listen(servers[name]?.() ?? assert.fail());
            const fetch = createFetch(dispatcher);
            const answers = await Promise.all(
                [1, 2, 3].map(async () => (await fetch(`https://127.0.0.1:${port}/`)).text()),
            );
            for (const answer of answers) {
                assert.match(answer, versions);
                assert.ok(answer.endsWith(CLIENT));
            }
        });
    }

    it("speaks HTTP/1.1 only where it is told to", async () => {
        const port = await world.listen(servers["HTTP/2 only"]?.() ?? assert.fail());
        const old = new SpiffeDispatcher(world.client, world.clientPolicy, { allowH2: false });
        world.onClose(() => old.destroy());
        await assert.rejects(createFetch(old)(`https://127.0.0.1:${port}/`));
    });

    it("serves the fetch that Node.js has built in", async () => {
        const port = await world.listen(servers["HTTP/1.1 only"]?.() ?? assert.fail());
        const init = { method: "POST", body: "x".repeat(100_000), dispatcher };
        const response = await fetch(`https://127.0.0.1:${port}/`, init as RequestInit);
        assert.equal(await response.text(), `1.1 ${CLIENT}`);
    });

    it("serves the WebSocket that Node.js has built in", async () => {
        const server = createHttpsServer(world.server, world.serverPolicy, (_request, response) => response.end());
        const sockets = new WebSocketServer({ server });
        world.onClose(() => sockets.close());
        sockets.on("connection", (socket, request) => socket.send(String(peerOf(request)?.id)));
        const port = await world.listen(server);
        const client = new WebSocket(`wss://127.0.0.1:${port}/`, { dispatcher } as never);
        const greeting = await new Promise((resolve, reject) => {
            client.onmessage = (message) => resolve(message.data);
            client.onerror = () => reject(new Error("no connection"));
        });
        client.close();
        assert.equal(greeting, CLIENT);
    });

    it("keeps the wrong server out of the built-in fetch as well", async () => {
        const stranger = await TlsWorld.create();
        const port = await world.listen(
            createHttpsServer(stranger.server, world.serverPolicy, (_request, response) => response.end("taken")),
        );
        await assert.rejects(fetch(`https://127.0.0.1:${port}/`, { dispatcher } as unknown as RequestInit));
        assert.deepEqual(world.verdicts("client"), ["untrusted"]);
    });
});
