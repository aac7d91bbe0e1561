import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { Client } from "@grpc/grpc-js";
import { fetch as undiciFetch } from "undici";

import type { Authorizer, AuthorizedConnection, SpiffeId } from "../../src/index.js";
import { authorizeAny, authorizeId, authorizeTarget, SpiffeId as Id } from "../../src/index.js";
import { parsePolicy } from "../../src/entry/policy.js";
import type { ClientPolicy } from "../../src/tls/index.js";
import { connectTls, createTlsServer } from "../../src/tls/index.js";
import { SpiffeDispatcher } from "../../src/entry/fetch.js";
import { channelCredentials, createGrpcListener } from "../../src/entry/grpc.js";
import { connectHttp2, createHttp2Server, createHttpsServer, SpiffeHttpsAgent } from "../../src/entry/http.js";
import { echoCall, echoServer } from "../support/grpc-echo.js";
import { get } from "../support/https-get.js";
import { closed, TlsWorld } from "../support/tls-world.js";
import { warningsDuring } from "../support/warnings.js";

/** What a program may give as an authorizer in plain JavaScript: none of it may let anybody in. */
const verdicts: Readonly<Record<string, () => unknown>> = {
    false: () => false,
    nothing: () => undefined,
    null: () => null,
    zero: () => 0,
    one: () => 1,
    text: () => "yes",
    "an object": () => ({}),
    "a Boolean object": () => Object(true) as unknown,
    "a promise of true": () => Promise.resolve(true),
    "a promise that rejects": () => Promise.reject(new Error("not in the database")),
    "a promise that stays pending": () => new Promise(() => {}),
    "a thenable": () => ({ then: () => {} }),
    "a function": () => () => true,
    "an exception": () => {
        throw new Error("the database is away");
    },
    "something thrown that is no error": () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a careless authorizer may do is tried here
        throw "no";
    },
};

const asAuthorizer = (verdict: () => unknown): Authorizer => verdict as Authorizer;

describe("An authorizer", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    for (const [name, verdict] of Object.entries(verdicts)) {
        it(`lets nobody in by ${name}, on either side`, async () => {
            let connections = 0;
            const server = { ...world.serverPolicy, authorize: asAuthorizer(verdict) };
            const port = await world.listen(createTlsServer(world.server, server, () => connections++));
            const target = { host: "127.0.0.1", port };
            await warningsDuring(async () => {
                await closed(await connectTls(world.client, world.clientPolicy, target));
                const client = { ...world.clientPolicy, authorize: asAuthorizer(verdict) };
                await assert.rejects(connectTls(world.client, client, target), { code: "unauthorized" });
            });
            assert.equal(connections, 0);
            assert.equal(world.verdicts("server")[0], "unauthorized");
        });
    }

    it("that fails is reported as a warning, once for each failure", async () => {
        const failing = (verdict: () => unknown): Promise<string[]> =>
            warningsDuring(async () => {
                const policy = { ...world.serverPolicy, authorize: asAuthorizer(verdict) };
                const port = await world.listen(createTlsServer(world.server, policy, () => {}));
                await closed(await connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port }));
            });
        assert.deepEqual(await failing(() => Promise.reject(new Error("gone"))), ["The authorizer failed: gone"]);
        assert.deepEqual(
            await failing(() => {
                throw new Error("away");
            }),
            ["The authorizer failed: away"],
        );
        assert.deepEqual(await failing(() => false), []);
    });

    it("that is async, or no function, is refused before anybody connects", () => {
        const wrong: unknown[] = [
            async () => Promise.resolve(true),
            undefined,
            null,
            true,
            "spiffe://example.org/a",
            {},
        ];
        for (const authorize of wrong) {
            const policy = { authorize } as { authorize: Authorizer };
            const makers = [
                () => createTlsServer(world.server, policy, () => {}),
                () => createHttpsServer(world.server, policy, () => {}),
                () => createHttp2Server(world.server, policy, () => {}),
                () =>
                    createGrpcListener(
                        echoServer(() => ""),
                        world.server,
                        policy,
                    ),
                () => channelCredentials(world.client, policy),
                () => new SpiffeHttpsAgent(world.client, policy),
                () => new SpiffeDispatcher(world.client, policy),
            ];
            for (const make of makers) {
                assert.throws(make, { code: "invalid_parameter", message: /^policy\.authorize must/ });
            }
        }
        assert.throws(() => createTlsServer(world.server, undefined as never, () => {}), { code: "invalid_parameter" });
    });

    describe("that gives false or a promise", () => {
        for (const name of ["false", "a promise of true", "a promise that rejects"] as const) {
            const authorize = asAuthorizer(verdicts[name] ?? (() => true));
            it(`keeps ${name} away from handlers and servers of http/1, http/2 and gRPC`, async () => {
                let served = 0;
                const refusing = { ...world.serverPolicy, authorize };
                const serve = (_request: unknown, response: { end(): unknown }): void => {
                    served += 1;
                    response.end();
                };
                const grpcServer = echoServer(() => String((served += 1)));
                const call = async (port: number, policy: ClientPolicy): Promise<string> => {
                    const channel = new Client(`127.0.0.1:${port}`, channelCredentials(world.client, policy));
                    return echoCall(channel, "x").finally(() => channel.close());
                };
                await warningsDuring(async () => {
                    const https = await world.listen(createHttpsServer(world.server, refusing, serve));
                    const http2 = await world.listen(createHttp2Server(world.server, refusing, serve));
                    const grpc = await world.listen(createGrpcListener(grpcServer, world.server, refusing).server);
                    const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy);
                    await assert.rejects(get(https, agent));
                    const session = await connectHttp2(world.client, world.clientPolicy, `https://127.0.0.1:${http2}`);
                    session.on("error", () => {});
                    assert.equal(
                        (await text(session.request({ ":path": "/" })).catch(() => "refused")) || "refused",
                        "refused",
                    );
                    await assert.rejects(call(grpc, world.clientPolicy));

                    const client = { ...world.clientPolicy, authorize };
                    const open = await world.listen(createHttpsServer(world.server, world.serverPolicy, serve));
                    await assert.rejects(get(open, new SpiffeHttpsAgent(world.client, client)));
                    const dispatcher = new SpiffeDispatcher(world.client, client);
                    await assert.rejects(undiciFetch(`https://127.0.0.1:${open}`, { dispatcher }));
                    await assert.rejects(connectHttp2(world.client, client, `https://127.0.0.1:${open}`));
                    await assert.rejects(call(grpc, client));
                });
                assert.equal(served, 0);
                grpcServer.forceShutdown();
            });
        }
    });

    it("is told which connection it decides about", async () => {
        const told: AuthorizedConnection[] = [];
        const authorize = (_id: SpiffeId, _chain: unknown, connection: AuthorizedConnection): boolean => {
            told.push(connection);
            return true;
        };
        const port = await world.listen(
            createTlsServer(world.server, { authorize }, (socket) => socket.on("error", () => {}).end()),
        );
        const socket = await connectTls(world.client, { authorize }, { host: "localhost", port });
        await once(socket.resume(), "end");
        assert.deepEqual(told.map(({ side, target }) => [side, target]).sort(), [
            ["client", "localhost"],
            ["server", "localhost"],
        ]);
        assert.match(String(told[0]?.remoteAddress), /^(127\.0\.0\.1|\[::1\]):\d+$/);
    });

    it("by target takes each server only for what it is", async () => {
        const id = (path: string): SpiffeId => Id.parse(`spiffe://example.org${path}`);
        const port = await world.listen(createTlsServer(world.server, { authorize: authorizeAny() }, (s) => s.end()));
        const authorize = authorizeTarget({
            LocalHost: authorizeId(id("/server")),
            "127.0.0.1": authorizeId(id("/db")),
        });
        const open = (host: string) => connectTls(world.client, { authorize }, { host, port });
        (await open("localhost")).destroy();
        await assert.rejects(open("127.0.0.1"), {
            message: "spiffe://example.org/server is not allowed: only spiffe://example.org/db is",
        });
        await assert.rejects(
            connectTls(world.client, { authorize: authorizeTarget({}) }, { host: "127.0.0.1", port }),
            { code: "unauthorized", message: "spiffe://example.org/server: no authorizer is given for 127.0.0.1" },
        );
        assert.throws(() => authorizeTarget({ db: true as never }), { code: "invalid_parameter" });
        assert.equal(parsePolicy("allow: [{any: true}]")(id("/x"), [], { side: "client" }), true);
    });
});
