import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { createServer, Socket } from "node:net";

import { Registry } from "prom-client";

import { freePort } from "../../spiffe/test/support/free-port.js";
import type { ForbiddenTarget } from "../src/forbidden.js";
import { attempt, ForbiddenTargets } from "../src/forbidden.js";

/** A label of DNS has at most 63 characters, so that no server needs to be asked. */
const NOWHERE = `${"x".repeat(64)}.invalid`;

const to = (port: number, host = "127.0.0.1"): ForbiddenTarget => ({ name: `${host}:${port}`, host, port });

/** What becomes of a connection, played. */
const failing = (code: string) => (): Socket => {
    const socket = new Socket();
    process.nextTick(() => socket.destroy(Object.assign(new Error(`connect ${code}`), { code })));
    return socket;
};
const silent = (): Socket => new Socket();

describe("A forbidden connection", () => {
    let server: Server;
    let port: number;
    let closed: number;

    beforeEach(async () => {
        server = createServer((socket) => socket.destroy());
        await once(server.listen(0, "127.0.0.1"), "listening");
        ({ port } = server.address() as AddressInfo);
        closed = await freePort();
    });
    afterEach(async () => {
        await new Promise((resolve) => server.close(resolve));
    });

    it("is open where it comes about", async () => {
        assert.deepEqual(await attempt(to(port)), { result: "open", detail: "the connection came about" });
    });

    it("is refused where the target turns it away", async () => {
        const detail = `connect ECONNREFUSED 127.0.0.1:${closed}`;
        assert.deepEqual(await attempt(to(closed)), { result: "refused", detail });
    });

    it("is refused where nothing answers in time", async () => {
        const outcome = await attempt(to(port), { connect: silent, timeoutMs: 20 });
        assert.deepEqual(outcome, { result: "refused", detail: "no answer within 20 ms" });
    });

    it("can't be told where the name leads nowhere", async () => {
        const { result, detail } = await attempt(to(443, NOWHERE));
        assert.equal(result, "unknown");
        assert.match(detail, /^getaddrinfo /);
    });

    it("can't be told when it is broken off", async () => {
        const closing = new AbortController();
        const pending = attempt(to(port), { connect: ({ signal }) => new Socket({ signal }), signal: closing.signal });
        closing.abort();
        assert.deepEqual(await pending, { result: "unknown", detail: "The operation was aborted" });
    });

    it("can't be told when no connection can even be begun", async () => {
        const connect = (): never => {
            throw new Error("out of sockets");
        };
        assert.deepEqual(await attempt(to(port), { connect }), { result: "unknown", detail: "out of sockets" });
    });

    for (const [result, codes] of [
        ["refused", ["ECONNREFUSED", "EHOSTUNREACH", "ETIMEDOUT", "EACCES", "EPERM"]],
        ["unknown", ["ENETUNREACH", "EADDRNOTAVAIL", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED"]],
    ] as const) {
        for (const code of codes) {
            it(`is ${result} by ${code}`, async () => {
                const outcome = await attempt(to(port), { connect: failing(code) });
                assert.deepEqual(outcome, { result, detail: `connect ${code}` });
            });
        }
    }

    it("counts as refused only where every address of the name refuses it", async () => {
        // `localhost` has one address or two.
        const outcomes = ["ENETUNREACH"];
        const connect = (): Socket => failing(outcomes.shift() ?? "ECONNREFUSED")();
        assert.equal((await attempt(to(port, "localhost"), { connect })).result, "unknown");
        assert.equal((await attempt(to(port, "localhost"), { connect })).result, "refused");
    });

    describe("in the metrics", () => {
        const shown = async (registry: Registry): Promise<string[]> =>
            (await registry.metrics()).split("\n").filter((line) => line.startsWith("probe_forbidden_open"));

        it("is 1 where it is open, 0 where it is refused, and absent where that can't be told", async () => {
            const registry = new Registry();
            const forbidden = new ForbiddenTargets([to(port), to(closed), to(443, NOWHERE)], registry);
            await forbidden.check();
            assert.deepEqual(
                (await shown(registry)).sort(),
                [
                    `probe_forbidden_open{target="127.0.0.1:${closed}"} 0`,
                    `probe_forbidden_open{target="127.0.0.1:${port}"} 1`,
                ].sort(),
            );
        });

        it("goes as soon as it can't be told any more, and comes back", async () => {
            const registry = new Registry();
            let connect = failing("ECONNREFUSED");
            const options = { connect: () => connect() };
            const forbidden = new ForbiddenTargets([{ ...to(port), name: "api:443" }], registry, options);
            await forbidden.check();
            assert.deepEqual(await shown(registry), ['probe_forbidden_open{target="api:443"} 0']);
            connect = failing("EMFILE");
            await forbidden.check();
            assert.deepEqual(await shown(registry), []);
            connect = failing("EHOSTUNREACH");
            await forbidden.check();
            assert.deepEqual(await shown(registry), ['probe_forbidden_open{target="api:443"} 0']);
        });

        it("is tried once at a time, however often it is asked for", async () => {
            let begun = 0;
            const connect = (): Socket => {
                begun++;
                return failing("ECONNREFUSED")();
            };
            const forbidden = new ForbiddenTargets([to(port)], new Registry(), { connect });
            await Promise.all([forbidden.check(), forbidden.check()]);
            assert.equal(begun, 1);
            await forbidden.check();
            assert.equal(begun, 2);
        });

        it("shows nothing of a round that is broken off", async () => {
            const registry = new Registry();
            const forbidden = new ForbiddenTargets([to(port)], registry, {
                connect: ({ signal }) => new Socket({ signal }),
            });
            const round = forbidden.check();
            forbidden.close();
            await round;
            assert.deepEqual(await shown(registry), []);
        });
    });
});
