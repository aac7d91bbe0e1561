import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttps, request } from "node:https";
import type { Server, TlsOptions, TLSSocket } from "node:tls";
import { connect, createServer } from "node:tls";

import { StaticX509Provider } from "../../src/index.js";
import { connectTls, createTlsServer, guardServer, serverOptions } from "../../src/tls/index.js";
import { SpiffeDispatcher } from "../../src/entry/fetch.js";
import { createHttp2Server, createHttpsServer, SpiffeHttpsAgent } from "../../src/entry/http.js";
import { checkSession } from "../../src/tls/peer.js";
import { get } from "../support/https-get.js";
import { closed, TlsWorld } from "../support/tls-world.js";
import { warningsDuring } from "../support/warnings.js";

describe("A server", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    const makers: Readonly<Record<string, (options: TlsOptions) => Server>> = {
        "node:tls": (options) => createServer(options),
        "node:https": (options) => createHttps(options),
        "node:http2": (options) => createSecureServer(options),
    };
    for (const [name, make] of Object.entries(makers)) {
        for (const clientAuth of ["required", "optional", "none"] as const) {
            it(`of ${name} completes no handshake until it is guarded, where clients are ${clientAuth}`, async () => {
                const policy = { ...world.serverPolicy, clientAuth };
                const server = make(serverOptions(world.server, policy));
                let secured = 0;
                server.on("secureConnection", () => secured++);
                const port = await world.listen(server);
                const stranger = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
                await closed(stranger);
                const target = { host: "127.0.0.1", port };
                await assert.rejects(connectTls(world.client, world.clientPolicy, target));
                assert.equal(secured, 0);
                guardServer(server, world.server, policy);
                (await connectTls(world.client, world.clientPolicy, target)).destroy();
            });
        }
    }

    it("shows the new SVID whatever a listener of the program does, and calls the others", async () => {
        const called: string[] = [];
        world.server.on("update", () => {
            throw new Error("a fault of the program");
        });
        world.server.once("update", () => called.push("once"));
        world.server.on("update", () => called.push("always"));
        const port = await world.listen(
            createHttpsServer(world.server, world.serverPolicy, (_request, response) => response.end("served")),
        );
        const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy, { keepAlive: false });
        const next = await world.ca.issue("/server");
        const warnings = await warningsDuring(() => {
            world.server.set({ svid: next, bundles: world.server.snapshot().bundles });
            world.server.set({ svid: next, bundles: world.server.snapshot().bundles });
            return Promise.resolve();
        });
        assert.deepEqual(called, ["once", "always", "always"]);
        assert.deepEqual(warnings, Array(2).fill('A listener for "update" failed: a fault of the program'));
        assert.equal(await get(port, agent), "served");
        assert.equal(world.events.find(({ side }) => side === "client")?.serial, next.leaf.serialNumber);
    });

    it("destroys refused sockets whatever its observer does", async () => {
        const observer = (): void => {
            throw new Error("the log is full");
        };
        const server = createTlsServer(
            world.server,
            { ...world.serverPolicy, authorize: () => false, observer },
            () => {},
        );
        const port = await world.listen(server);
        const warnings = await warningsDuring(async () => {
            const sockets = await Promise.all(
                [1, 2, 3].map(() => connectTls(world.client, { authorize: () => true }, { host: "127.0.0.1", port })),
            );
            await Promise.all(sockets.map(closed));
        });
        assert.deepEqual(warnings, Array(3).fill("A handshake observer failed: the log is full"));
        const left = await new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
        assert.equal(left, 0);
    });

    it("takes no session for an authentication that was resumed, whatever the context let through", () => {
        const socket = { getProtocol: () => "TLSv1.3", isSessionReused: () => true } as unknown as TLSSocket;
        assert.throws(() => checkSession(socket, {}), { code: "resumed" });
    });

    it("takes the options of its protocol, and none of TLS", async () => {
        const https = createHttpsServer(world.server, world.serverPolicy, (_request, response) => response.end(), {
            maxHeaderSize: 1_000,
            requestTimeout: 5_000,
        });
        assert.equal(https.requestTimeout, 5_000);
        const port = await world.listen(https);
        const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy);
        world.onClose(() => agent.destroy());
        const outgoing = request({ host: "127.0.0.1", port, agent, headers: { long: "x".repeat(2_000) } }).end();
        const [response] = (await once(outgoing, "response")) as [IncomingMessage];
        assert.equal(response.resume().statusCode, 431);
        for (const create of [createHttpsServer, createHttp2Server]) {
            const options = { SNICallback: () => {}, key: "key" } as object;
            assert.throws(() => create(world.server, world.serverPolicy, () => {}, options), {
                code: "invalid_parameter",
                message: /^options has SNICallback, key; it may have /,
            });
        }
    });

    it("is one of many on one identity without a warning", async () => {
        const identity = new StaticX509Provider(world.server.snapshot());
        const warnings = await warningsDuring(() => {
            for (let i = 0; i < 20; i++) {
                createTlsServer(identity, world.serverPolicy, () => {});
                new SpiffeHttpsAgent(identity, world.clientPolicy);
                new SpiffeDispatcher(identity, world.clientPolicy);
            }
            return Promise.resolve();
        });
        assert.deepEqual(warnings, []);
    });

    it("tells for each handshake who, from where, to what, and how it ended", async () => {
        const port = await world.listen(createTlsServer(world.server, world.serverPolicy, (socket) => socket.end()));
        const socket = await connectTls(world.client, world.clientPolicy, { host: "localhost", port });
        const from = `${socket.localAddress?.includes(":") ? `[${socket.localAddress}]` : socket.localAddress}:${socket.localPort}`;
        await closed(socket);
        const stranger = await world.ca.issue("/client", { notAfter: new Date(Date.now() - 1_000) });
        world.client.set({ svid: stranger, bundles: world.client.snapshot().bundles });
        await closed(await connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port }));
        const told = world.events.map(({ side, result, reason, peer, claimedId, serial, target, remoteAddress }) => ({
            ...{ side, result, reason, peer: peer?.toString(), claimedId, serial, target },
            from: side === "server" ? remoteAddress : undefined,
        }));
        const server = told.filter(({ side }) => side === "server");
        assert.deepEqual(server[0], {
            ...{
                side: "server",
                result: "success",
                reason: undefined,
                claimedId: undefined,
                from,
                target: "localhost",
            },
            ...{ peer: "spiffe://example.org/client", serial: server[0]?.serial },
        });
        assert.match(String(server[0].serial), /^[0-9A-F]+$/);
        assert.deepEqual(
            { ...server[1], from: undefined },
            {
                ...{ side: "server", result: "failure", reason: "expired", peer: undefined, from: undefined },
                ...{ claimedId: "spiffe://example.org/client", serial: stranger.leaf.serialNumber, target: undefined },
            },
        );
        const client = told.find(({ side }) => side === "client");
        assert.equal(client?.target, `localhost:${port}`);
        assert.equal(client.peer, "spiffe://example.org/server");
    });
});
