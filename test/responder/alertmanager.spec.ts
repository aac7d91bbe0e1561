import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { load } from "js-yaml";

import { SpiffeId, TrustDomain, type X509Svid } from "../../spiffe/src/index.js";

import { TestCa } from "../../spiffe/test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../../spiffe/test/support/fake-workload-api.js";
import { freePort } from "../../spiffe/test/support/free-port.js";
import { ResponderService } from "../../responder/src/service.js";
import { addWorkload, FakeApi, nodeOf, podOf } from "../../responder/test/support/fake-api.js";
import { NAMESPACE } from "../../responder/test/support/world.js";
import { findBinary } from "../support/binary";
import { documented } from "../support/documented";
import { until } from "../cluster/support/until";

const alertmanager = findBinary("prometheus-alertmanager") ?? findBinary("alertmanager");
const SENDER = "spiffe://certificates.internal/alertmanager";

/** Go knows X25519MLKEM768 from 1.24 on, and offers it unasked. */
function knowsMlKem(program: string): boolean {
    const said = execFileSync(program, ["--version"], { encoding: "utf8" });
    const [, minor = "0"] = /go version:\s+go1\.(\d+)/.exec(said) ?? [];
    return Number(minor) >= 24;
}

const POLICY = `apiVersion: responder.x0tta6bl4.io/v1alpha1
kind: ResponsePolicy
mode: act
rules:
  - name: peers-refused
    explanation: Somebody was refused by a peer.
    match: { sources: [alertmanager], tags: [identity] }
    actions: [{ type: notify }]
`;

const knows = alertmanager !== undefined && knowsMlKem(alertmanager);

const note = alertmanager === undefined ? " (skipped: no prometheus-alertmanager on PATH)" : "";

/** Alertmanager's own program, configured as docs/responder.md says. */
describe(`Alertmanager${note}`, () => {
    let directory: string;
    let client: string;
    let workloads: FakeWorkloadApi;
    let api: FakeApi;
    let service: ResponderService | undefined;
    let program: ChildProcess | undefined;
    let port: number;

    before(async function () {
        if (alertmanager === undefined) {
            this.skip();
        }
        directory = await mkdtemp(join(tmpdir(), "alertmanager-"));
        client = join(directory, "client");
        const own = await TestCa.create("example.org");
        const others = await TestCa.create("certificates.internal");
        workloads = await FakeWorkloadApi.start();
        workloads.setX509(x509Message([await own.issue("/ns/responder/sa/responder")], [own.bundle]));
        const put = async (folder: string, name: string, { certificates, privateKey }: X509Svid): Promise<void> => {
            await mkdir(folder, { recursive: true });
            await writeFile(join(folder, "ca.crt"), others.bundle.authorities.map(String).join(""));
            await writeFile(join(folder, `${name}.crt`), certificates.map(String).join(""));
            await writeFile(join(folder, `${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
        };
        await writeFile(join(directory, "policy.yaml"), POLICY);
        await put(
            directory,
            "tls",
            await others.issue("/responder", { dnsNames: ["responder-webhook.responder.svc"] }),
        );
        await put(client, "client", await others.issue("/alertmanager"));
    });

    afterEach(async () => {
        if (program !== undefined) {
            const gone = once(program, "exit");
            program.kill();
            await gone;
            program = undefined;
        }
        await service?.stop();
        service = undefined;
    });

    after(async () => {
        if (alertmanager !== undefined) {
            await workloads.stop();
            await rm(directory, { recursive: true });
        }
    });

    /** Starts the responder, and Alertmanager that sends to it. */
    async function start(kem: "prefer" | "require"): Promise<void> {
        api = new FakeApi([nodeOf("node-0"), podOf(NAMESPACE, "responder-a", {})]);
        addWorkload(api, { namespace: "shop", name: "web", replicas: 3 });
        const settings = {
            workloadApi: workloads.address,
            port: 0,
            httpPort: 0,
            senders: { falco: [], alertmanager: [SpiffeId.parse(SENDER)], canary: [] },
            senderAuthority: { trustDomain: TrustDomain.parse("certificates.internal"), directory },
            kem,
            policyFile: join(directory, "policy.yaml"),
            namespace: NAMESPACE,
            pod: "responder-a",
            protectedNamespaces: ["spire"],
            denyList: { name: "revoked-identities", namespaces: [NAMESPACE] },
            evidence: { directory: join(directory, "evidence"), limitBytes: 1_000_000 },
            queue: 100,
        };
        service = await ResponderService.start(settings, { api, log: () => undefined });
        port = await freePort();
        program = await run(alertmanager ?? "", service.ports.webhook);
    }

    /** Runs it with the configuration of the documentation: files, address and times are those of this test. */
    async function run(file: string, webhook: number): Promise<ChildProcess> {
        const text = (await documented("docs/responder.md", "receivers:"))
            .replaceAll("/etc/responder-client/", `${client}/`)
            .replace("responder-webhook.responder.svc:8443", `127.0.0.1:${webhook}`);
        const route = { receiver: "responder", group_wait: "0s", group_interval: "1s", repeat_interval: "1s" };
        const configuration = { ...(load(text) as object), route };
        await writeFile(join(directory, "alertmanager.yml"), JSON.stringify(configuration));
        const child = spawn(
            file,
            [
                `--config.file=${directory}/alertmanager.yml`,
                `--storage.path=${await mkdtemp(join(directory, "data-"))}`,
                `--web.listen-address=127.0.0.1:${port}`,
                "--cluster.listen-address=",
            ],
            { stdio: "ignore" },
        );
        const ready = `http://127.0.0.1:${port}/-/ready`;
        await until("Alertmanager is ready", async () => (await fetch(ready).catch(() => undefined))?.ok === true);
        return child;
    }

    async function alert(labels: Readonly<Record<string, string>>, endsAt?: Date): Promise<void> {
        const startsAt = new Date(Date.now() - 60_000);
        const { status } = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify([{ labels, annotations: { summary: "A peer was refused" }, startsAt, endsAt }]),
        });
        assert.equal(status, 200);
    }

    interface Status {
        readonly signals: readonly { rule: string; count: number; severity: string; tags: readonly string[] }[];
        readonly subjects: readonly { namespace?: string; pod?: string; workload?: object }[];
        readonly actions: readonly { type: string; state: string }[];
    }

    const incidents = (): readonly Status[] =>
        api.all("SecurityIncident").map(({ status }) => status as unknown as Status);

    const metric = async (line: string): Promise<number> => {
        const text = await (await fetch(`http://127.0.0.1:${service?.ports.http}/metrics`)).text();
        return Number(
            text
                .split("\n")
                .find((one) => one.startsWith(`${line} `))
                ?.split(" ")[1],
        );
    };

    it("brings an alert by mutual TLS, once however often it is repeated, and nothing of its end", async function () {
        this.timeout(30_000);
        await start(knows ? "require" : "prefer");
        const labels = {
            alertname: "UnauthorizedPeers",
            severity: "critical",
            area: "identity",
            namespace: "shop",
            pod: "web-0",
        };
        await alert(labels);
        await until("the alert is answered", () =>
            Promise.resolve(incidents()[0]?.actions.some(({ state }) => state === "done") === true),
        );
        const known = 'responder_events_total{source="alertmanager",effect="known"}';
        await until("it was repeated", async () => (await metric(known)) >= 2);
        await alert(labels, new Date(Date.now() - 1_000));
        await until("Alertmanager knows that it is over", async () => {
            const alerts = (await (await fetch(`http://127.0.0.1:${port}/api/v2/alerts`)).json()) as unknown[];
            return alerts.length === 0;
        });
        assert.equal(incidents().length, 1);
        const [incident] = incidents();
        assert.deepEqual(
            incident?.signals.map(({ rule, count, severity, tags }) => ({ rule, count, severity, tags })),
            [{ rule: "UnauthorizedPeers", count: 1, severity: "critical", tags: ["identity"] }],
        );
        assert.deepEqual(incident.subjects[0]?.workload, { kind: "Deployment", namespace: "shop", name: "web" });
        assert.deepEqual(
            incident.actions.map(({ type, state }) => [type, state]),
            [["notify", "done"]],
        );
        assert.equal(await metric('responder_refused_total{reason="handshake"}'), 0);
    });

    it(`is refused by what demands ML-KEM where it knows none${knows ? " (skipped: this one knows it)" : ""}`, async function () {
        this.timeout(30_000);
        if (knows) {
            this.skip();
        }
        await start("require");
        await alert({ alertname: "UnauthorizedPeers", area: "identity" });
        await until("it is refused", async () => (await metric('responder_refused_total{reason="handshake"}')) > 0);
        assert.deepEqual(incidents(), []);
    });
});
