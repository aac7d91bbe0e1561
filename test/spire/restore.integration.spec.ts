import "reflect-metadata";

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { X509Source } from "../../spiffe/src/entry/workload.js";
import { SpiffeId } from "../../spiffe/src/index.js";
import { TestCa } from "../../spiffe/test/support/ca.js";
import { eventually } from "../../spiffe/test/support/eventually.js";
import { Postgres, postgresFolder } from "../../spiffe/test/support/postgres.js";
import type { LocalAgent } from "../../spiffe/test/support/spire-servers.js";
import { ReplicaServer } from "../../spiffe/test/support/spire-servers.js";
import { Pod } from "../support/backup-pod";
import { DATABASE_EGRESS, POSTGRES, spireOf } from "../support/spire";
import { underLoad } from "./load";
import { confOf, missingOf, Site } from "./site";

const PROGRAMS = ["spire-server", "spire-agent", "restic"];
const DOMAIN = spireOf().trustDomain;
const id = (path: string): SpiffeId => SpiffeId.parse(`spiffe://${DOMAIN}${path}`);
const noPostgres = postgresFolder() === undefined ? ["PostgreSQL"] : [];

/** Where a kind of data store keeps what is backed up, and how all of it is lost. */
interface Store {
    readonly missing: string;
    /** Makes the store, and the server with it. */
    start(site: Site, pod: Pod): Promise<ReplicaServer>;
    /** What the scripts are told of it. */
    variables(pod: Pod): Readonly<Record<string, string>>;
    lose(pod: Pod): void;
    stop(): Promise<void>;
}

const sqlite: Store = {
    missing: missingOf([...PROGRAMS, "sqlite3"]),
    start: async (site, pod) => site.keep(await ReplicaServer.of("sqlite", pod.path("data"), confOf(spireOf()))),
    variables: () => ({ DATABASE: "sqlite" }),
    lose: () => {},
    stop: async () => {},
};

class PostgresStore implements Store {
    readonly missing = missingOf([...PROGRAMS, "pg_dump", "psql"], noPostgres);
    private database: Postgres | undefined;
    private readonly password = "with : and \\ and '";

    async start(site: Site, pod: Pod): Promise<ReplicaServer> {
        const authority = await TestCa.create("database.test");
        const [anchor, password] = [pod.path("ca.crt"), this.password];
        this.database = await Postgres.start({ folder: pod.path("postgres"), authority, name: "spire", password });
        writeFileSync(anchor, authority.certificate.toString());
        writeFileSync(pod.path("database-password"), password);
        const conf = confOf(spireOf({ server: { dataStore: POSTGRES, egress: DATABASE_EGRESS } }));
        const access = { port: this.database.port, password, anchor };
        return site.keep(await ReplicaServer.create("postgres", pod.path("data"), conf, access));
    }

    variables(pod: Pod): Readonly<Record<string, string>> {
        return {
            DATABASE: "postgres",
            PASSWORD_FILE: pod.path("database-password"),
            PGHOST: "localhost",
            PGPORT: String(this.database?.port),
            PGDATABASE: "spire",
            PGUSER: "spire",
            PGSSLMODE: "verify-full",
            PGSSLROOTCERT: pod.path("ca.crt"),
        };
    }

    lose(pod: Pod): void {
        const env = { PATH: process.env["PATH"], ...this.variables(pod), PGPASSWORD: this.password };
        execFileSync("psql", ["--quiet", "--command", "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"], {
            env,
            stdio: "pipe",
        });
    }

    async stop(): Promise<void> {
        await this.database?.kill();
    }
}

for (const [name, store] of [
    ["SQLite", sqlite],
    ["PostgreSQL", new PostgresStore()],
] as const) {
    describe(`A SPIRE server on ${name} that loses everything${store.missing}`, function () {
        this.timeout(300_000);
        let site: Site;
        let pod: Pod;
        let server: ReplicaServer;
        let agent: LocalAgent;
        let web: X509Source;
        let db: X509Source;

        before(async function () {
            if (store.missing !== "") {
                this.skip();
            }
            site = new Site();
            pod = new Pod({});
            server = await store.start(site, pod);
            server.launch();
            await server.untilReady();
            agent = await site.agent("node", server, DOMAIN);
            await agent.register(server, id("/web"));
            await agent.register(server, id("/db"));
            [web, db] = [await agent.follow(id("/web")), await agent.follow(id("/db"))];
        });
        after(async () => {
            await (site as Site | undefined)?.remove();
            await store.stop();
            (pod as Pod | undefined)?.remove();
        });

        it("is backed up while it runs, and comes back by the job's script with authority, agents and entries", async function () {
            const authority = (await server.client.authorities.x509.states()).active?.id;
            pod.run("backup.sh", store.variables(pod));
            await agent.register(server, id("/since"));
            const times = { restored: 0, ready: 0, issued: 0 };
            const handshakes = await underLoad(web, db, async () => {
                const held = [web, db].map((source) => source.snapshot().revision);
                await server.kill();
                store.lose(pod);
                // The volume's contents; server.conf would be in a ConfigMap.
                for (const file of readdirSync(server.folder).filter((file) => file !== "server.conf")) {
                    rmSync(join(server.folder, file), { recursive: true });
                }
                const lost = Date.now();
                await pod.runBeside("restore.sh", store.variables(pod));
                times.restored = Date.now() - lost;
                server.launch();
                await server.untilReady();
                times.ready = Date.now() - lost;
                for (const [index, source] of [web, db].entries()) {
                    await eventually(() => assert.ok(source.snapshot().revision > (held[index] ?? 0)), 90);
                }
                times.issued = Date.now() - lost;
            });
            this.runnable().title += `: restored after ${times.restored} ms, ready after ${times.ready} ms, the next SVIDs after ${times.issued} ms, ${handshakes} handshakes meanwhile`;
            assert.equal((await server.client.authorities.x509.states()).active?.id, authority);
            assert.equal(await server.client.agents.count(), 1);
            assert.equal(await server.client.entries.count(), 3, "two workloads and the alias of the agent");
        });

        it("knows its agent, which attests to nobody again, and takes new entries", async () => {
            assert.equal(agent.manager.state, "running");
            await agent.register(server, id("/since"));
            const since = await agent.follow(id("/since"));
            assert.equal(since.snapshot().svid.id.toString(), id("/since").toString());
        });
    });
}
