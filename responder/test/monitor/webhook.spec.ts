import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:https";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import type { TrustDomain } from "@x0tta6bl4/spiffe";
import { authorizeAny, SpiffeId, StaticX509Provider, X509BundleSet } from "@x0tta6bl4/spiffe";
import { SpiffeHttpsAgent } from "@x0tta6bl4/spiffe/http";
import { parse } from "yaml";

import { TestCa } from "../../../spiffe/test/support/ca.js";
import { BusyError, EventQueue } from "../../src/monitor/queue.js";
import { createWebhook, MAX_BODY } from "../../src/monitor/webhook.js";
import type { Refusal } from "../../src/monitor/webhook.js";
import { SenderTrust } from "../../src/monitor/senders.js";
import { checkedPolicy } from "../../src/plan/policy.js";
import { TRAITS } from "../../src/plan/traits.js";
import { ResponderLoop } from "../../src/loop.js";
import { INCIDENTS, LOOKALIKES } from "../data/recordings.js";
import type { Recording } from "../data/recordings.js";
import { addWorkload, keyOf } from "../support/fake-api.js";
import { eventOf, shopOf } from "../support/world.js";

const SIDEKICK = "/ns/falcosidekick/sa/falcosidekick";
const ALERTMANAGER = "/ns/monitoring/sa/alertmanager";

describe("The webhook", () => {
    let ca: TestCa;
    let server: Server;
    let refusals: Refusal[];
    const closers: (() => unknown)[] = [];
    let accept: (events: readonly { readonly rule: string }[]) => Promise<void>;

    before(async () => {
        ca = await TestCa.create("example.org");
    });

    beforeEach(async () => {
        refusals = [];
        accept = () => Promise.resolve();
        server = createWebhook({
            trust: await SenderTrust.open(await identityOf("/ns/responder/sa/responder")),
            senders: {
                falco: [SpiffeId.parse(`spiffe://example.org${SIDEKICK}`)],
                alertmanager: [SpiffeId.parse(`spiffe://example.org${ALERTMANAGER}`)],
                canary: [],
            },
            kem: "require",
            accept: (events) => accept(events),
            refused: (reason) => refusals.push(reason),
            now: () => Date.now(),
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        closers.push(() => new Promise((resolve) => server.close(resolve)));
    });

    afterEach(async () => {
        for (const close of closers.splice(0).reverse()) {
            await close();
        }
    });

    const identities = new Map<string, StaticX509Provider>();

    async function identityOf(path: string, issuer = ca): Promise<StaticX509Provider> {
        const known = issuer === ca ? identities.get(path) : undefined;
        const identity =
            known ??
            new StaticX509Provider({ svid: await issuer.issue(path), bundles: new X509BundleSet([ca.bundle]) });
        if (issuer === ca) {
            identities.set(path, identity);
        }
        return identity;
    }

    /** Posts as one sender. @returns status and text */
    async function post(
        path: string,
        body: string,
        from = SIDEKICK,
        issuer = ca,
        method = "POST",
    ): Promise<[number, string]> {
        const agent = new SpiffeHttpsAgent(
            await identityOf(from, issuer),
            { authorize: authorizeAny() },
            { keepAlive: false },
        );
        closers.push(() => agent.destroy());
        const { port } = server.address() as AddressInfo;
        return new Promise((resolve, reject) => {
            request({ host: "127.0.0.1", port, path, method, agent }, (response) => {
                text(response).then((answer) => resolve([response.statusCode ?? 0, answer.trim()]), reject);
            })
                .on("error", reject)
                .end(body);
        });
    }

    const shell = JSON.stringify(INCIDENTS[0]?.bodies[0]);

    it("answers 200 only once the events are recorded", async () => {
        const recorded: string[] = [];
        accept = async (events) => {
            await new Promise((resolve) => setImmediate(resolve));
            recorded.push(...events.map(({ rule }) => rule));
        };
        assert.deepEqual(await post("/falco", shell), [200, "recorded"]);
        assert.deepEqual(recorded, ["Shell started in a guarded container"]);
        accept = () => Promise.reject(new Error("etcd is away"));
        assert.deepEqual(await post("/falco", shell), [503, "it could not be recorded"]);
        accept = () => Promise.reject(new BusyError("5 events are waiting"));
        assert.deepEqual(await post("/falco", shell), [503, "5 events are waiting"]);
        assert.deepEqual(refusals, ["failed", "busy"]);
    });

    it("lets nobody in but the senders, and each at its own path only", async () => {
        accept = () => assert.fail("a stranger's event was taken");
        await assert.rejects(post("/falco", shell, "/ns/shop/sa/web"));
        const forged = await TestCa.create("example.org");
        await assert.rejects(post("/falco", shell, SIDEKICK, forged));
        assert.deepEqual(await post("/falco", shell, ALERTMANAGER), [
            403,
            `spiffe://example.org${ALERTMANAGER} may not send here`,
        ]);
        assert.deepEqual(await post("/canary", "{}"), [403, `spiffe://example.org${SIDEKICK} may not send here`]);
        assert.deepEqual(refusals, ["handshake", "handshake", "sender", "sender"]);
    });

    for (const [what, path, body, status, refusal] of [
        ["no JSON", "/falco", "{", 400, "malformed"],
        ["a list", "/falco", "[]", 400, "malformed"],
        ["an unknown priority", "/falco", shell.replace('"Critical"', '"Terrible"'), 400, "malformed"],
        ["a time that is none", "/falco", shell.replace("2026-11-29T", "yesterday "), 400, "malformed"],
        ["a giant", "/falco", JSON.stringify({ rule: "x".repeat(MAX_BODY) }), 413, "size"],
        ["another path", "/falco/", shell, 404, "path"],
    ] as const) {
        it(`refuses ${what} with ${status}, shows no value of it, and goes on`, async () => {
            const [got, answer] = await post(path, body);
            assert.equal(got, status);
            assert.ok(!answer.includes("Terrible") && !answer.includes("yesterday"), answer);
            assert.deepEqual(refusals, [refusal]);
            assert.deepEqual(await post("/falco", shell), [200, "recorded"]);
        });
    }

    it("names every fault of a message by its path", async () => {
        const [, answer] = await post("/falco", JSON.stringify({ rule: "", priority: "none", time: "now" }));
        assert.deepEqual(
            answer
                .split("\n")
                .slice(1)
                .map((line) => line.trim().split(":")[0]),
            ["rule", "priority", "time"],
        );
    });

    it("knows certificates of another authority for its own trust domain only, shows its own, and follows both", async () => {
        const directory = await mkdtemp(join(tmpdir(), "senders-"));
        closers.push(() => rm(directory, { recursive: true }));
        const other = await TestCa.create("certificates.test");
        const own = await identityOf("/ns/responder/sa/responder");
        const put = async (issuer: TestCa): Promise<string> => {
            const svid = await issuer.issue("/responder");
            const [cert, key] = [
                svid.certificates.map(String).join(""),
                svid.privateKey.export({ type: "pkcs8", format: "pem" }),
            ];
            await writeFile(join(directory, "ca.crt"), issuer.bundle.authorities.map(String).join(""));
            await writeFile(join(directory, "tls.crt"), cert);
            await writeFile(join(directory, "tls.key"), key);
            return cert;
        };
        const first = await put(other);
        const trust = await SenderTrust.open(own, { trustDomain: other.bundle.trustDomain, directory });
        const authorities = (name: TrustDomain): number => trust.snapshot().bundles.get(name)?.authorities.length ?? 0;
        assert.deepEqual([authorities(ca.bundle.trustDomain), authorities(other.bundle.trustDomain)], [1, 1]);
        assert.equal(trust.webCertificate?.cert, first);
        let updates = 0;
        trust.on("update", () => updates++);
        await trust.refresh();
        const second = await put(other);
        await trust.refresh();
        assert.deepEqual([trust.webCertificate.cert === second, updates], [true, 1]);
        const next = await TestCa.create("certificates.test");
        const both = [...other.bundle.authorities, ...next.bundle.authorities].map(String).join("");
        await writeFile(join(directory, "ca.crt"), both);
        await trust.refresh();
        assert.deepEqual(
            [authorities(other.bundle.trustDomain), updates],
            [2, 2],
            "an authority that is being renewed",
        );

        const posing = await SenderTrust.open(own, { trustDomain: ca.bundle.trustDomain, directory });
        const { trustDomain } = ca.bundle;
        assert.equal(
            posing.snapshot().bundles.get(trustDomain),
            own.snapshot().bundles.get(trustDomain),
            "SPIRE alone speaks for our own trust domain",
        );
    });

    describe("with the shipped policy, by mutual TLS", () => {
        let shipped: unknown;

        before(async () => {
            shipped = parse(await readFile("components/responder/policy.yaml", "utf8"));
        });

        /** Sends a recording. @returns the actions that change something */
        async function replay({ path, bodies }: Recording): Promise<Record<string, string>> {
            const world = shopOf(checkedPolicy({ ...(shipped as object), mode: "act" }));
            addWorkload(world.api, { namespace: "falco", name: "falco", replicas: 3 });
            world.api.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
            world.api.put({
                apiVersion: "spire.spiffe.io/v1alpha1",
                kind: "ClusterSPIFFEID",
                metadata: { name: "web" },
                spec: {
                    spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/web",
                    podSelector: { matchLabels: { app: "web" } },
                },
            });
            world.spire.addEntry({
                spiffeId: SpiffeId.parse("spiffe://example.org/web"),
                parentId: SpiffeId.parse("spiffe://example.org/node"),
                selectors: [
                    {
                        type: "k8s",
                        value: `pod-uid:${world.api.objects.get(keyOf({ kind: "Pod", namespace: "shop", name: "web-0" }))?.metadata.uid}`,
                    },
                ],
            });
            const responder = await world.start();
            const queue = new EventQueue(10);
            const loop = new ResponderLoop(responder, queue, { tickMs: 60_000, failed: assert.ifError });
            const running = loop.run();
            accept = (events) => queue.offer(events as Parameters<EventQueue["offer"]>[0]);
            for (const body of bodies) {
                const sent = await post(path, JSON.stringify(body), path === "/falco" ? SIDEKICK : ALERTMANAGER);
                assert.deepEqual(sent, [200, "recorded"]);
            }
            loop.stop();
            await running;
            await responder.work();
            const acted = responder
                .incidents()
                .flatMap(({ actions }) => actions)
                .filter(({ type, state }) => TRAITS[type].changes && state !== "blocked");
            return Object.fromEntries(acted.map(({ type, state }) => [type, state]));
        }

        for (const recording of INCIDENTS) {
            it(`incident: ${recording.name}`, async () => {
                assert.deepEqual(await replay(recording), recording.actions);
            });
        }
        for (const recording of LOOKALIKES) {
            it(`look-alike: ${recording.name}`, async () => {
                assert.deepEqual(await replay(recording), {});
            });
        }
    });
});

describe("EventQueue", () => {
    it("hands out the worst first, and among equals the first come first", async () => {
        const queue = new EventQueue(10);
        const offered = ["low", "critical", "medium", "critical"].map((severity, index) =>
            queue.offer([eventOf({ severity: severity as "low", rule: String(index) })]),
        );
        const taken = await queue.take(10);
        assert.deepEqual(
            taken.map(({ event }) => event.rule),
            ["1", "3", "2", "0"],
        );
        taken.forEach(({ settle }) => settle.resolve());
        await Promise.all(offered);
    });

    it("stays within its limit: a worse event takes the place of a milder one, whose sender is told", async () => {
        const queue = new EventQueue(2);
        const mild = queue.offer([eventOf({ severity: "low" })]);
        const worse = queue.offer([eventOf({ severity: "high" })]);
        const worst = queue.offer([eventOf({ severity: "critical" })]);
        await assert.rejects(mild, BusyError);
        await assert.rejects(queue.offer([eventOf({ severity: "low" })]), BusyError);
        assert.equal(queue.length, 2);
        queue.close();
        await assert.rejects(worse, BusyError);
        await assert.rejects(worst, BusyError);
        await assert.rejects(queue.offer([eventOf()]), BusyError);
    });
});
