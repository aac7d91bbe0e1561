import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { ClientHttp2Session } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import * as grpc from "@grpc/grpc-js";

import { authorizeId, SpiffeError, SpiffeId } from "../../src/index.js";
import { connectTls, createTlsServer, peerOf } from "../../src/tls/index.js";
import { createFetch, SpiffeDispatcher } from "../../src/entry/fetch.js";
import { channelCredentials, createGrpcListener } from "../../src/entry/grpc.js";
import { connectHttp2, createHttp2Server, createHttpsServer, SpiffeHttpsAgent } from "../../src/entry/http.js";
import { echoCall, echoServer } from "../support/grpc-echo.js";
import { get } from "../support/https-get.js";
import { closed, TlsWorld } from "../support/tls-world.js";

const SERVER = "spiffe://example.org/server";
const CLIENT = "spiffe://example.org/client";

/** One request over an HTTP/2 session; resolves to the body. */
async function getOver(session: ClientHttp2Session): Promise<string> {
    return text(session.request({ ":path": "/" }));
}

const caller = (connection: object): string => String(peerOf(connection)?.id ?? "nobody");

describe("Mutual TLS", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    describe("over node:tls", () => {
        it("tells both sides whom they speak to, by X25519MLKEM768 and TLS 1.3", async () => {
            const port = await world.listen(
                createTlsServer(world.server, world.serverPolicy, (socket) => {
                    socket.end(`hello ${caller(socket)}`);
                }),
            );
            const socket = await connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port });
            assert.equal(socket.getProtocol(), "TLSv1.3");
            assert.equal(caller(socket), SERVER);
            assert.equal(await text(socket), `hello ${CLIENT}`);
            const group = { name: "X25519MLKEM768", pqc: true };
            assert.deepEqual(
                world.events.map(({ side, result, peer, group: found }) => [side, result, String(peer), found]).sort(),
                [
                    ["client", "success", SERVER, group],
                    ["server", "success", CLIENT, group],
                ],
            );
        });

        it("sends nothing to a server that the authorizer refuses", async () => {
            const received: Buffer[] = [];
            const port = await world.listen(
                createTlsServer(world.server, world.serverPolicy, (socket) => {
                    socket.on("data", (chunk: Buffer) => received.push(chunk));
                }),
            );
            const policy = { ...world.clientPolicy, authorize: authorizeId(SpiffeId.parse("spiffe://example.org/db")) };
            await assert.rejects(connectTls(world.client, policy, { host: "127.0.0.1", port }), {
                code: "unauthorized",
                message: `${SERVER} is not allowed: only spiffe://example.org/db is`,
            });
            await world.settled("server");
            assert.deepEqual(world.verdicts("client"), ["unauthorized"]);
            assert.deepEqual(received, []);
        });

        it("never hands a refused client to the connection listener, and tells the client's observer", async () => {
            let connections = 0;
            const policy = {
                ...world.serverPolicy,
                authorize: authorizeId(SpiffeId.parse("spiffe://example.org/ops")),
            };
            const port = await world.listen(createTlsServer(world.server, policy, () => connections++));
            const socket = await connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port });
            await closed(socket);
            assert.equal(connections, 0);
            assert.deepEqual(world.verdicts("server"), ["unauthorized"]);
            assert.deepEqual(world.verdicts("client"), ["success", "refused_by_peer"]);
        });

        it("gives up when the signal says so", async () => {
            const port = await world.listen(
                createTlsServer(world.server, world.serverPolicy, (socket) => socket.end()),
            );
            const reason = new Error("enough");
            const signal = AbortSignal.abort(reason);
            const attempt = connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port, signal });
            await assert.rejects(attempt, reason);
        });
    });

    describe("over https", () => {
        it("serves only authenticated clients and pools their connections", async () => {
            const server = createHttpsServer(world.server, world.serverPolicy, (incoming, response) => {
                response.end(caller(incoming));
            });
            const port = await world.listen(server);
            const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy, { maxSockets: 1 });
            world.onClose(() => agent.destroy());
            assert.deepEqual(await Promise.all([1, 2, 3].map(() => get(port, agent))), [CLIENT, CLIENT, CLIENT]);
            assert.deepEqual(world.verdicts("server"), ["success"]);
        });

        it("opens a new connection with the new SVID after a rotation", async () => {
            const server = createHttpsServer(world.server, world.serverPolicy, (incoming, response) => {
                response.end(peerOf(incoming)?.chain[0]?.serialNumber);
            });
            const port = await world.listen(server);
            const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy);
            world.onClose(() => agent.destroy());
            const before = await get(port, agent);
            const svid = await world.ca.issue("/client");
            world.client.set({ svid, bundles: world.client.snapshot().bundles });
            assert.notEqual(before, svid.leaf.serialNumber);
            assert.equal(await get(port, agent), svid.leaf.serialNumber);
        });

        it("doesn't keep a connection that was busy during the rotation", async () => {
            const server = createHttpsServer(world.server, world.serverPolicy, (incoming, response) => {
                const { url } = incoming;
                if (url === "/") {
                    world.client.set(world.client.snapshot());
                }
                response.end(url);
            });
            const port = await world.listen(server);
            const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy);
            world.onClose(() => agent.destroy());
            await get(port, agent);
            await get(port, agent);
            assert.deepEqual(world.verdicts("server"), ["success", "success"]);
        });

        it("uses no pooled connection once the identity is withdrawn", async () => {
            const server = createHttpsServer(world.server, world.serverPolicy, (_incoming, response) =>
                response.end("ok"),
            );
            const port = await world.listen(server);
            const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy);
            world.onClose(() => agent.destroy());
            assert.equal(await get(port, agent), "ok");
            world.client.snapshot = () => {
                throw new SpiffeError("no_identity_issued", "no identity was issued");
            };
            await assert.rejects(get(port, agent), { code: "no_identity" });
        });

        it("fails the request when the server isn't whom the client authorizes", async () => {
            const server = createHttpsServer(world.server, world.serverPolicy, (_incoming, response) => response.end());
            const port = await world.listen(server);
            const policy = { ...world.clientPolicy, authorize: authorizeId(SpiffeId.parse(CLIENT)) };
            const agent = new SpiffeHttpsAgent(world.client, policy);
            world.onClose(() => agent.destroy());
            await assert.rejects(get(port, agent), { code: "unauthorized" });
        });
    });

    describe("over http2", () => {
        it("tells both sides whom they speak to", async () => {
            const server = createHttp2Server(world.server, world.serverPolicy, (incoming, response) => {
                response.end(caller(incoming));
            });
            const port = await world.listen(server);
            const session = await connectHttp2(world.client, world.clientPolicy, `https://127.0.0.1:${port}`);
            world.onClose(() => session.close());
            assert.equal(await getOver(session), CLIENT);
            assert.equal(caller(session), SERVER);
        });

        it("keeps a session through a rotation and shows the new SVID to the next one", async () => {
            const server = createHttp2Server(world.server, world.serverPolicy, (_incoming, response) =>
                response.end("ok"),
            );
            const port = await world.listen(server);
            const first = await connectHttp2(world.client, world.clientPolicy, `https://127.0.0.1:${port}`);
            world.onClose(() => first.close());
            assert.equal(await getOver(first), "ok");
            const svid = await world.ca.issue("/server");
            world.server.set({ svid, bundles: world.server.snapshot().bundles });
            assert.equal(await getOver(first), "ok");
            const second = await connectHttp2(world.client, world.clientPolicy, `https://127.0.0.1:${port}`);
            world.onClose(() => second.close());
            assert.equal(peerOf(second)?.chain[0]?.serialNumber, svid.leaf.serialNumber);
        });

        it("refuses a server that speaks no HTTP/2", async () => {
            const policy = { ...world.serverPolicy, ALPNProtocols: ["http/1.1", "h2c"] };
            const port = await world.listen(createTlsServer(world.server, policy, () => {}));
            await assert.rejects(connectHttp2(world.client, world.clientPolicy, `https://127.0.0.1:${port}`));
        });
    });

    describe("over fetch", () => {
        it("authenticates, and takes new connections after a rotation", async () => {
            const server = createHttpsServer(world.server, world.serverPolicy, (incoming, response) => {
                response.end(peerOf(incoming)?.chain[0]?.serialNumber);
            });
            const port = await world.listen(server);
            const dispatcher = new SpiffeDispatcher(world.client, world.clientPolicy, { connections: 1 });
            world.onClose(() => dispatcher.close());
            const fetch = createFetch(dispatcher);
            const serial = async () => (await fetch(`https://127.0.0.1:${port}/`)).text();
            assert.equal(await serial(), world.client.snapshot().svid.leaf.serialNumber);
            assert.equal(await serial(), world.client.snapshot().svid.leaf.serialNumber);
            assert.equal(world.verdicts("server").length, 1);
            world.client.set({ svid: await world.ca.issue("/client"), bundles: world.client.snapshot().bundles });
            assert.equal(await serial(), world.client.snapshot().svid.leaf.serialNumber);
            assert.equal(world.verdicts("server").length, 2);
        });

        it("refuses plain http", async () => {
            const dispatcher = new SpiffeDispatcher(world.client, world.clientPolicy);
            world.onClose(() => dispatcher.destroy());
            await assert.rejects(createFetch(dispatcher)("http://127.0.0.1:1/"), {
                message: "http://127.0.0.1:1 is not https, so the peer can't be authenticated",
            });
        });

        it("fails when the server isn't whom the client authorizes", async () => {
            const server = createHttpsServer(world.server, world.serverPolicy, (_incoming, response) => response.end());
            const port = await world.listen(server);
            const policy = { ...world.clientPolicy, authorize: authorizeId(SpiffeId.parse(CLIENT)) };
            const dispatcher = new SpiffeDispatcher(world.client, policy);
            world.onClose(() => dispatcher.destroy());
            await assert.rejects(createFetch(dispatcher)(`https://127.0.0.1:${port}/`), (error: unknown) => {
                assert.ok(error instanceof TypeError);
                assert.equal((error.cause as { code?: string }).code, "unauthorized");
                return true;
            });
        });
    });

    describe("over gRPC", () => {
        it("tells both sides whom they speak to, call by call and stream by stream", async () => {
            const server = echoServer((call) => String(listener.peerOf(call)?.id));
            const listener = createGrpcListener(server, world.server, world.serverPolicy);
            const port = await world.listen(listener.server);
            world.onClose(() => server.forceShutdown());
            const client = new grpc.Client(`127.0.0.1:${port}`, channelCredentials(world.client, world.clientPolicy));
            world.onClose(() => client.close());
            assert.equal(await echoCall(client, "hi"), `hi from ${CLIENT}`);
            assert.equal(await echoCall(client, "again"), `again from ${CLIENT}`);
            assert.deepEqual([...new Set(world.verdicts("server"))], ["success"]);
        });

        it("never calls a handler for a client that the authorizer refuses", async () => {
            let calls = 0;
            const server = echoServer(() => String(calls++));
            const policy = {
                ...world.serverPolicy,
                authorize: authorizeId(SpiffeId.parse("spiffe://example.org/ops")),
            };
            const port = await world.listen(createGrpcListener(server, world.server, policy).server);
            world.onClose(() => server.forceShutdown());
            const client = new grpc.Client(`127.0.0.1:${port}`, channelCredentials(world.client, world.clientPolicy));
            world.onClose(() => client.close());
            await assert.rejects(echoCall(client, "hi", 500), /UNAVAILABLE|DEADLINE_EXCEEDED/);
            assert.equal(calls, 0);
        });

        it("refuses a client that offers no HTTP/2", async () => {
            const server = echoServer(() => "");
            const port = await world.listen(createGrpcListener(server, world.server, world.serverPolicy).server);
            world.onClose(() => server.forceShutdown());
            const socket = await connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port });
            await closed(socket);
            assert.deepEqual(world.verdicts("server"), ["success", "alpn"]);
        });

        it("tells callers over a Unix domain socket apart, who have no address", async () => {
            const folder = await mkdtemp(join(tmpdir(), "grpc-"));
            const server = echoServer((call) => String(listener.peerOf(call)?.id ?? "nobody"));
            const listener = createGrpcListener(server, world.server, world.serverPolicy);
            const path = join(folder, "echo.sock");
            await once(listener.server.listen(path), "listening");
            const other = await TlsWorld.member(world.ca, "/other");
            const channels = [world.client, other].map(
                (identity) => new grpc.Client(`unix:${path}`, channelCredentials(identity, world.clientPolicy)),
            );
            assert.deepEqual(await Promise.all(channels.map((channel) => echoCall(channel, "hello"))), [
                `hello from ${CLIENT}`,
                "hello from spiffe://example.org/other",
            ]);
            channels.forEach((channel) => channel.close());
            server.forceShutdown();
            listener.server.close();
            await rm(folder, { recursive: true });
        });

        it("carries call credentials", async () => {
            const seen: string[] = [];
            const server = echoServer((call) => {
                seen.push(...call.metadata.get("authorization").map(String));
                return "";
            });
            const port = await world.listen(createGrpcListener(server, world.server, world.serverPolicy).server);
            world.onClose(() => server.forceShutdown());
            const perCall = grpc.credentials.createFromMetadataGenerator((_options, callback) => {
                const metadata = new grpc.Metadata();
                metadata.set("authorization", "bearer x");
                callback(null, metadata);
            });
            const credentials = channelCredentials(world.client, world.clientPolicy).compose(perCall);
            const client = new grpc.Client(`127.0.0.1:${port}`, credentials);
            world.onClose(() => client.close());
            await echoCall(client, "hi");
            assert.deepEqual(seen, ["bearer x"]);
        });
    });
});
