import "reflect-metadata";

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

import { parseRelease } from "../../policies/controls/identity/spire-releases";
import type { X509Source } from "../../spiffe/src/entry/workload.js";
import { SpiffeId } from "../../spiffe/src/index.js";
import { eventually } from "../../spiffe/test/support/eventually.js";
import type { LocalAgent, ReplicaServer } from "../../spiffe/test/support/spire-servers.js";
import { spireOf } from "../support/spire";
import { underLoad } from "./load";
import { missingOf, Site } from "./site";

/** A folder with spire-server and spire-agent of one minor release before. */
const previous = process.env["SPIRE_BEFORE"];
const settings = spireOf();
const id = (path: string): SpiffeId => SpiffeId.parse(`spiffe://${settings.trustDomain}${path}`);
const skipped = missingOf(["spire-server", "spire-agent"], previous === undefined ? ["SPIRE_BEFORE"] : []);

describe(`An upgrade of SPIRE by a minor release${skipped}`, function () {
    this.timeout(300_000);
    let site: Site;
    let server: ReplicaServer;
    let agent: LocalAgent;
    let web: X509Source;
    let db: X509Source;
    const old = (program: string): string => resolve(previous ?? "", program);

    before(async function () {
        if (skipped !== "") {
            this.skip();
        }
        site = new Site();
        server = await site.server("server", settings);
        server.launch(old("spire-server"));
        await server.untilReady();
        agent = await site.agent("node", server, settings.trustDomain, { command: [old("spire-agent")] });
        await agent.register(server, id("/web"));
        await agent.register(server, id("/db"));
        [web, db] = [await agent.follow(id("/web")), await agent.follow(id("/db"))];
    });
    after(async () => {
        await (site as Site | undefined)?.remove();
    });

    /** Both workloads have an SVID that was signed since. */
    async function renewed(): Promise<void> {
        const since = [web, db].map((source) => [source, source.snapshot().revision] as const);
        for (const [source, revision] of since) {
            // Twice, so that nothing of it was signed before.
            await eventually(() => assert.ok(source.snapshot().revision >= revision + 2), 90);
        }
    }

    it("is one of the next minor release", () => {
        const of = (program: string) => {
            const { stdout, stderr } = spawnSync(program, ["--version"], { encoding: "utf8" });
            return parseRelease((stdout + stderr).trim());
        };
        const [[major, minor] = [], [nextMajor, nextMinor] = []] = [of(old("spire-server")), of("spire-server")];
        assert.deepEqual([major, (minor ?? 0) + 1], [nextMajor, nextMinor]);
    });

    it("fails no handshake while the server is replaced, whose authority stays", async function () {
        const authority = (await server.client.authorities.x509.states()).active?.id;
        let away = 0;
        const handshakes = await underLoad(web, db, async () => {
            await server.kill("SIGTERM");
            const ended = Date.now();
            server.launch();
            await server.untilReady();
            away = Date.now() - ended;
            await renewed();
        });
        this.runnable().title += `: ${handshakes} handshakes, the server away for ${away} ms`;
        assert.equal((await server.client.authorities.x509.states()).active?.id, authority);
        assert.equal(await server.client.agents.count(), 1);
    });

    it("fails none while the agent is replaced after it, which keeps its identity", async function () {
        const handshakes = await underLoad(web, db, async () => {
            await agent.replace(["spire-agent"]);
            await renewed();
        });
        this.runnable().title += `: ${handshakes} handshakes`;
        await agent.register(server, id("/late"));
        assert.equal((await agent.follow(id("/late"))).snapshot().svid.id.toString(), id("/late").toString());
        assert.equal(await server.client.agents.count(), 1);
    });
});
