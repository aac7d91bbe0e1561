import "reflect-metadata";

import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { authorizeId, SpiffeId, verifyX509Svid } from "../src/index.js";
import type { X509Source } from "../src/entry/workload.js";
import { createHttpsServer, SpiffeHttpsAgent } from "../src/entry/http.js";
import { TestCa } from "./support/ca.js";
import { eventually, keepAsking } from "./support/eventually.js";
import { Postgres, postgresFolder } from "./support/postgres.js";
import type { DatabaseAccess } from "./support/spire-servers.js";
import { Balancer, LocalAgent, productionConf, ReplicaServer } from "./support/spire-servers.js";
import { onPath } from "./support/spire.js";

/** That of Pulumi.production.yaml. */
const DOMAIN = "production.x0tta6bl4.io";
const id = (path: string): SpiffeId => SpiffeId.parse(`spiffe://${DOMAIN}${path}`);
const WEB = id("/web");
const DB = id("/db");
const missing = [
    ...["spire-server", "spire-agent"].filter((program) => !onPath(program)),
    ...(postgresFolder() === undefined ? ["PostgreSQL"] : []),
];
const skipped = missing.length === 0 ? "" : ` (skipped: not installed: ${missing.join(", ")})`;

describe(`Three SPIRE servers of production on one PostgreSQL${skipped}`, function () {
    this.timeout(240_000);
    let folder: string;
    let anchor: string;
    let postgres: Postgres;
    let access: DatabaseAccess;
    let production: Awaited<ReturnType<typeof productionConf>>;
    let servers: ReplicaServer[] = [];
    let balancer: Balancer;
    const agents: LocalAgent[] = [];
    const sources: X509Source[] = [];

    before(async function () {
        if (missing.length > 0) {
            this.skip();
        }
        folder = await mkdtemp(join(tmpdir(), "spires-"));
        // The database's user has to get through.
        await chmod(folder, 0o711);
        const authority = await TestCa.create("database.test");
        anchor = join(folder, "database-ca.crt");
        await writeFile(anchor, authority.certificate.toString());
        const password = "a password with ' and \\ and \"";
        postgres = await Postgres.start({ folder: join(folder, "postgres"), authority, name: "spire", password });
        access = { port: postgres.port, password, anchor };
        production = await productionConf(folder);
        servers = await Promise.all(
            ["one", "two", "three"].map((name) => ReplicaServer.create(name, join(folder, name), production, access)),
        );
    });
    after(async () => {
        await Promise.all(agents.map((agent) => agent.stop()));
        servers.forEach(({ client }) => client.close());
        (balancer as Balancer | undefined)?.stop();
        await Promise.all(servers.map((server) => server.kill()));
        await (postgres as Postgres | undefined)?.kill();
        if ((folder as string | undefined) !== undefined) {
            await rm(folder, { recursive: true, maxRetries: 5 });
        }
    });

    const server = (index: number): ReplicaServer => servers[index] ?? assert.fail(`there is no server ${index}`);
    const source = (index: number): X509Source => sources[index] ?? assert.fail(`there is no source ${index}`);

    /** SHA-256 of every authority that a server's bundle holds. */
    async function bundleOf({ client }: ReplicaServer): Promise<string[]> {
        return (await client.bundles.get()).x509.authorities.map(({ fingerprint256 }) => fingerprint256).sort();
    }

    /** An agent that attests by the balancer, through whichever server it is given. */
    async function attest(name: string, by: ReplicaServer): Promise<LocalAgent> {
        const agent = await LocalAgent.attest(name, folder, by, DOMAIN, { port: balancer.port });
        agents.push(agent);
        return agent;
    }

    const agent = (index: number): LocalAgent => agents[index] ?? assert.fail(`there is no agent ${index}`);

    async function follow(by: LocalAgent, spiffeId: SpiffeId): Promise<X509Source> {
        const followed = await by.follow(spiffeId);
        sources.push(followed);
        return followed;
    }

    /** Fingerprint of the authority behind a source's SVID, verified against the source's own bundles. */
    function anchorOf(followed: X509Source): string | undefined {
        const { svid, bundles } = followed.snapshot();
        return verifyX509Svid(svid.certificates, bundles).chain.at(-1)?.fingerprint256;
    }

    it("refuse a database of another authority, or under another name than its certificate's", async () => {
        const other = join(folder, "other-ca.crt");
        await writeFile(other, (await TestCa.create("other.test")).certificate.toString());
        const refusals = [
            [{ ...access, anchor: other }, /x509: certificate signed by unknown authority/],
            [{ ...access, host: "127.0.0.1" }, /x509: cannot validate certificate for 127\.0\.0\.1/],
        ] as const;
        for (const [index, [wrong, reason]] of refusals.entries()) {
            const refused = await ReplicaServer.create(
                `refused-${index}`,
                join(folder, `r${index}`),
                production,
                wrong,
            );
            refused.launch();
            try {
                assert.equal(await refused.ended(), 1);
                assert.match(refused.log, reason);
            } finally {
                await refused.kill();
                refused.client.close();
            }
        }
    });

    it("start at once on an empty database, and share trust and entries", async () => {
        // As the StatefulSet does, whose pods are managed in parallel.
        servers.forEach((each) => each.launch());
        await Promise.all(servers.map((each) => each.untilReady()));
        await eventually(async () => {
            const bundles = await Promise.all(servers.map(bundleOf));
            assert.equal(bundles[0]?.length, 3, "each server has an authority of its own");
            assert.deepEqual(bundles, [bundles[0], bundles[0], bundles[0]]);
        });
        balancer = await Balancer.start(servers.map(({ port }) => port));
    });

    it("attest agents whichever of them is asked, and issue to their workloads", async () => {
        const [a, b] = [await attest("a", server(1)), await attest("b", server(2))];
        await a.register(server(0), WEB);
        await b.register(server(1), DB);
        // Those of the agents' nodes too.
        assert.deepEqual(await Promise.all(servers.map(({ client }) => client.entries.count())), [4, 4, 4]);
        const followed = [await follow(a, WEB), await follow(b, DB)];
        assert.deepEqual(
            followed.map((each) => each.snapshot().svid.id.toString()),
            [WEB, DB].map(String),
        );
        followed.forEach((each) => assert.equal(each.snapshot().bundles.get(WEB.trustDomain)?.authorities.length, 3));
    });

    it("go on issuing when the one that agents speak to is killed, without a failed request among workloads", async () => {
        const echo = createHttpsServer(source(1), { authorize: authorizeId(WEB) }, (_request, response) =>
            response.end("ok"),
        );
        await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
        const { port } = echo.address() as { port: number };
        const caller = new SpiffeHttpsAgent(source(0), { authorize: authorizeId(DB) }, { maxSockets: 2 });
        const load = new AbortController();
        const loaded = keepAsking(port, caller, load.signal);
        try {
            const victim = await eventually(
                () =>
                    servers.find(({ port: of }) => balancer.busy.includes(of)) ?? assert.fail("no agent is connected"),
            );
            const survivors = servers.filter((each) => each !== victim);
            const held = sources.map((each) => each.snapshot());
            await victim.kill("SIGKILL");
            // What it had signed stays valid: its authority is in the bundle of the others.
            for (const { svid, bundles } of held) {
                verifyX509Svid(svid.certificates, bundles);
            }
            assert.deepEqual(
                (await Promise.all(survivors.map(bundleOf))).map(({ length }) => length),
                [3, 3],
            );
            const late = id("/late");
            await agent(0).register(survivors[0] ?? victim, late);
            await follow(agent(0), late);
            await attest("c", survivors[1] ?? victim);
            // Twice, so that nothing of it was signed before the server was killed.
            for (const [index, before] of held.entries()) {
                await eventually(() => assert.ok(source(index).snapshot().revision >= before.revision + 2));
                assert.ok(anchorOf(source(index)));
            }
            assert.ok(!balancer.busy.includes(victim.port));
            assert.deepEqual(
                agents.map(({ manager }) => manager.state),
                ["running", "running", "running"],
            );
        } finally {
            load.abort();
            const { requests, failures } = await loaded;
            caller.destroy();
            echo.closeAllConnections();
            await new Promise((resolve) => echo.close(resolve));
            assert.deepEqual(failures, []);
            assert.ok(requests > 50, String(requests));
        }
    });

    it("take the killed one back with the authority it had", async () => {
        const ready = await Promise.all(servers.map((each) => each.isReady()));
        const [victim, survivor] = [server(ready.indexOf(false)), server(ready.indexOf(true))];
        victim.launch();
        await victim.untilReady();
        // The client may still be waiting before it connects again.
        const bundle = await eventually(() => bundleOf(victim));
        assert.deepEqual(bundle, await bundleOf(survivor));
        assert.equal(bundle.length, 3);
        assert.equal(await victim.client.entries.count(), 6, "three workloads and the aliases of three agents");
    });

    it("get over a crash of the database, which loses nothing; workloads keep what they have meanwhile", async () => {
        await postgres.kill();
        await assert.rejects(server(0).client.entries.count());
        assert.equal(source(0).healthy(), true);
        await postgres.start();
        await eventually(async () => assert.equal(await server(0).client.entries.count(), 6));
        const revisions = sources.map((each) => each.snapshot().revision);
        await agent(1).register(server(0), id("/after"));
        await follow(agent(1), id("/after"));
        for (const [index, revision] of revisions.entries()) {
            await eventually(() => assert.ok(source(index).snapshot().revision > revision));
        }
        assert.deepEqual(await Promise.all(servers.map((each) => each.isReady())), [true, true, true]);
    });
});
