import assert from "node:assert/strict";

import { status } from "@grpc/grpc-js";

import { SpiffeId } from "../../src/id.js";
import type { EntrySpec } from "../../src/spire/index.js";
import { SpireApiError, SpireServerClient } from "../../src/spire/index.js";
import { FakeSpireServer } from "../support/fake-spire-server.js";

const parentId = SpiffeId.parse("spiffe://example.org/node");

function workload(name: string, settings: Partial<EntrySpec> = {}): EntrySpec {
    return {
        spiffeId: SpiffeId.parse(`spiffe://example.org/${name}`),
        parentId,
        selectors: [{ type: "unix", value: `user:${name}` }],
        ...settings,
    };
}

describe("Entries of the SPIRE server", () => {
    let server: FakeSpireServer;
    let client: SpireServerClient;

    beforeEach(async () => {
        server = await FakeSpireServer.start();
        client = new SpireServerClient({ address: server.address });
    });
    afterEach(async () => {
        client.close();
        await server.stop();
    });

    it("registers 1,201 entries in three batches and finds them again over two pages", async () => {
        const specs = Array.from({ length: 1_201 }, (_, i) => workload(`w${i}`));
        const result = await client.entries.register(specs);
        assert.equal(result.created.length, 1_201);
        assert.deepEqual([result.updated, result.unchanged, result.failed], [[], [], []]);
        assert.deepEqual(server.calls, ["BatchCreateEntry", "BatchCreateEntry", "BatchCreateEntry"]);
        const listed = await Array.fromAsync(client.entries.list());
        assert.equal(new Set(listed.map(({ spiffeId }) => spiffeId.toString())).size, 1_201);
        assert.deepEqual(server.calls.slice(3), ["ListEntries", "ListEntries"]);
        assert.equal(await client.entries.count(), 1_201);
    });

    it("changes nothing when the same entries are registered again", async () => {
        const specs = [
            workload("a", { x509SvidTtl: 60, dnsNames: ["a.test"] }),
            workload("b", { federatesWith: ["other.test"] }),
        ];
        const first = await client.entries.register(specs);
        const second = await client.entries.register(specs);
        assert.deepEqual(second, { created: [], updated: [], unchanged: first.created, failed: [] });
        assert.equal(server.calls.includes("BatchUpdateEntry"), false);
    });

    const changes: [string, Partial<EntrySpec>][] = [
        ["x509SvidTtl", { x509SvidTtl: 30 }],
        ["jwtSvidTtl", { jwtSvidTtl: 30 }],
        ["federatesWith", { federatesWith: ["other.test"] }],
        ["dnsNames", { dnsNames: ["b.test"] }],
        ["hint", { hint: "internal" }],
        ["admin", { admin: true }],
        ["downstream", { downstream: true }],
        ["expiresAt", { expiresAt: new Date(90_000) }],
    ];
    for (const [field, change] of changes) {
        it(`updates an entry whose ${field} differs`, async () => {
            const { created } = await client.entries.register([workload("a"), workload("b")]);
            const again = await client.entries.register([workload("a", change), workload("b")]);
            assert.deepEqual(again, { created: [], updated: [created[0]], unchanged: [created[1]], failed: [] });
            const entry = await client.entries.get(created[0] ?? "");
            assert.deepEqual(entry[field as keyof EntrySpec], change[field as keyof EntrySpec]);
            assert.equal(entry.revision, 1n);
        });
    }

    it("sees no difference in the order or scheme of federated trust domains", async () => {
        await client.entries.register([workload("a", { federatesWith: ["x.test", "y.test"] })]);
        const again = await client.entries.register([workload("a", { federatesWith: ["spiffe://y.test", "x.test"] })]);
        assert.equal(again.unchanged.length, 1);
    });

    it("registers the rest of a batch when one item is refused, and says which", async () => {
        server.refusedPaths.add("/bad");
        const result = await client.entries.register([workload("a"), workload("bad"), workload("c")]);
        assert.equal(result.created.length, 2);
        assert.deepEqual(result.failed, [
            {
                spiffeId: SpiffeId.parse("spiffe://example.org/bad"),
                id: undefined,
                code: "invalid_argument",
                message: "failed to convert entry",
            },
        ]);
    });

    it("lists by SPIFFE ID, parent, selectors and hint", async () => {
        await client.entries.register([workload("a", { hint: "h" }), workload("b")]);
        const names = async (filter: Parameters<typeof client.entries.list>[0]) =>
            (await Array.fromAsync(client.entries.list(filter))).map(({ spiffeId }) => spiffeId.path);
        assert.deepEqual(await names({ spiffeId: SpiffeId.parse("spiffe://example.org/b") }), ["/b"]);
        assert.deepEqual(await names({ parentId }), ["/a", "/b"]);
        assert.deepEqual(await names({ selectors: [{ type: "unix", value: "user:a" }] }), ["/a"]);
        assert.deepEqual(await names({ hint: "h" }), ["/a"]);
    });

    it("deletes entries and takes one that is gone already as done", async () => {
        const { created } = await client.entries.register([workload("a"), workload("b")]);
        assert.deepEqual(await client.entries.delete([...created, "entry-99"]), []);
        assert.equal(server.entries.size, 0);
    });

    it("names the call and the status when the server refuses", async () => {
        server.failure = { code: status.PERMISSION_DENIED, details: "authorization denied" };
        await assert.rejects(client.entries.get("entry-1"), (error: unknown) => {
            assert.ok(error instanceof SpireApiError);
            assert.equal(error.code, "permission_denied");
            assert.equal(error.status, 7);
            assert.equal(error.message, "SPIRE server, Entry.GetEntry: permission_denied: authorization denied");
            return true;
        });
    });

    it("refuses a TCP address without credentials before it connects", () => {
        assert.throws(() => new SpireServerClient({ address: "10.0.0.1:8081" }), {
            code: "invalid_address",
            message:
                'address "10.0.0.1:8081" is not a unix: socket, so the connection needs credentials of an admin SVID',
        });
    });

    it("gives up after its timeout when nobody listens", async () => {
        const lost = new SpireServerClient({ address: "unix:///nonexistent/api.sock", timeoutMs: 200 });
        await assert.rejects(lost.entries.count(), (error: unknown) => {
            assert.ok(error instanceof SpireApiError);
            assert.match(error.code, /^(unavailable|deadline_exceeded)$/);
            return true;
        });
        lost.close();
    });
});
