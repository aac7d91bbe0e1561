import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";

import { COMMANDS } from "../src/cli/commands.js";
import { X509Svid } from "../src/index.js";
import { CommandWorld } from "./support/command-world.js";
import { eventually } from "./support/eventually.js";
import { freePort } from "./support/free-port.js";

describe("The spiffe command, while it watches", () => {
    let world: CommandWorld;

    beforeEach(async () => {
        world = await CommandWorld.create();
    });
    afterEach(() => world.close());

    describe("watch", () => {
        it("keeps the files up to date, starts and signals their reader, and is ready while they are good", async () => {
            const [port, stop] = [await freePort(), new AbortController()];
            const heard = join(world.folder, "heard");
            const script = `const f=require("fs");f.appendFileSync(${JSON.stringify(heard)},"started ");process.on("SIGUSR2",()=>f.appendFileSync(${JSON.stringify(heard)},"signalled "));setInterval(()=>{},1000)`;
            const options = [
                ...world.files(),
                "--signal",
                "SIGUSR2",
                "--health",
                String(port),
                "--jwt",
                "reports=reports.jwt",
            ];
            const watching = world.run("watch", [...options, "--", process.execPath, "-e", script], stop.signal);
            const status = async (path: string): Promise<number> =>
                (await fetch(`http://127.0.0.1:${port}${path}`)).status;
            await eventually(async () => assert.equal(await readFile(heard, "utf8"), "started "));
            assert.deepEqual(await Promise.all(["/live", "/ready", "/other"].map(status)), [200, 200, 404]);
            const former = await world.read("svid.pem");
            world.api.issue([await world.ca.issue("/web")], [world.ca.bundle]);
            await eventually(async () => assert.equal(await readFile(heard, "utf8"), "started signalled "));
            assert.notEqual(await world.read("svid.pem"), former);
            await X509Svid.load(join(world.folder, "svid/svid.pem"), join(world.folder, "svid/svid_key.pem"));
            world.api.withdraw();
            await eventually(async () => assert.deepEqual([await status("/live"), await status("/ready")], [200, 503]));
            assert.ok((await world.read("svid.pem")).includes("BEGIN"), "the files stay");
            stop.abort();
            await watching;
            assert.match(world.logged.join("\n"), /was withdrawn/);
        });

        it("renews tokens before they expire", async () => {
            let fetched = 0;
            let token = await world.issuer.issue({ expiresIn: 3 });
            world.api.onFetchJwt = () => (
                (fetched += 1),
                { svids: [{ spiffeId: "spiffe://example.org/web", svid: token }] }
            );
            const stop = new AbortController();
            const watching = world.run("watch", [...world.files(), "--jwt", "reports=reports.jwt"], stop.signal);
            await eventually(async () => assert.equal(await world.read("reports.jwt"), token));
            token = await world.issuer.issue({ expiresIn: 3600, claims: { n: 2 } });
            await eventually(async () => assert.equal(await world.read("reports.jwt"), token));
            assert.equal(fetched, 2);
            stop.abort();
            await watching;
        });

        it("starts a command that has ended again with the next files", async () => {
            const stop = new AbortController();
            const watching = world.run("watch", [...world.files(), "--", process.execPath, "-e", ""], stop.signal);
            const ended = (times: number): Promise<void> =>
                eventually(() => {
                    assert.equal(world.logged.filter((line) => line.includes("ended with status 0")).length, times);
                });
            await ended(1);
            world.api.issue([await world.ca.issue("/web")], [world.ca.bundle]);
            await ended(2);
            stop.abort();
            await watching;
        });

        it("signals the process that a file names, and nobody when it names none", async () => {
            const pidFile = join(world.folder, "pid");
            await writeFile(pidFile, "0\n");
            const stop = new AbortController();
            const watching = world.run(
                "watch",
                [...world.files(), "--pid-file", pidFile, "--signal", "USR2"],
                stop.signal,
            );
            await eventually(() => assert.match(world.logged.join("\n"), /it holds no process ID/));
            await writeFile(pidFile, `${process.pid}\n`);
            const heard = once(process, "SIGUSR2");
            world.api.issue([await world.ca.issue("/web")], [world.ca.bundle]);
            await heard;
            stop.abort();
            await watching;
        });
    });

    it("stops when it is told to before it has all it needs", async () => {
        world.api.withdraw();
        const reason = new Error("stopped");
        for (const name of ["fetch", "watch"]) {
            const stop = new AbortController();
            const running = world.run(name, world.files(), stop.signal);
            await eventually(() => assert.ok(world.api.calls.length > 0));
            stop.abort(reason);
            await assert.rejects(running, reason);
        }
        world.api.issue([await world.ca.issue("/web")], [world.ca.bundle]);
        const stop = new AbortController();
        // The first thing it says comes before it waits for anything new.
        const output = { say: () => {}, log: () => stop.abort(reason) };
        await COMMANDS["watch"]?.run([...world.files(), "--", process.execPath, "-e", "0"], output, stop.signal);
        assert.ok(stop.signal.aborted);
        await eventually(() => assert.equal(world.api.open("FetchX509SVID"), 0));
    });

    it("leaves nothing running where its health endpoint can't listen", async () => {
        const taken = createServer();
        await once(taken.listen(0, "127.0.0.1"), "listening");
        const { port } = taken.address() as AddressInfo;
        await assert.rejects(world.run("watch", [...world.files(), "--health", String(port)]), { code: "EADDRINUSE" });
        taken.close();
        await eventually(() => assert.equal(world.api.open("FetchX509SVID"), 0));
    });
});
