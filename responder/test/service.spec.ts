import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { authorizeAny, SpiffeId, StaticX509Provider, X509BundleSet } from "@x0tta6bl4/spiffe";
import { SpiffeHttpsAgent } from "@x0tta6bl4/spiffe/http";

import { TestCa } from "../../spiffe/test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../../spiffe/test/support/fake-workload-api.js";
import { LeaderLease } from "../src/knowledge/lease.js";
import { PolicyFile } from "../src/policy-file.js";
import { ResponderService } from "../src/service.js";
import type { ResponderSettings } from "../src/settings.js";
import { readSettings } from "../src/settings.js";
import { INCIDENTS } from "./data/recordings.js";
import { addWorkload, FakeApi, nodeOf, podOf } from "./support/fake-api.js";
import { NAMESPACE } from "./support/world.js";

const POLICY = `apiVersion: responder.x0tta6bl4.io/v1alpha1
kind: ResponsePolicy
mode: act
guards: { workloadFraction: 1 }
rules:
  - name: shell
    explanation: Nobody needs a shell in there.
    match: { tags: [runtime] }
    actions: [{ type: capture-evidence }, { type: isolate }]
`;

describe("ResponderService", () => {
    let ca: TestCa;
    let workloads: FakeWorkloadApi;
    let api: FakeApi;
    let directory: string;
    const closers: (() => unknown)[] = [];
    const lines: Readonly<Record<string, unknown>>[] = [];

    beforeEach(async () => {
        ca = await TestCa.create("example.org");
        workloads = await FakeWorkloadApi.start();
        workloads.setX509(x509Message([await ca.issue("/ns/responder/sa/responder")], [ca.bundle]));
        directory = await mkdtemp(join(tmpdir(), "responder-"));
        await writeFile(join(directory, "policy.yaml"), POLICY);
        api = new FakeApi([nodeOf("node-0"), podOf(NAMESPACE, "responder-a", {}), podOf(NAMESPACE, "responder-b", {})]);
        addWorkload(api, { namespace: "shop", name: "web", replicas: 3 });
    });

    afterEach(async () => {
        for (const close of closers.splice(0).reverse()) {
            await close();
        }
        await workloads.stop();
        await rm(directory, { recursive: true });
    });

    async function serve(pod: string, over: Partial<ResponderSettings> = {}): Promise<ResponderService> {
        const settings: ResponderSettings = {
            workloadApi: workloads.address,
            port: 0,
            httpPort: 0,
            senders: { falco: [SpiffeId.parse("spiffe://example.org/falcosidekick")], alertmanager: [], canary: [] },
            kem: "require",
            policyFile: join(directory, "policy.yaml"),
            namespace: NAMESPACE,
            pod,
            protectedNamespaces: ["spire"],
            denyList: { name: "revoked-identities", namespaces: [NAMESPACE] },
            evidence: { directory: join(directory, "evidence"), limitBytes: 1_000_000 },
            queue: 100,
            ...over,
        };
        const service = await ResponderService.start(settings, { api, log: (line) => void lines.push(line) });
        closers.push(() => service.stop());
        return service;
    }

    async function send(service: ResponderService, body: unknown): Promise<string> {
        const identity = new StaticX509Provider({
            svid: await ca.issue("/falcosidekick"),
            bundles: new X509BundleSet([ca.bundle]),
        });
        const agent = new SpiffeHttpsAgent(identity, { authorize: authorizeAny() }, { keepAlive: false });
        closers.push(() => agent.destroy());
        return new Promise((resolve, reject) => {
            const target = { host: "127.0.0.1", port: service.ports.webhook, path: "/falco", method: "POST", agent };
            request(target, (response) => void text(response).then(resolve, reject))
                .on("error", reject)
                .end(JSON.stringify(body));
        });
    }

    const get = async (service: ResponderService, path: string): Promise<string> =>
        (await fetch(`http://127.0.0.1:${service.ports.http}${path}`)).text();

    it("contains an incident from Falco's event to the isolated pod, and tells it in metrics", async () => {
        const service = await serve("responder-a", { denyingEngine: "calico" });
        api.put({
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: { name: "open", namespace: "shop" },
            spec: { podSelector: {}, ingress: [{}] },
        });
        assert.equal(await send(service, INCIDENTS[0]?.bodies[0]), "recorded\n");
        const pod = () => api.objects.get("Pod shop/web-0")?.metadata.labels ?? {};
        while (!("responder.x0tta6bl4.io/quarantine" in pod())) {
            await new Promise((resolve) => setImmediate(resolve));
        }
        let metrics = "";
        while (!metrics.includes('responder_actions_total{type="isolate",state="done"} 1')) {
            metrics = await get(service, "/metrics");
        }
        assert.match(metrics, /responder_events_total\{source="falco",effect="new"\} 1/);
        assert.match(metrics, /responder_leader 1/);
        assert.match(metrics, /responder_contain_seconds_count 1/);
        assert.match(metrics, /responder_guard_hits_total\{guard="last-ready-replica"\} 0/);
        assert.match(
            JSON.stringify(api.all("SecurityIncident")),
            /denied by the policy responder-quarantine of calico/,
        );
    });

    it("acts on one replica only, which the Service finds by its label; the other says so", async () => {
        const first = await serve("responder-a");
        const second = await serve("responder-b");
        assert.match(await get(first, "/readyz"), /"leads":true/);
        assert.match(await get(second, "/readyz"), /"healthy":true.*"leads":false/);
        assert.equal(await send(second, INCIDENTS[0]?.bodies[0]), "this replica doesn't lead\n");
        const labelled = api
            .all("Pod")
            .filter(({ metadata }) => "responder.x0tta6bl4.io/leader" in (metadata.labels ?? {}));
        assert.deepEqual(
            labelled.map(({ metadata }) => metadata.name),
            ["responder-a"],
        );
        await first.stop();
        const third = await serve("responder-b");
        assert.match(await get(third, "/readyz"), /"leads":true/);
    });

    it("doesn't start with a policy that it can't use, and keeps the last good one while it runs", async () => {
        const file = join(directory, "policy.yaml");
        const policy = await PolicyFile.open(file);
        await writeFile(file, "mode: panic\n");
        await assert.rejects(policy.refresh(), { name: "PolicyError" });
        assert.equal(policy.current.mode, "act");
        await writeFile(file, POLICY.replace("mode: act", "mode: observe"));
        await policy.refresh();
        assert.equal(policy.current.mode, "observe");
        await writeFile(file, "mode: panic\n");
        await assert.rejects(serve("responder-a"), { name: "PolicyError" });
    });
});

describe("LeaderLease", () => {
    it("is taken once its holder hasn't been heard of for as long as it lasts, by the taker's own clock", async () => {
        const api = new FakeApi();
        let now = 1_000_000;
        const lease = (holder: string): LeaderLease =>
            new LeaderLease(api, { namespace: NAMESPACE, name: "responder", holder, seconds: 15, now: () => now });
        const a = lease("a");
        const b = lease("b");
        assert.equal(await a.attempt(), true);
        assert.equal(await b.attempt(), false);
        now += 14_000;
        assert.equal(await b.attempt(), false);
        assert.equal(a.held, false, "stops acting before anybody may take it");
        now += 1_000;
        assert.equal(await b.attempt(), true);
        assert.equal(await a.attempt(), false);
        await b.release();
        assert.equal(await a.attempt(), true);
        assert.equal(api.all("Lease")[0]?.spec?.["leaseTransitions"], 2);
    });

    it("is given up when the API server can't be reached", async () => {
        const api = new FakeApi();
        let now = 0;
        const lease = new LeaderLease(api, {
            namespace: NAMESPACE,
            name: "responder",
            holder: "a",
            seconds: 15,
            now: () => now,
        });
        await lease.attempt();
        api.get = () => Promise.reject(new Error("away"));
        now += 5_000;
        assert.equal(await lease.attempt(), true);
        now += 5_000;
        assert.equal(await lease.attempt(), false);
    });
});

describe("readSettings", () => {
    it("takes no address of a store that holds credentials, a query or a fragment, or is not encrypted", () => {
        for (const [url, isTaken] of [
            ["https://s3.example/evidence", true],
            ["http://s3.example/evidence", false],
            ["https://user@s3.example/", false],
            ["https://:secret@s3.example/", false],
            ["https://s3.example/?a=b", false],
            ["https://s3.example/#a", false],
        ] as const) {
            assert.throws(
                () => readSettings({ RESPONDER_EVIDENCE_STORE: url }),
                ({ message }: Error) =>
                    message.includes("RESPONDER_EVIDENCE_STORE") !== isTaken && !message.includes("secret"),
                url,
            );
        }
    });

    it("takes the network engine whose policies deny", () => {
        const least = {
            SPIFFE_ENDPOINT_SOCKET: "unix:///run/socket",
            RESPONDER_POLICY: "/policy.yaml",
            RESPONDER_NAMESPACE: NAMESPACE,
            RESPONDER_POD: "responder-a",
            RESPONDER_FALCO_SENDERS: "spiffe://example.org/falcosidekick",
        };
        assert.equal(readSettings(least).denyingEngine, undefined);
        assert.equal(readSettings({ ...least, RESPONDER_DENYING_ENGINE: "calico" }).denyingEngine, "calico");
    });

    it("tells every fault at once", () => {
        const env = {
            RESPONDER_PORT: "0",
            RESPONDER_FALCO_SENDERS: "falco",
            RESPONDER_KEM: "maybe",
            RESPONDER_DENYING_ENGINE: "kubernetes",
            RESPONDER_OTLP: "ftp://x",
        };
        assert.throws(
            () => readSettings(env),
            (error: Error) => {
                const names = error.message
                    .split("\n")
                    .slice(1)
                    .map((line) => line.trim().split(" ")[0]);
                assert.deepEqual(names, [
                    "SPIFFE_ENDPOINT_SOCKET",
                    "RESPONDER_PORT",
                    "RESPONDER_FALCO_SENDERS",
                    "RESPONDER_KEM",
                    "RESPONDER_POLICY",
                    "RESPONDER_NAMESPACE",
                    "RESPONDER_POD",
                    "RESPONDER_DENYING_ENGINE",
                    "RESPONDER_OTLP",
                    "nobody",
                ]);
                return true;
            },
        );
    });
});
