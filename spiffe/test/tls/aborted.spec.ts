import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

import { connectTls, createTlsServer } from "../../src/tls/index.js";
import { SpiffeHttpsAgent } from "../../src/entry/http.js";
import { freePort } from "../support/free-port.js";
import { TlsWorld } from "../support/tls-world.js";

/** A listener that accepts nobody, ever. Its queue takes two; the kernel lets later ones ask in vain. */
const DEAF_LISTENER = `
    const { createServer } = require("node:net");
    const { parentPort } = require("node:worker_threads");
    const server = createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
        parentPort.postMessage(server.address().port);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });
`;

describe("handshakes that come to no verdict", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });

    afterEach(async () => world.close());

    const silentServer = (): Server =>
        createServer((socket: Socket) => {
            socket.on("error", () => {}).resume();
        });

    /** They are neither a failure of MET-1 nor a refused authentication of MET-3. */
    async function countsAsAborted(side: "client" | "server"): Promise<void> {
        await world.settled(side);
        assert.deepEqual(world.verdicts(side), ["aborted"]);
        assert.equal(await world.value("pqc_handshakes_total", { side, result: "aborted" }), 1);
        const failures = await world.registry.getSingleMetric("spiffe_authentication_failures_total")?.get();
        assert.deepEqual([...new Set(failures?.values.map(({ value }) => value))], [0]);
    }

    it("are a port scan", async () => {
        const server = createTlsServer(world.server, world.serverPolicy, () => assert.fail("it was let in"));
        const socket = connectTcp(await world.listen(server), "127.0.0.1");
        await once(socket, "connect");
        socket.resetAndDestroy();
        await countsAsAborted("server");
    });

    it("are a server that is not there", async () => {
        const target = { host: "127.0.0.1", port: await freePort() };
        await assert.rejects(connectTls(world.client, world.clientPolicy, target), { code: "ECONNREFUSED" });
        await countsAsAborted("client");
    });

    it("are a server that was not reached in time, as behind a node that is gone", async () => {
        const deaf = new Worker(DEAF_LISTENER, { eval: true });
        world.onClose(() => deaf.terminate());
        const [port] = (await once(deaf, "message")) as [number];
        for (let place = 0; place < 2; place++) {
            const socket = connectTcp(port, "127.0.0.1").on("error", () => {});
            world.onClose(() => socket.destroy());
            await once(socket, "connect");
        }
        const policy = { ...world.clientPolicy, handshakeTimeoutMs: 200 };
        await assert.rejects(connectTls(world.client, policy, { host: "127.0.0.1", port }), {
            code: "ETIMEDOUT",
            message: "the server was not reached within 200 ms",
        });
        await countsAsAborted("client");
    });

    it("are a caller that no longer waits for a server", async () => {
        const target = { host: "127.0.0.1", port: await world.listen(silentServer()) };
        const reason = new Error("enough");
        const giveUp = new AbortController();
        const attempt = connectTls(world.client, world.clientPolicy, { ...target, signal: giveUp.signal });
        giveUp.abort(reason);
        await assert.rejects(attempt, reason);
        await countsAsAborted("client");
    });

    it("are an https request that is aborted", async () => {
        const server = silentServer();
        const port = await world.listen(server);
        const agent = new SpiffeHttpsAgent(world.client, world.clientPolicy);
        world.onClose(() => agent.destroy());
        const giveUp = new AbortController();
        const attempt = request({ host: "127.0.0.1", port, agent, signal: giveUp.signal }).end();
        await once(server, "connection");
        giveUp.abort();
        await assert.rejects(once(attempt, "response"), { code: "ABORT_ERR" });
        await countsAsAborted("client");
    });
});
