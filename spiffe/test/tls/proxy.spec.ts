import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect as connectPlain } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

import { createFetch, SpiffeDispatcher } from "../../src/entry/fetch.js";
import { channelCredentials } from "../../src/entry/grpc.js";
import { connectHttp2, createHttp2Server, createHttpsServer, SpiffeHttpsAgent } from "../../src/entry/http.js";
import { authorizeId, SpiffeId } from "../../src/index.js";
import type { ClientPolicy } from "../../src/tls/index.js";
import { connectSocket, connectTls, createTlsServer, peerOf } from "../../src/tls/index.js";
import { get } from "../support/https-get.js";
import { TlsWorld } from "../support/tls-world.js";

/** More than all the buffers between two ends hold. */
const LARGE = 3_000_000;
const SERVER = "spiffe://example.org/server";

describe("Through an HTTP proxy", () => {
    let world: TlsWorld;
    let asked: string[];
    let bytes: Buffer[];
    let proxy: string;
    let status: number;

    beforeEach(async () => {
        world = await TlsWorld.create();
        [asked, bytes, status] = [[], [], 200];
        proxy = await startProxy();
    });
    afterEach(() => world.close());

    /** A proxy for `user` with the password `p@ss`, which keeps what clients send through it. */
    async function startProxy(): Promise<string> {
        const server = createServer((_request, response) => response.writeHead(405).end());
        server.on("connect", (request, client, head) => {
            asked.push(String(request.url));
            const wanted = `Basic ${Buffer.from("user:p@ss").toString("base64")}`;
            if (request.headers["proxy-authorization"] !== wanted) {
                client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
                return;
            }
            const url = new URL(`tcp://${request.url}`);
            const upstream = connectPlain(Number(url.port), url.hostname, () => {
                client.write(`HTTP/1.1 ${status} Connection established\r\n\r\n`);
                upstream.write(head);
                client.on("data", (chunk: Buffer) => bytes.push(chunk));
                client.pipe(upstream).pipe(client);
            });
            upstream.on("error", () => client.destroy());
            client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
        });
        await world.listen(server);
        return `http://user:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    const policy = (change: Partial<ClientPolicy> = {}): ClientPolicy => ({ ...world.clientPolicy, proxy, ...change });

    /** A server that greets, with more than one record of TLS. */
    async function listen(): Promise<number> {
        return world.listen(
            createTlsServer(world.server, world.serverPolicy, (socket) => {
                socket.on("error", () => {}).end(`hello ${peerOf(socket)?.id}${"!".repeat(100_000)}`);
            }),
        );
    }

    it("connects with TLS end to end, and the proxy sees no more than host and port", async () => {
        const port = await listen();
        const socket = await connectTls(world.client, policy(), { host: "127.0.0.1", port });
        assert.equal(peerOf(socket)?.id.toString(), SERVER);
        assert.match(await text(socket), /^hello spiffe:\/\/example\.org\/client!{100000}$/);
        assert.deepEqual(asked, [`127.0.0.1:${port}`]);
        // A handshake record, and never an identity in the clear.
        assert.equal(Buffer.concat(bytes)[0], 0x16);
        assert.ok(!Buffer.concat(bytes).includes("spiffe://"));
    });

    it("takes any status of success for a way through, and no other", async () => {
        const target = { host: "127.0.0.1", port: await listen() };
        status = 201;
        assert.match(await text(await connectTls(world.client, policy(), target)), /^hello /);
        status = 302;
        await assert.rejects(connectTls(world.client, policy(), target), { code: "proxy", message: /status 302/ });
    });

    it("gives a socket at once, and keeps what is written early", async () => {
        const port = await listen();
        const socket = connectSocket(world.client, policy(), { host: "127.0.0.1", port });
        socket.write("early");
        assert.match(await text(socket), /^hello /);
    });

    it("loses nothing to a reader that is slower than the server", async () => {
        const port = await world.listen(
            createTlsServer(world.server, world.serverPolicy, (socket) => {
                socket.on("error", () => {}).end("!".repeat(LARGE));
            }),
        );
        const socket = await connectTls(world.client, policy(), { host: "127.0.0.1", port });
        let read = 0;
        for await (const chunk of socket) {
            read += (chunk as Buffer).length;
            await delay(1);
        }
        assert.equal(read, LARGE);
    });

    it("refuses a server that isn't the one, as without a proxy", async () => {
        const port = await listen();
        const other = policy({ authorize: authorizeId(SpiffeId.parse("spiffe://example.org/other")) });
        await assert.rejects(connectTls(world.client, other, { host: "127.0.0.1", port }), { code: "unauthorized" });
    });

    it("says what the proxy says, for a wrong password, a port that nobody listens at, and no proxy at all", async () => {
        const target = { host: "127.0.0.1", port: await listen() };
        const wrong = policy({ proxy: proxy.replace("p%40ss", "other") });
        await assert.rejects(connectTls(world.client, wrong, target), { code: "proxy", message: /status 407/ });
        await assert.rejects(connectTls(world.client, policy(), { host: "127.0.0.1", port: 1 }), {
            code: "ECONNRESET",
        });
        const nobody = policy({ proxy: "http://127.0.0.1:1" });
        await assert.rejects(connectTls(world.client, nobody, target), { code: "ECONNREFUSED" });
        const socket = connectSocket(world.client, wrong, target);
        const error = await new Promise<Error & { code?: string }>((resolve) => socket.once("error", resolve));
        assert.equal(error.code, "proxy");
    });

    it("carries the agent, the dispatcher and HTTP/2", async () => {
        const https = createHttpsServer(world.server, world.serverPolicy, (_request, response) =>
            response.end("served"),
        );
        const port = await world.listen(https);
        const agent = new SpiffeHttpsAgent(world.client, policy());
        const dispatcher = new SpiffeDispatcher(world.client, policy());
        world.onClose(() => (agent.destroy(), dispatcher.close()));
        assert.equal(await get(port, agent), "served");
        assert.equal(await (await createFetch(dispatcher)(`https://127.0.0.1:${port}/`)).text(), "served");
        const http2 = createHttp2Server(world.server, world.serverPolicy, (_request, response) =>
            response.end("served"),
        );
        const authority = `https://127.0.0.1:${await world.listen(http2)}`;
        const session = await connectHttp2(world.client, policy(), authority);
        assert.equal(await text(session.request({ ":path": "/" })), "served");
        session.close();
        assert.equal(asked.length, 3);
    });

    it("is refused where it can't be, and told without its password", () => {
        assert.throws(() => channelCredentials(world.client, policy()), { code: "invalid_policy" });
        for (const wrong of ["socks5://user:secret@127.0.0.1:1", "http://u%zz:secret@h", "proxy:3128 secret", 7, {}]) {
            assert.throws(
                () => new SpiffeHttpsAgent(world.client, policy({ proxy: wrong as string })),
                (error: Error & { code?: string }) =>
                    error.code === "invalid_parameter" &&
                    /^policy\.proxy/.test(error.message) &&
                    !error.message.includes("secret"),
            );
        }
    });
});
