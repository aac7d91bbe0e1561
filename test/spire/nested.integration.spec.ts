import "reflect-metadata";

import assert from "node:assert/strict";
import { text } from "node:stream/consumers";

import type { X509Source } from "../../spiffe/src/entry/workload.js";
import { authorizeId, peerOf, SpiffeId, verifyX509Svid } from "../../spiffe/src/index.js";
import { connectTls, createTlsServer } from "../../spiffe/src/tls/index.js";
import { eventually } from "../../spiffe/test/support/eventually.js";
import type { LocalAgent, ReplicaServer } from "../../spiffe/test/support/spire-servers.js";
import { spireOf } from "../support/spire";
import { missingOf, Site } from "./site";

const skipped = missingOf(["spire-server", "spire-agent"]);
const settings = spireOf();
const id = (path: string): SpiffeId => SpiffeId.parse(`spiffe://${settings.trustDomain}${path}`);

describe(`A SPIRE server that is nested below another${skipped}`, function () {
    this.timeout(240_000);
    let site: Site;
    let root: ReplicaServer;
    let nested: ReplicaServer;
    let above: LocalAgent;
    let web: X509Source;
    let db: X509Source;

    before(async function () {
        if (skipped !== "") {
            this.skip();
        }
        site = new Site();
        root = await site.server("root", settings);
        root.launch();
        await root.untilReady();
        above = await site.agent("above", root, settings.trustDomain);
        const upstreamAuthority = { type: "spire", address: "127.0.0.1", port: root.port };
        nested = await site.server("nested", spireOf({ server: { upstreamAuthority } }), {
            "/run/spire/upstream/spire-agent.sock": above.socketPath,
        });
    });
    after(async () => {
        await (site as Site | undefined)?.remove();
    });

    it("does not start without an entry that is downstream", async () => {
        await above.register(root, id("/nested"), { x509SvidTtl: 600 });
        await eventually(async () => assert.ok((await above.follow(id("/nested"))).healthy()));
        nested.launch();
        assert.equal(await nested.ended(), 1);
        assert.match(nested.log, /PermissionDenied/);
        for await (const entry of root.client.entries.list({ spiffeId: id("/nested") })) {
            await root.client.entries.delete([entry.id]);
        }
    });

    it("signs by an authority that the other signed, and gives its agents the other's bundle", async () => {
        await above.register(root, id("/nested"), { x509SvidTtl: 600, downstream: true });
        await nested.untilReady();
        const authorities = async ({ client }: ReplicaServer): Promise<readonly string[]> =>
            (await client.bundles.get()).x509.authorities.map(({ fingerprint256 }) => fingerprint256);
        assert.deepEqual(await authorities(nested), await authorities(root));
        const below = await site.agent("below", nested, settings.trustDomain);
        await below.register(nested, id("/db"));
        db = await below.follow(id("/db"));
        const { svid, bundles } = db.snapshot();
        // Its leaf, the nested server's authority, and the root's from the bundle.
        assert.deepEqual([svid.certificates.length, verifyX509Svid(svid.certificates, bundles).chain.length], [2, 3]);
    });

    it("connects its workloads and the other's, both ways by their names", async () => {
        const beside = await site.agent("beside", root, settings.trustDomain);
        await beside.register(root, id("/web"));
        web = await beside.follow(id("/web"));
        for (const [served, caller] of [
            [db, web],
            [web, db],
        ] as const) {
            const [to, from] = [served.snapshot().svid.id, caller.snapshot().svid.id];
            const server = createTlsServer(served, { authorize: authorizeId(from) }, (socket) => {
                socket.end(String(peerOf(socket)?.id));
            });
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            const { port } = server.address() as { port: number };
            const socket = await connectTls(caller, { authorize: authorizeId(to) }, { host: "127.0.0.1", port });
            assert.equal(await text(socket), from.toString());
            await new Promise((resolve) => server.close(resolve));
        }
    });

    it("goes on issuing while the other is away", async () => {
        await root.kill();
        const { revision } = db.snapshot();
        await eventually(() => assert.ok(db.snapshot().revision >= revision + 2), 90);
        assert.ok(await nested.isReady());
    });
});
