import assert from "node:assert/strict";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type { WatchedPolicy } from "../../src/entry/policy.js";
import { watchDenyList, watchPolicy } from "../../src/entry/policy.js";
import type { Authorizer, PolicyError } from "../../src/index.js";
import { AuthorizationError, SpiffeId } from "../../src/index.js";
import { connectTls, createTlsServer } from "../../src/tls/index.js";
import { closed, TlsWorld } from "../support/tls-world.js";

const OPEN = "allow: [{ memberOf: example.org }]";
const DENIED = `${OPEN}\ndeny: [{ id: spiffe://example.org/client }]`;

describe("A policy that follows its file", () => {
    let world: TlsWorld;
    let folder: string;
    let file: string;
    let policy: WatchedPolicy;
    let faults: PolicyError[];

    beforeEach(async () => {
        world = await TlsWorld.create();
        folder = await mkdtemp(join(tmpdir(), "policy-"));
        file = join(folder, "peers.yaml");
        await writeFile(file, OPEN);
        faults = [];
        policy = await watchPolicy(file, { onFault: (fault) => faults.push(fault) });
    });
    afterEach(async () => {
        policy.close();
        await world.close();
        await rm(folder, { recursive: true });
    });

    async function until(condition: () => boolean): Promise<void> {
        while (!condition()) {
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
    }

    /** As editors and the kubelet do it: nobody reads half of a version. */
    async function replace(path: string, text: string): Promise<void> {
        await writeFile(join(folder, "next"), text);
        await rename(join(folder, "next"), path);
    }

    function allows(authorize: Authorizer, id: string): boolean {
        try {
            return authorize(SpiffeId.parse(id), [], { side: "server" });
        } catch (error) {
            assert.ok(error instanceof AuthorizationError);
            return false;
        }
    }

    it("cuts a live connection that a new version refuses, and lets nobody in by the old one", async () => {
        const server = { ...world.serverPolicy, authorize: policy.authorize };
        const port = await world.listen(createTlsServer(world.server, server, (socket) => socket.resume()));
        const open = () => connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port });
        const live = await open();
        await world.settled("server");
        await replace(file, DENIED);
        await closed(live);
        await closed(await open());
        assert.deepEqual(world.verdicts("server"), ["success", "deauthorized", "unauthorized"]);
        await writeFile(file, OPEN);
        await until(() => allows(policy.authorize, "spiffe://example.org/client"));
    });

    it("narrows an authorizer by a list of revoked identities, and follows both", async () => {
        const list = join(folder, "denied.yaml");
        await writeFile(list, "deny: []");
        const narrowed = await watchDenyList(list, policy.authorize);
        world.onClose(() => narrowed.close());
        const server = { ...world.serverPolicy, authorize: narrowed.authorize };
        const port = await world.listen(createTlsServer(world.server, server, (socket) => socket.resume()));
        const open = () => connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port });
        const revoked = await open();
        await world.settled("server");
        await replace(list, "deny: [{ id: spiffe://example.org/client }]");
        await closed(revoked);
        assert.ok(allows(narrowed.authorize, "spiffe://example.org/other"));
        assert.ok(!allows(narrowed.authorize, "spiffe://elsewhere.test/other"), "the authorizer judges all others");
        await replace(list, "deny: []");
        await until(() => allows(narrowed.authorize, "spiffe://example.org/client"));
        const refused = await open();
        await world.settled("server", 3);
        await replace(file, DENIED);
        await closed(refused);
        assert.deepEqual(world.verdicts("server"), ["success", "deauthorized", "success", "deauthorized"]);
        await assert.rejects(watchDenyList(file, policy.authorize), {
            faults: ["allow: not a known section; use deny"],
        });
    });

    it("keeps the last good version past one that can't be used, and tells of it", async () => {
        await writeFile(file, "allow: nobody");
        await until(() => faults.some(({ faults: all }) => all[0] === "allow: must be a list of rules"));
        await rm(file);
        await until(() => faults.some(({ message }) => message.includes("ENOENT")));
        const port = await world.listen(
            createTlsServer(world.server, { authorize: policy.authorize }, (socket) => socket.resume()),
        );
        const live = await connectTls(world.client, world.clientPolicy, { host: "127.0.0.1", port });
        live.destroy();
    });

    it("stays as it is once nobody follows it, whatever is being read at that moment", async () => {
        const changed = new Promise<void>((resolve) => {
            const watcher = watch(folder, (_event, name) => {
                if (name === "peers.yaml") {
                    // It is being read by now.
                    policy.close();
                    watcher.close();
                    resolve();
                }
            });
        });
        await replace(file, DENIED);
        await changed;
        await delay(50);
        assert.ok(allows(policy.authorize, "spiffe://example.org/client"));
        assert.deepEqual(faults, []);
    });

    it("is refused at the start when it can't be used, and warns of later faults where nobody listens", async () => {
        await assert.rejects(watchPolicy(join(folder, "none.yaml")), { code: "invalid_policy" });
        const other = await watchPolicy(file);
        const warned = once(process, "warning") as Promise<[Error]>;
        await writeFile(file, "[");
        const [{ message }] = await warned;
        other.close();
        assert.match(message, /^Reading a policy again failed: .*peers\.yaml is not a valid authorization policy/);
    });
});
