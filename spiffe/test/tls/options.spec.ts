import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer as createWebServer, request } from "node:https";
import { createServer as createPlainServer, connect as connectPlain } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import { connect } from "node:tls";

import type { X509Provider } from "../../src/index.js";
import { authorizeId, SourceError, SpiffeId, StaticX509Provider, X509BundleSet } from "../../src/index.js";
import { clientOptions, connectSocket, createTlsServer, peerOf } from "../../src/tls/index.js";
import { TestCa } from "../support/ca.js";
import { closed, TlsWorld } from "../support/tls-world.js";

const SERVER = "spiffe://example.org/server";
const CLIENT = "spiffe://example.org/client";
const onlyServer = authorizeId(SpiffeId.parse(SERVER));
const onlyOther = authorizeId(SpiffeId.parse("spiffe://example.org/other"));

describe("What other libraries connect by", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    /** A server that greets its client by ID and serial number, and keeps what it is sent. */
    async function listen(identity = world.server): Promise<{ port: number; received: string[] }> {
        const received: string[] = [];
        const server = createTlsServer(identity, world.serverPolicy, (socket) => {
            const { id, chain } = peerOf(socket) ?? assert.fail("no peer");
            socket.on("error", () => {}).on("data", (data: Buffer) => received.push(data.toString()));
            socket.end(`${id} ${chain[0]?.serialNumber}`);
        });
        return { port: await world.listen(server), received };
    }
    const serial = (): string => world.client.snapshot().svid.leaf.serialNumber;

    describe("clientOptions", () => {
        it("connects, in whatever way it is kept and copied, with the SVID of the time", async () => {
            const { port } = await listen();
            const options = clientOptions(world.client, { ...world.clientPolicy, authorize: onlyServer });
            const copies = [options, { ...options }, Object.assign({}, options)];
            for (let round = 0; round < 2; round++) {
                for (const copy of copies) {
                    assert.equal(await text(connect({ ...copy, host: "127.0.0.1", port })), `${CLIENT} ${serial()}`);
                }
                world.client.set({
                    svid: await world.ca.issue("/client"),
                    bundles: new X509BundleSet([world.ca.bundle]),
                });
            }
            assert.deepEqual(world.verdicts("client"), Array(6).fill("success"));
        });

        it("upgrades a socket that has spoken in the clear before, as databases do", async () => {
            const { port } = await listen();
            const socket = connectPlain(port, "127.0.0.1");
            await once(socket, "connect");
            const options = clientOptions(world.client, world.clientPolicy);
            assert.equal(await text(connect({ ...options, socket })), `${CLIENT} ${serial()}`);
        });

        it("refuses the wrong server before a byte of the application leaves", async () => {
            const { port, received } = await listen();
            const options = clientOptions(world.client, { ...world.clientPolicy, authorize: onlyOther });
            const socket = connect({ ...options, host: "127.0.0.1", port });
            socket.write("secret");
            const [error] = (await once(socket, "error")) as [Error & { code: string }];
            assert.equal(error.code, "unauthorized");
            assert.deepEqual(world.verdicts("client"), ["unauthorized"]);
            await world.settled("server");
            assert.deepEqual(received, []);
        });

        it("judges a server by the bundle of its own trust domain, not by the pool that OpenSSL was given", async () => {
            const partner = await TestCa.create("partner.test");
            const forged = new StaticX509Provider({
                svid: await partner.issue(SERVER),
                bundles: new X509BundleSet([world.ca.bundle, partner.bundle]),
            });
            const { port } = await listen(forged);
            world.client.set({
                svid: world.client.snapshot().svid,
                bundles: new X509BundleSet([world.ca.bundle, partner.bundle]),
            });
            const socket = connect({ ...clientOptions(world.client, world.clientPolicy), host: "127.0.0.1", port });
            const [error] = (await once(socket, "error")) as [Error & { code: string }];
            assert.equal(error.code, "untrusted");
        });

        it("takes an intermediate authority as an anchor, and a chain with one, as SPIFFE does", async () => {
            const middle = await world.ca.intermediate();
            const svid = await middle.issue("/server");
            const { port } = await listen(TlsWorld.identity(svid, world.ca.bundle));
            for (const bundle of [middle.bundle, world.ca.bundle]) {
                world.client.set({ svid: world.client.snapshot().svid, bundles: new X509BundleSet([bundle]) });
                const options = clientOptions(world.client, world.clientPolicy);
                assert.match(await text(connect({ ...options, host: "127.0.0.1", port })), /client/);
            }
        });

        it("stops at an authority that left the bundle", async () => {
            const { port } = await listen();
            const options = clientOptions(world.client, world.clientPolicy);
            const other = await TestCa.create("example.org");
            world.client.set({ svid: world.client.snapshot().svid, bundles: new X509BundleSet([other.bundle]) });
            await assert.rejects(once(connect({ ...options, host: "127.0.0.1", port }), "secureConnect"));
        });

        it("lets an agent of node:https resume no session", async () => {
            const { svid } = world.server.snapshot();
            const server = createWebServer({ cert: svid.certPem(), key: svid.keyPem() }, (incoming, response) => {
                response.setHeader("connection", "close");
                assert.ok(incoming.socket instanceof TLSSocket);
                response.end(String(incoming.socket.isSessionReused()));
            });
            const port = await world.listen(server);
            const agent = new Agent(clientOptions(world.client, world.clientPolicy));
            for (let round = 0; round < 3; round++) {
                const outgoing = request({ host: "127.0.0.1", port, agent }).end();
                const [response] = (await once(outgoing, "response")) as [NodeJS.ReadableStream];
                assert.equal(await text(response), "false");
            }
            assert.deepEqual(world.verdicts("client"), Array(3).fill("success"));
        });

        it("says at once that a policy can't be, and at the connection that there is no identity", () => {
            const policy = { ...world.clientPolicy, allowTls12: true, kem: "require" as const };
            assert.throws(() => clientOptions(world.client, policy), { code: "invalid_policy" });
            const options = clientOptions(withdrawn(world.client), world.clientPolicy);
            assert.throws(() => connect({ ...options, host: "127.0.0.1", port: 1 }), { code: "no_identity" });
        });
    });

    describe("connectSocket", () => {
        it("announces secureConnect once the server is verified, and sends then what was written early", async () => {
            const { port, received } = await listen();
            const socket = connectSocket(world.client, world.clientPolicy, { host: "127.0.0.1", port });
            socket.write("early");
            assert.equal(peerOf(socket), undefined);
            const greeted = text(socket);
            await once(socket, "secureConnect");
            assert.equal(String(peerOf(socket)?.id), SERVER);
            assert.equal(await greeted, `${CLIENT} ${serial()}`);
            assert.deepEqual(received, ["early"]);
        });

        it("never announces a server that the authorizer refuses, and sends it nothing", async () => {
            const { port, received } = await listen();
            const policy = { ...world.clientPolicy, authorize: onlyOther };
            const socket = connectSocket(world.client, policy, { host: "127.0.0.1", port });
            socket.on("secureConnect", () => assert.fail("announced"));
            socket.write("secret");
            const [error] = (await once(socket, "error")) as [Error & { code: string }];
            assert.equal(error.code, "unauthorized");
            await world.settled("server");
            assert.deepEqual(received, []);
            assert.deepEqual(world.verdicts("client"), ["unauthorized"]);
        });

        it("tells by an error that there is no identity, no server, or no TLS", async () => {
            const plain = createPlainServer((socket) => socket.end("HTTP/1.1 400\r\n\r\n"));
            const port = await world.listen(plain);
            const failures = [
                connectSocket(withdrawn(world.client), world.clientPolicy, { host: "127.0.0.1", port }),
                connectSocket(world.client, world.clientPolicy, { path: "/nowhere/at-all.sock" }),
                connectSocket(world.client, world.clientPolicy, { host: "127.0.0.1", port }),
            ];
            const codes = await Promise.all(failures.map(async (socket) => errorCode(socket)));
            assert.deepEqual(codes.slice(0, 2), ["no_identity", "ENOENT"]);
            assert.match(codes[2] ?? "", /^ERR_SSL_/);
        });

        it("asks for the server name it is given and resolves as it is told", async () => {
            const names: (string | false)[] = [];
            const server = createTlsServer(world.server, world.serverPolicy, (socket) => socket.end("x"));
            server.prependListener("secureConnection", (socket: TLSSocket) => names.push(socket.servername ?? false));
            const port = await world.listen(server);
            const lookup = ((_host, options, callback) => {
                const address = { address: "127.0.0.1", family: 4 };
                if (options.all === true) {
                    callback(null, [address]);
                } else {
                    callback(null, address.address, address.family);
                }
            }) satisfies NonNullable<Parameters<typeof connectSocket>[2]["lookup"]>;
            for (const servername of [undefined, "db.test", ""]) {
                const target = { host: "elsewhere.test", port, lookup, servername };
                await closed(connectSocket(world.client, world.clientPolicy, target));
            }
            assert.deepEqual(names, ["elsewhere.test", "db.test", false]);
        });
    });
});

/** A provider whose identity has been taken away. */
function withdrawn(provider: StaticX509Provider): X509Provider {
    const snapshot = (): never => {
        throw new SourceError("no_identity_issued", "withdrawn");
    };
    return { snapshot, on: () => provider, off: () => provider };
}

async function errorCode(socket: TLSSocket): Promise<string> {
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    return error.code ?? error.message;
}
