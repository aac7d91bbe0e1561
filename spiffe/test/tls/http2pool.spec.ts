import assert from "node:assert/strict";
import type { ServerHttp2Session } from "node:http2";
import { text } from "node:stream/consumers";

import { createHttp2Server, SpiffeHttp2Pool } from "../../src/entry/http.js";
import { peerOf, X509BundleSet } from "../../src/index.js";
import { TlsWorld } from "../support/tls-world.js";

describe("A pool of HTTP/2 sessions", () => {
    let world: TlsWorld;
    let pool: SpiffeHttp2Pool;
    let origin: string;
    let sessions: Set<ServerHttp2Session>;
    /** Answers held back until it is called. */
    let release: () => void;

    beforeEach(async () => {
        world = await TlsWorld.create();
        sessions = new Set();
        const held: PromiseWithResolvers<void> = Promise.withResolvers();
        release = held.resolve;
        const server = createHttp2Server(world.server, world.serverPolicy, (request, response) => {
            const answer = (): unknown => response.end(String(peerOf(request)?.chain[0]?.serialNumber));
            void (request.url === "/held" ? held.promise : Promise.resolve()).then(answer);
        });
        server.on("session", (session) => sessions.add(session));
        origin = `https://127.0.0.1:${await world.listen(server)}`;
        pool = new SpiffeHttp2Pool(world.client, world.clientPolicy);
        world.onClose(() => pool.close());
    });
    afterEach(() => world.close());

    const get = async (path = "/"): Promise<string> => text(await pool.request(origin + path));
    const serial = (): string => world.client.snapshot().svid.leaf.serialNumber;
    const rotate = async (): Promise<void> =>
        world.client.set({ svid: await world.ca.issue("/client"), bundles: new X509BundleSet([world.ca.bundle]) });

    it("sends everything to one origin over one session", async () => {
        assert.deepEqual(await Promise.all([get(), get(), get()]), [serial(), serial(), serial()]);
        assert.equal(sessions.size, 1);
    });

    it("shows the new SVID after a rotation, while what was under way ends on the old session", async () => {
        const former = serial();
        const held = get("/held");
        await get();
        await rotate();
        assert.equal(await get(), serial());
        release();
        assert.equal(await held, former);
        assert.equal(sessions.size, 2);
    });

    it("fails no request while identities change all the time", async () => {
        const answers: Promise<string>[] = [];
        for (let round = 0; round < 10; round++) {
            answers.push(get(), get());
            await rotate();
        }
        assert.equal((await Promise.all(answers)).length, 20);
    });

    it("opens a new session when the old one is lost", async () => {
        await get();
        const lost = pool.request(`${origin}/held`).then(text);
        await world.settled("server");
        for (const session of sessions) {
            session.destroy();
        }
        await lost.catch(() => {});
        assert.equal(await get(), serial());
        assert.equal(sessions.size, 2);
    });

    it("reaches no server that it can't authenticate, and can be asked again", async () => {
        const bundles = world.client.snapshot().bundles;
        world.client.set({ svid: world.client.snapshot().svid, bundles: new X509BundleSet([]) });
        await assert.rejects(get(), { code: "no_bundle" });
        world.client.set({ svid: world.client.snapshot().svid, bundles });
        assert.equal(await get(), serial());
        await assert.rejects(pool.request("http://127.0.0.1/"), { code: "invalid_parameter" });
    });

    it("takes no request once it is closed, and closes when those under way are done", async () => {
        const held = get("/held");
        await get();
        const closing = pool.close();
        await assert.rejects(get(), { code: "invalid_parameter" });
        release();
        assert.equal(await held, serial());
        await closing;
    });
});
