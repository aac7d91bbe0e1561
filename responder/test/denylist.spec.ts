import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { authorizeMemberOf, TrustDomain } from "@x0tta6bl4/spiffe";
import { watchDenyList } from "@x0tta6bl4/spiffe/policy";
import { connectTls, createTlsServer } from "@x0tta6bl4/spiffe/tls";

import { closed, TlsWorld } from "../../spiffe/test/support/tls-world.js";
import { until } from "../../spiffe/test/support/until.js";
import { denyPolicy } from "../src/execute/denylist.js";
import { ApiError } from "../src/kubernetes/objects.js";
import { keyOf } from "./support/fake-api.js";
import type { World } from "./support/world.js";
import { eventOf, NAMESPACE, policyOf, ruleOf, shopOf } from "./support/world.js";

const ID = "spiffe://example.org/client";
const LIST = keyOf({ kind: "ConfigMap", namespace: NAMESPACE, name: "revoked-identities" });

/** Two live peers: what the responder writes into its ConfigMap comes to the server's file as the kubelet brings it, by a rename. */
describe("The deny list", () => {
    let peers: TlsWorld;
    let folder: string;
    let file: string;
    let world: World;

    beforeEach(async () => {
        peers = await TlsWorld.create();
        folder = await mkdtemp(join(tmpdir(), "deny-"));
        file = join(folder, "deny.yaml");
        await writeFile(file, denyPolicy([]));
        world = worldOf();
    });

    /** One in which nothing has happened yet. */
    function worldOf(): World {
        const web = { namespace: "shop", kind: "Deployment", name: "web" };
        const rule = { ...ruleOf("revoke-identity"), actions: [{ type: "revoke-identity", scope: "identity" }] };
        const made = shopOf(policyOf({ rules: [rule] }, { mayLoseLastReplica: [web] }));
        made.api.put({
            apiVersion: "spire.spiffe.io/v1alpha1",
            kind: "ClusterSPIFFEID",
            metadata: { name: "web" },
            spec: { spiffeIDTemplate: ID, podSelector: { matchLabels: { app: "web" } } },
        });
        return made;
    }

    afterEach(async () => {
        await peers.close();
        await rm(folder, { recursive: true });
    });

    async function mounted(): Promise<void> {
        const { "deny.yaml": text = "" } = (world.api.objects.get(LIST)?.["data"] ?? {}) as Record<string, string>;
        await writeFile(join(folder, "next"), text);
        await rename(join(folder, "next"), file);
    }

    async function revoke() {
        const responder = await world.start();
        await responder.record([eventOf()]);
        await responder.work();
        const name = responder.incidents()[0]?.name ?? assert.fail("no incident");
        world.decide(name, { verdict: "approve", by: "alice" });
        await responder.tick();
        await mounted();
        return { responder, name };
    }

    it("has live peers cut the connections of a revoked identity and let it in no more, until that is undone", async () => {
        const list = await watchDenyList(file, authorizeMemberOf(TrustDomain.parse("example.org")));
        peers.onClose(() => list.close());
        const policy = { ...peers.serverPolicy, authorize: list.authorize };
        const port = await peers.listen(createTlsServer(peers.server, policy, (socket) => socket.resume()));
        const open = () => connectTls(peers.client, peers.clientPolicy, { host: "127.0.0.1", port });
        const live = await open();
        await peers.settled("server");

        const { responder, name } = await revoke();
        await closed(live);
        await closed(await open());
        assert.deepEqual(peers.verdicts("server"), ["success", "deauthorized", "unauthorized"]);

        world.decide(name, { verdict: "undo", by: "alice" });
        await responder.tick();
        await mounted();
        const judged = (): boolean => {
            const { peer } = peers.events.find(({ side, result }) => side === "server" && result === "success") ?? {};
            try {
                return peer !== undefined && list.authorize(peer, [], { side: "server" });
            } catch {
                return false;
            }
        };
        await until(judged);
        (await open()).destroy();
        await peers.settled("server", 4);
        assert.notEqual(peers.verdicts("server")[3], "unauthorized");
    });

    it("needs no right at the SPIRE server, and says that the identity stays registered", async () => {
        world.mayAskSpire = false;
        const { responder, name } = await revoke();
        const action = (): { state: string; reason: string } => responder.incidents()[0]?.actions[0] ?? assert.fail();
        assert.equal(action().state, "done");
        assert.match(action().reason, /on the deny list; it stays registered, for the responder has no access/);
        world.decide(name, { verdict: "undo", by: "alice" });
        await responder.tick();
        assert.equal(action().state, "undone");
        assert.deepEqual(world.api.objects.get(LIST)?.["data"], { "deny.yaml": "deny: []\n" });
    });

    const put = (text: string): void => {
        const metadata = { namespace: NAMESPACE, name: "revoked-identities" };
        world.api.put({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { "deny.yaml": text } });
    };

    it("keeps what people have written into it, of whatever form", async () => {
        const own = "deny:\n  - pattern: spiffe://example.org/ns/old/**\n  - oneOf:\n      - spiffe://example.org/a\n";
        put(own);
        const { responder, name } = await revoke();
        assert.deepEqual(world.api.objects.get(LIST)?.["data"], { "deny.yaml": `${own}  - id: ${ID}\n` });
        await watchDenyList(file, authorizeMemberOf(TrustDomain.parse("example.org"))).then((list) => list.close());
        world.decide(name, { verdict: "undo", by: "alice" });
        await responder.tick();
        assert.deepEqual(world.api.objects.get(LIST)?.["data"], { "deny.yaml": own });
    });

    it("is left as it is where it is no list that peers take, and the action fails and says why", async () => {
        for (const [text, fault] of [
            ["allow: []\ndeny: []\n", /is no list of rules under deny; it stays as it is$/],
            ["", /is no list of rules under deny/],
            ["deny: all\n", /is no list of rules under deny/],
            ["deny: [x]\n", /responder\/revoked-identities .*deny\[0\]/s],
            ["deny: [{ id: spiffe://example.org/a, note: mine }]\n", /deny\[0\]: must have exactly one of any, id/],
            ["deny: [{ any: false }]\n", /deny\[0\]\.any/],
            ["deny: [\n", /^deny.yaml of the ConfigMap responder\/revoked-identities: .* at line 2, column 1:$/],
        ] as const) {
            world = worldOf();
            put(text);
            const { responder } = await revoke();
            assert.deepEqual(world.api.objects.get(LIST)?.["data"], { "deny.yaml": text });
            const [action] = responder.incidents()[0]?.actions ?? [];
            assert.notEqual(action?.state, "done");
            assert.match(action?.reason ?? "", fault);
        }
    });

    it("is refused where it would let somebody in, or can't be read", async () => {
        const any = authorizeMemberOf(TrustDomain.parse("example.org"));
        for (const [text, fault] of [
            ["allow: [{ any: true }]\ndeny: []", /allow: not a known section; use deny/],
            ["{}", /deny: must be a list of rules/],
            ["", /a list of rules under deny/],
            ["deny: [{ id: nobody }]", /deny\[0\]\.id: /],
        ] as const) {
            await writeFile(file, text);
            await assert.rejects(watchDenyList(file, any), fault);
        }
    });

    describe("in several namespaces", () => {
        const other = keyOf({ kind: "ConfigMap", namespace: "shop", name: "revoked-identities" });
        const listed = (key: string): unknown => world.api.objects.get(key)?.["data"] ?? {};

        it("is the same in each, and is taken back in each", async () => {
            world.denyNamespaces = [NAMESPACE, "shop"];
            const { responder, name } = await revoke();
            assert.deepEqual(listed(other), { "deny.yaml": denyPolicy([ID]) });
            assert.deepEqual(listed(LIST), listed(other));
            world.decide(name, { verdict: "undo", by: "alice" });
            await responder.tick();
            assert.deepEqual(
                [listed(LIST), listed(other)],
                [{ "deny.yaml": denyPolicy([]) }, { "deny.yaml": denyPolicy([]) }],
            );
        });

        it("reaches the others where one can't be written, and the action fails and says which", async () => {
            world.denyNamespaces = ["gone", NAMESPACE];
            world.api.fault = (call) => {
                if (call.startsWith("create ConfigMap gone/")) {
                    throw new ApiError("Forbidden", 403, "configmaps in gone: you may not");
                }
                return undefined;
            };
            const { responder } = await revoke();
            assert.deepEqual(listed(LIST), { "deny.yaml": denyPolicy([ID]) });
            const [action] = responder.incidents()[0]?.actions ?? [];
            assert.deepEqual([action?.state, action?.reason], ["failed", "configmaps in gone: you may not"]);
        });
    });
});
