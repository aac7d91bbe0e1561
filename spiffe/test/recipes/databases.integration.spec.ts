import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Authorizer, StaticX509Provider } from "../../src/index.js";
import { authorizeId, SpiffeId, X509BundleSet } from "../../src/index.js";
import { Postgres, postgresFolder } from "../support/postgres.js";
import { Redis } from "../support/redis.js";
import { onPath } from "../support/spire.js";
import { TlsWorld } from "../support/tls-world.js";
import { connect as connectIoredis } from "./code/ioredis.js";
import { connect as connectPostgres } from "./code/pg.js";
import { connect as connectRedis } from "./code/redis.js";

const HOST = "127.0.0.1";
const onlyServer = (path: string): Authorizer => authorizeId(SpiffeId.parse(`spiffe://example.org${path}`));

describe("Recipes for databases", () => {
    let world: TlsWorld;
    let identity: StaticX509Provider;

    before(async () => {
        world = await TlsWorld.create();
    });
    after(() => world.close());
    beforeEach(async () => {
        identity = await TlsWorld.member(world.ca, "/client");
        world.events.splice(0);
    });

    const policy = (authorize: Authorizer) => ({ ...world.clientPolicy, authorize });
    const rotate = async (): Promise<void> =>
        identity.set({ svid: await world.ca.issue("/client"), bundles: new X509BundleSet([world.ca.bundle]) });
    /** One that the server's authority doesn't know. */
    async function stranger() {
        const { svid } = (await TlsWorld.create()).client.snapshot();
        return TlsWorld.identity(svid, world.ca.bundle);
    }

    describe("PostgreSQL", function () {
        let folder: string | undefined;
        let database: Postgres;
        const name = "recipes";
        const password = randomUUID();

        before(async function () {
            if (postgresFolder() === undefined) {
                console.log("      skipped: there is no PostgreSQL here (Debian: postgresql)");
                this.skip();
            }
            folder = mkdtempSync(join(tmpdir(), "postgres-recipe-"));
            chmodSync(folder, 0o755);
            database = await Postgres.start({
                folder: join(folder, "db"),
                authority: world.ca,
                name,
                password,
                verifiesClients: true,
            });
        });
        after(async () => {
            await (database as Postgres | undefined)?.kill();
            rmSync(folder ?? join(tmpdir(), "none"), { recursive: true, force: true });
        });
        const config = () => ({ host: HOST, port: database.port, database: name, user: name, password });

        it("is reached by a pool that verifies it and is verified, and is renewed on rotation", async () => {
            const held = connectPostgres(identity, policy(onlyServer("/database")), config());
            const serial = async (): Promise<string> => {
                const { rows } = await held.pool.query<{ serial: string }>(
                    "SELECT client_serial::text AS serial FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
                );
                return rows[0]?.serial ?? "none";
            };
            const shown = (): string => BigInt(`0x${identity.snapshot().svid.leaf.serialNumber}`).toString();
            assert.equal(await serial(), shown());
            const long = held.pool.query("SELECT pg_sleep(0.5)");
            await rotate();
            assert.equal(await serial(), shown());
            await long;
            await held.pool.end();
            assert.deepEqual([...new Set(world.verdicts("client"))], ["success"]);
        });

        it("is not told the password when it is the wrong server", async () => {
            const { pool } = connectPostgres(identity, policy(onlyServer("/other")), config());
            await assert.rejects(pool.query("SELECT 1"), { code: "unauthorized" });
            await pool.end();
        });

        it("refuses a client whose authority it doesn't know", async () => {
            const { pool } = connectPostgres(await stranger(), policy(onlyServer("/database")), config());
            await assert.rejects(pool.query("SELECT 1"));
            await pool.end();
        });
    });

    describe("Redis", () => {
        let redis: Redis;

        before(async function () {
            if (!onPath("redis-server")) {
                console.log("      skipped: there is no redis-server here (Debian: redis-server)");
                this.skip();
            }
            redis = await Redis.start(world.ca);
        });
        after(() => (redis as Redis | undefined)?.stop());

        it("is reached by ioredis, which reconnects with the SVID of the time, and not when it is the wrong server", async () => {
            const client = connectIoredis(identity, policy(onlyServer("/server")), HOST, redis.port);
            await client.set("key", "value");
            await rotate();
            client.disconnect(true);
            assert.equal(await client.get("key"), "value");
            client.disconnect();
            const refused = connectIoredis(identity, policy(onlyServer("/other")), HOST, redis.port);
            const error = await new Promise<Error>((resolve) => refused.once("error", resolve));
            refused.disconnect();
            assert.equal(Reflect.get(error, "code"), "unauthorized");
        });

        it("is reached by node-redis, and not when it is the wrong server", async () => {
            const client = await connectRedis(identity, policy(onlyServer("/server")), HOST, redis.port);
            await client.set("other", "value");
            assert.equal(await client.get("other"), "value");
            client.destroy();
            await assert.rejects(connectRedis(identity, policy(onlyServer("/other")), HOST, redis.port), {
                code: "unauthorized",
            });
        });

        it("refuses a client whose authority it doesn't know", async () => {
            const client = connectIoredis(await stranger(), policy(onlyServer("/server")), HOST, redis.port);
            const error = await new Promise<Error>((resolve) => client.once("error", resolve));
            client.disconnect();
            assert.match(error.message, /unknown ca|closed|ECONNRESET|EPIPE/i);
        });
    });
});
