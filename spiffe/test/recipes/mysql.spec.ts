import assert from "node:assert/strict";
import type { Server } from "node:net";

import type { Connection } from "mysql2";
import { createServer } from "mysql2";

import type { Authorizer } from "../../src/index.js";
import { authorizeId, SpiffeId, X509BundleSet } from "../../src/index.js";
import { TlsWorld } from "../support/tls-world.js";
import { front, pool } from "./code/mysql2.js";

/** What a server of mysql2 has beyond its types. */
interface ServingConnection extends Connection {
    serverHandshake(greeting: object): void;
    writeColumns(columns: readonly object[]): void;
    writeTextRow(row: readonly string[]): void;
    writeEof(): void;
    /** Each command of the client begins to count its packets anew, which this server leaves to its user. */
    _resetSequenceId(): void;
}

/** Protocol 4.1, plain authentication, no TLS of its own, no compression: all that the tests need. */
const CAPABILITIES = 0x00_08_82_0d;

describe("Recipe for MySQL", () => {
    let world: TlsWorld;
    const connections: Connection[] = [];

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    /** A MySQL server of mysql2's own that answers each query with its text. @returns its port */
    async function database(): Promise<number> {
        const server = createServer((given) => {
            const connection = given as unknown as ServingConnection;
            connections.push(connection);
            connection.on("error", () => {});
            connection.serverHandshake({
                protocolVersion: 10,
                serverVersion: "8.0.0",
                connectionId: connections.length,
                statusFlags: 2,
                characterSet: 45,
                capabilityFlags: CAPABILITIES,
                authCallback: (_: unknown, done: (error: null) => void) => {
                    done(null);
                    connection._resetSequenceId();
                },
            });
            connection.on("query", (sql: string) => {
                const column = { catalog: "def", schema: "", table: "", orgTable: "", name: "sql", orgName: "sql" };
                const kind = { characterSet: 45, columnLength: 100, columnType: 253, flags: 0, decimals: 0 };
                connection.writeColumns([{ ...column, ...kind }]);
                connection.writeTextRow([sql]);
                connection.writeEof();
                connection._resetSequenceId();
            });
        });
        return world.listen(Reflect.get(server, "_server") as Server);
    }

    it("lets mysql2 reach the right server, through a rotation, and no other, and only the right client reach it", async () => {
        const only = (path: string): Authorizer => authorizeId(SpiffeId.parse(`spiffe://example.org${path}`));
        const inner = { host: "127.0.0.1", port: await database() };
        const serving = (authorize: Authorizer): Promise<number> =>
            world.listen(front(world.server, { ...world.serverPolicy, authorize }, inner));
        const query = async (port: number, authorize: Authorizer): Promise<unknown> => {
            const options = { host: "127.0.0.1", port, user: "app", password: "secret" };
            const clients = pool(world.client, { ...world.clientPolicy, authorize }, options);
            try {
                const [rows] = await clients.query("SELECT 'hello'");
                return rows;
            } finally {
                await clients.end();
            }
        };
        const port = await serving(only("/client"));
        assert.deepEqual(await query(port, only("/server")), [{ sql: "SELECT 'hello'" }]);
        world.client.set({ svid: await world.ca.issue("/client"), bundles: new X509BundleSet([world.ca.bundle]) });
        assert.deepEqual(await query(port, only("/server")), [{ sql: "SELECT 'hello'" }]);
        const reached = connections.length;
        await assert.rejects(query(port, only("/other")), { code: "unauthorized" });
        await assert.rejects(query(await serving(only("/other")), only("/server")));
        assert.equal(connections.length, reached, "neither came as far as the database");
    });
});
