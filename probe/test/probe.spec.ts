import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { status } from "@grpc/grpc-js";
import { authorizeAny } from "@x0tta6bl4/spiffe";
import { X509Source } from "@x0tta6bl4/spiffe/workload";
import { createFetch, SpiffeDispatcher } from "@x0tta6bl4/spiffe/fetch";

import { TestCa } from "../../spiffe/test/support/ca.js";
import { FakeWorkloadApi, x509Message } from "../../spiffe/test/support/fake-workload-api.js";
import { freePort } from "../../spiffe/test/support/free-port.js";
import { TokenIssuer } from "../../spiffe/test/support/tokens.js";
import type { ProbeReport } from "../src/once.js";
import { proveOnce } from "../src/once.js";
import { ProbeService } from "../src/service.js";
import type { ProbeSettings } from "../src/settings.js";

const ID = "spiffe://example.org/probe";

describe("The probe", () => {
    const issuer = new TokenIssuer("example.org");
    let ca: TestCa;
    let api: FakeWorkloadApi;
    let settings: ProbeSettings;
    const closers: (() => unknown)[] = [];

    beforeEach(async () => {
        ca = await TestCa.create("example.org");
        api = await FakeWorkloadApi.start();
        api.setX509(x509Message([await ca.issue("/probe")], [ca.bundle]));
        api.setJwtBundles({ bundles: { "spiffe://example.org": new Uint8Array(Buffer.from(issuer.document)) } });
        const svid = await issuer.issue({ subject: ID, audience: ["probe"] });
        api.onFetchJwt = () => ({ svids: [{ spiffeId: ID, svid }] });
        settings = {
            workloadApi: api.address,
            echoPort: 0,
            httpPort: 0,
            allowed: [],
            peers: [],
            forbidden: [],
            intervalSeconds: 3_600,
            kem: "require",
        };
    });
    afterEach(async () => {
        for (const close of closers.splice(0).reverse()) {
            await close();
        }
        await api.stop();
    });

    async function serve(change: Partial<ProbeSettings> = {}): Promise<ProbeService> {
        const service = await ProbeService.start({ ...settings, ...change });
        closers.push(() => service.stop());
        return service;
    }

    describe("as a self-test", () => {
        it("proves identity, verification, JWT, mutual TLS and refusals", async () => {
            const report = await proveOnce(settings);
            assert.deepEqual(
                report.proofs.map(({ name, proved }) => [name, proved]),
                [
                    ["the Workload API issues an X.509-SVID", true],
                    ["the SVID verifies against the trust bundle", true],
                    ["a JWT-SVID is issued and valid", true],
                    ["mutual TLS 1.3 with itself works", true],
                    ["a client without an SVID is refused", true],
                    ["a client with TLS 1.2 is refused", true],
                ],
            );
            assert.equal(report.spiffeId, ID);
            assert.equal(report.proved, true);
            assert.equal(report.proofs[3]?.detail, `known there as ${ID}, key exchange by X25519MLKEM768`);
        });

        it("calls the peers it is given, and says which one failed", async () => {
            const { ports } = await serve();
            const peers = [
                new URL(`https://localhost:${ports.echo}`),
                new URL(`https://localhost:${await freePort()}`),
            ];
            const report = await proveOnce({ ...settings, peers });
            assert.deepEqual(
                report.proofs.slice(6).map(({ proved }) => proved),
                [true, false],
            );
            assert.match(report.proofs[7]?.detail ?? "", /ECONNREFUSED/);
            assert.equal(report.proved, false);
        });

        it("tries what is forbidden, and fails where it gets through or can't tell", async () => {
            const { ports } = await serve();
            const forbidden = [ports.http, await freePort()].map((port) => ({
                name: `api:${port}`,
                host: "127.0.0.1",
                port,
            }));
            const lost = { name: "lost:443", host: `${"x".repeat(64)}.invalid`, port: 443 };
            const report = await proveOnce({ ...settings, forbidden: [...forbidden, lost] });
            assert.deepEqual(
                report.proofs.slice(6).map(({ name, proved }) => [name, proved]),
                [
                    [`a connection to api:${forbidden[0]?.port} is refused`, false],
                    [`a connection to api:${forbidden[1]?.port} is refused`, true],
                    ["a connection to lost:443 is refused", false],
                ],
            );
            assert.equal(report.proofs[6]?.detail, "the connection came about");
            assert.match(report.proofs[7]?.detail ?? "", /^connect ECONNREFUSED /);
            assert.match(report.proofs[8]?.detail ?? "", /^could not be tried: getaddrinfo /);
            assert.equal(report.proved, false);
        });

        it("goes on after a failure: a bad token doesn't hide that mutual TLS works", async () => {
            api.onFetchJwt = () => ({ svids: [{ spiffeId: ID, svid: "not.a.token" }] });
            const { proved, proofs } = await proveOnce(settings);
            assert.equal(proved, false);
            assert.deepEqual(
                proofs.filter((proof) => !proof.proved).map(({ name }) => name),
                ["a JWT-SVID is issued and valid"],
            );
        });
    });

    describe("as a service", () => {
        const over = (port: number, path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);

        it("is alive, ready, and exports what its handshakes and calls came to", async () => {
            const first = await serve();
            const second = await serve({
                peers: [new URL(`https://localhost:${first.ports.echo}`)],
                forbidden: [{ name: "first:8080", host: "127.0.0.1", port: first.ports.http }],
            });
            assert.equal((await over(second.ports.http, "/healthz")).status, 200);
            const ready = (await (await over(second.ports.http, "/readyz")).json()) as Record<string, unknown>;
            assert.equal(ready.healthy, true);
            assert.equal((await over(second.ports.http, "/nothing")).status, 404);
            const metrics = await (await over(second.ports.http, "/metrics")).text();
            for (const line of [
                `probe_calls_total{host="localhost:${first.ports.echo}",result="success"} 1`,
                'pqc_handshakes_total{side="client",result="success",group="X25519MLKEM768",pqc="true",trust_domain="example.org"} 1',
                'probe_forbidden_open{target="first:8080"} 1',
                // Known from the start: what `hardening verify` judges MET-3 by.
                'spiffe_authentication_failures_total{side="server",reason="unauthorized"} 0',
                'spiffe_stream_healthy{stream="x509"} 1',
                'spiffe_bundle_authorities{trust_domain="example.org"} 1',
            ]) {
                assert.ok(metrics.includes(line), line);
            }
            assert.match(metrics, /spiffe_svid_expiry_seconds\{spiffe_id="spiffe:\/\/example\.org\/probe"\} \d+/);
        });

        it("isn't ready once its identity is withdrawn, and counts its failed calls", async () => {
            const first = await serve();
            const second = await serve({ peers: [new URL(`https://localhost:${first.ports.echo}`)] });
            api.failNext("FetchX509SVID", status.PERMISSION_DENIED, "no identity issued", 10);
            api.breakStreams("FetchX509SVID", status.PERMISSION_DENIED, "no identity issued");
            while ((await over(second.ports.http, "/readyz")).status !== 503) {
                await new Promise((resolve) => setTimeout(resolve, 10));
            }
            await second.callPeers();
            const metrics = await (await over(second.ports.http, "/metrics")).text();
            assert.ok(metrics.includes(`probe_calls_total{host="localhost:${first.ports.echo}",result="failure"} 1`));
            assert.ok(metrics.includes('spiffe_stream_state{stream="x509",state="withdrawn"} 1'));
            const failures = 'spiffe_workload_api_failures_total{method="FetchX509SVID",reason="no_identity_issued"}';
            assert.ok(metrics.includes(failures), metrics);
        });

        it("echoes to peers only, and not without measure", async () => {
            const { ports } = await serve({ allowed: [] });
            const source = await X509Source.start({ address: api.address });
            const dispatcher = new SpiffeDispatcher(source, { authorize: authorizeAny() });
            closers.push(
                () => source.close(),
                () => dispatcher.close(),
            );
            const call = createFetch(dispatcher);
            const url = `https://localhost:${ports.echo}`;
            const answer = await call(`${url}/echo`, { method: "POST", body: "hello" });
            assert.deepEqual(await answer.json(), { peer: ID, group: "X25519MLKEM768", body: "hello" });
            assert.equal((await call(`${url}/echo`)).status, 404);
            assert.equal((await call(`${url}/other`, { method: "POST" })).status, 404);
            const large = await call(`${url}/echo`, { method: "POST", body: "x".repeat(65_537) });
            assert.equal(large.status, 413);
            assert.deepEqual(await large.json(), { error: "a body may have 65536 bytes" });
        });
    });

    describe("as a program", () => {
        const folder = join(import.meta.dirname, "..");
        const source = ["--import=tsx", "--conditions=@x0tta6bl4/source", join(folder, "src/main.ts")];

        async function run(args: string[], env: Record<string, string>) {
            const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, ...env } });
            const [out, err, [code]] = await Promise.all([
                text(child.stdout),
                text(child.stderr),
                once(child, "close") as Promise<[number | null]>,
            ]);
            return { code, out, err };
        }

        it("prints its report as JSON and exits 0 when all is proved", async () => {
            const { code, out } = await run([...source, "--once"], { SPIFFE_ENDPOINT_SOCKET: api.address });
            const report = JSON.parse(out) as ProbeReport;
            assert.equal(report.schema, 1);
            assert.equal(report.proved, true);
            assert.equal(code, 0);
        });

        it("does the same from the one file that its image holds", async () => {
            assert.deepEqual(await run([join(folder, "build.mjs")], {}), { code: 0, out: "", err: "" });
            const bundle = ["--disable-proto=delete", join(folder, "dist/probe.mjs"), "--once"];
            const { code, out } = await run(bundle, { SPIFFE_ENDPOINT_SOCKET: api.address });
            assert.equal((JSON.parse(out) as ProbeReport).proved, true);
            assert.equal(code, 0);
        });

        it("exits 2 and names its faults when it is misconfigured", async () => {
            const { code, out, err } = await run([...source, "--once"], { PROBE_KEM: "hope" });
            assert.equal(code, 2);
            assert.equal(out, "");
            assert.match(
                err,
                /^The probe is misconfigured:\n {2}SPIFFE_ENDPOINT_SOCKET is missing;.*\n {2}PROBE_KEM must be /,
            );
        });
    });
});
