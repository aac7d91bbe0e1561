import "reflect-metadata";

import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:tls";

import type { CanActivate } from "@nestjs/common";
import { Controller, Get, Logger, Module, Req, UseGuards } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";

import { callerOf, JwtSvid } from "../../src/entry/jwt.js";
import { authorizeId, peerOf, SourceError, SpiffeId, X509BundleSet } from "../../src/index.js";
import { createHttp2Server, createHttpsServer, SpiffeHttpsAgent } from "../../src/entry/http.js";
import { get } from "../support/https-get.js";
import { TlsWorld } from "../support/tls-world.js";
import { TokenIssuer } from "../support/tokens.js";
import { client as axiosClient } from "./code/axios.js";
import { builtIn } from "./code/built-in.js";
import { serve as serveExpress } from "./code/express.js";
import { serve as serveFastifyHttp2 } from "./code/fastify-http2.js";
import { serve as serveFastify } from "./code/fastify.js";
import { client as gotClient } from "./code/got.js";
import { getAll } from "./code/http2.js";
import { serve as serveKoa } from "./code/koa.js";
import { jwtSvidGuard } from "./code/nest-guard.js";
import { serve as serveNest } from "./code/nest.js";
import { get as getByUndici } from "./code/undici.js";
import { open as openWebSocket, serve as serveWebSockets } from "./code/ws.js";

const HELLO = "Hello, spiffe://example.org/client";
const SERVER = "spiffe://example.org/server";

/** A Nest module of one controller, put together without the syntax of decorators. */
function nestModule(greeted: (request: object) => SpiffeId | undefined, ...guards: CanActivate[]): new () => object {
    class Greeter {
        greet(request: object): string {
            return `Hello, ${greeted(request)}`;
        }
    }
    UseGuards(...guards)(Greeter);
    const method = Object.getOwnPropertyDescriptor(Greeter.prototype, "greet") ?? assert.fail();
    Get("/")(Greeter.prototype, "greet", method);
    Req()(Greeter.prototype, "greet", 0);
    Controller("/")(Greeter);
    Logger.overrideLogger(false);
    // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a module of NestJS is a class that says all by its decorator
    class App {}
    Module({ controllers: [Greeter] })(App);
    return App;
}

describe("Recipes over HTTP", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    /** A plain server of ours for the recipes of clients. */
    async function hello(): Promise<string> {
        const server = createHttpsServer(world.server, world.serverPolicy, (request, response) =>
            response.end(`Hello, ${peerOf(request)?.id}`),
        );
        return `https://127.0.0.1:${await world.listen(server)}/`;
    }
    const wrongServer = () => ({
        ...world.clientPolicy,
        authorize: authorizeId(SpiffeId.parse("spiffe://example.org/other")),
    });

    describe("of servers", () => {
        const recipes: Record<string, () => Server | Promise<Server>> = {
            express: () => serveExpress(world.server, world.serverPolicy),
            koa: () => serveKoa(world.server, world.serverPolicy),
            NestJS: () =>
                serveNest(
                    world.server,
                    world.serverPolicy,
                    nestModule((request) => peerOf(request)?.id),
                ),
            fastify: async () => {
                const app = serveFastify(world.server, world.serverPolicy);
                await app.ready();
                return app.server;
            },
        };
        for (const [name, serve] of Object.entries(recipes)) {
            it(`let an authorized client into ${name}, and nobody else`, async () => {
                const port = await world.listen(await serve());
                const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy);
                const stranger = await TlsWorld.create();
                const strange = new SpiffeHttpsAgent(
                    TlsWorld.identity(stranger.client.snapshot().svid, world.ca.bundle),
                    world.clientPolicy,
                );
                world.onClose(() => [agent, strange].forEach((each) => each.destroy()));
                assert.equal(await get(port, agent), HELLO);
                await assert.rejects(get(port, strange));
            });
        }

        it("let the caller of a JWT-SVID past a guard of NestJS, and nobody else", async () => {
            const [issuer, stranger] = [new TokenIssuer("example.org"), new TokenIssuer("example.org")];
            let bundles: TokenIssuer["bundles"] | undefined = issuer.bundles;
            const guard = jwtSvidGuard(
                {
                    validate: (token, audience) =>
                        bundles === undefined
                            ? Promise.reject(new SourceError("closed", "the source is closed"))
                            : JwtSvid.parseAndValidate(token, audience, bundles),
                },
                { audience: "reports", authorize: authorizeId(SpiffeId.parse("spiffe://example.org/web")) },
            );
            const app = await NestFactory.create(nestModule((request) => callerOf(request)?.id, guard));
            await app.listen(0, "127.0.0.1");
            world.onClose(() => void app.close());
            const call = async (authorization?: string): Promise<[number, string | null, string]> => {
                const response = await fetch(await app.getUrl(), {
                    headers: { connection: "close", ...(authorization === undefined ? {} : { authorization }) },
                });
                return [response.status, response.headers.get("www-authenticate"), await response.text()];
            };
            const refusal = (statusCode: number, message: string) => JSON.stringify({ statusCode, message });
            const rejected = [
                401,
                'Bearer error="invalid_token"',
                refusal(401, "the bearer token is not accepted"),
            ] as const;
            assert.deepEqual(await call(`Bearer ${await issuer.issue()}`), [
                200,
                null,
                "Hello, spiffe://example.org/web",
            ]);
            assert.deepEqual(await call(), [401, "Bearer", refusal(401, "the request has no bearer token")]);
            assert.deepEqual(await call(`Bearer ${await stranger.issue()}`), rejected);
            assert.deepEqual(await call(`Bearer ${await issuer.issue({ audience: ["others"] })}`), rejected);
            assert.deepEqual(await call(`Bearer ${await issuer.issue({ subject: "spiffe://example.org/other" })}`), [
                403,
                'Bearer error="insufficient_scope"',
                refusal(403, "the caller is not authorized"),
            ]);
            bundles = undefined;
            assert.deepEqual(await call(`Bearer ${await issuer.issue()}`), [
                503,
                null,
                refusal(503, "bearer tokens can't be checked at present"),
            ]);
        });

        it("let an authorized client into fastify over HTTP/2", async () => {
            const app = serveFastifyHttp2(world.server, world.serverPolicy);
            await app.ready();
            const port = await world.listen(app.server);
            assert.deepEqual(await getAll(world.client, world.clientPolicy, [`https://127.0.0.1:${port}/`]), [HELLO]);
        });

        it("let an authorized client into a server of ws", async () => {
            const port = await world.listen(serveWebSockets(world.server, world.serverPolicy));
            const socket = openWebSocket(world.client, world.clientPolicy, `wss://127.0.0.1:${port}/`);
            const [greeting] = (await once(socket, "message")) as [Buffer];
            socket.terminate();
            assert.equal(greeting.toString(), HELLO);
            const refused = openWebSocket(world.client, wrongServer(), `wss://127.0.0.1:${port}/`);
            await assert.rejects(once(refused, "open"), { code: "unauthorized" });
        });
    });

    describe("of clients", () => {
        const recipes: Record<string, (policy: typeof world.clientPolicy, url: string) => Promise<string>> = {
            undici: (policy, url) => getByUndici(world.client, policy, url),
            "the built-in fetch": async (policy, url) => {
                const client = builtIn(world.client, policy);
                return client.get(url).finally(() => client.close());
            },
            axios: async (policy, url) => String((await axiosClient(world.client, policy).get(url)).data),
            got: (policy, url) =>
                gotClient(world.client, policy)
                    .get(url, { retry: { limit: 0 } })
                    .text(),
        };
        for (const [name, call] of Object.entries(recipes)) {
            it(`reach the right server by ${name}, and no other`, async () => {
                const url = await hello();
                assert.equal(await call(world.clientPolicy, url), HELLO);
                await assert.rejects(call(wrongServer(), url));
                assert.deepEqual(world.verdicts("client"), ["success", "unauthorized"]);
            });
        }

        it("reach the right server by the built-in WebSocket", async () => {
            const port = await world.listen(serveWebSockets(world.server, world.serverPolicy));
            const client = builtIn(world.client, world.clientPolicy);
            const socket = client.open(`wss://127.0.0.1:${port}/`);
            const greeting = await new Promise((resolve, reject) => {
                socket.onmessage = (message) => resolve(message.data);
                socket.onerror = () => reject(new Error("no connection"));
            });
            socket.close();
            await client.close();
            assert.equal(greeting, HELLO);
        });

        it("share one HTTP/2 session for an origin", async () => {
            const server = createHttp2Server(world.server, world.serverPolicy, (request, response) =>
                response.end(`${request.url} for ${peerOf(request)?.id}`),
            );
            const origin = `https://127.0.0.1:${await world.listen(server)}`;
            const paths = ["/a", "/b?c=d", "/"];
            const answers = await getAll(
                world.client,
                world.clientPolicy,
                paths.map((path) => origin + path),
            );
            assert.deepEqual(
                answers,
                paths.map((path) => `${path} for spiffe://example.org/client`),
            );
            assert.deepEqual(world.verdicts("client"), ["success"]);
            await assert.rejects(getAll(world.client, wrongServer(), [origin]), { code: "unauthorized" });
        });
    });

    it("keep a server's policy through a rotation", async () => {
        const policy = { ...world.serverPolicy, authorize: authorizeId(SpiffeId.parse(SERVER)) };
        const port = await world.listen(serveExpress(world.server, policy));
        world.server.set({ svid: await world.ca.issue("/server"), bundles: new X509BundleSet([world.ca.bundle]) });
        const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy);
        world.onClose(() => agent.destroy());
        await assert.rejects(get(port, agent));
    });
});
