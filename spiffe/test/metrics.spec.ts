import assert from "node:assert/strict";

import { Registry } from "prom-client";

import { SpiffeError, SpiffeId, StaticX509Provider, X509BundleSet } from "../src/index.js";
import { combineObservers, SpiffeMetrics } from "../src/metrics.js";
import { failureEvent, HANDSHAKE_FAILURE_REASONS, HandshakeError } from "../src/tls/observer.js";
import { TestCa } from "./support/ca.js";

const peer = SpiffeId.parse("spiffe://example.org/web");
const group = { name: "X25519MLKEM768", pqc: true };

describe("SpiffeMetrics", () => {
    let registry: Registry;
    let metrics: SpiffeMetrics;

    beforeEach(() => {
        registry = new Registry();
        metrics = new SpiffeMetrics(registry);
    });

    /** The sample lines of one metric. */
    async function samples(name: string): Promise<string[]> {
        const text = await registry.getSingleMetricAsString(name);
        return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    }

    /** Those of them that have counted something. */
    async function counted(name: string): Promise<string[]> {
        return (await samples(name)).filter((line) => !line.endsWith(" 0"));
    }

    it("shows from the start that nobody was refused, for each reason: a first failure is then an increase", async () => {
        const failures = await samples("spiffe_authentication_failures_total");
        assert.equal(failures.length, 2 * HANDSHAKE_FAILURE_REASONS.length);
        for (const side of ["client", "server"]) {
            for (const reason of HANDSHAKE_FAILURE_REASONS) {
                const labels = `side="${side}",reason="${reason}"`;
                assert.ok(failures.includes(`spiffe_authentication_failures_total{${labels}} 0`), labels);
            }
        }
        const labels = 'result="failure",group="none",pqc="false",trust_domain=""';
        assert.deepEqual(await samples("pqc_handshakes_total"), [
            `pqc_handshakes_total{side="client",${labels}} 0`,
            `pqc_handshakes_total{side="server",${labels}} 0`,
        ]);
    });

    it("adds no series for a failure that the library finds", async () => {
        const series = async (): Promise<string[]> =>
            [
                ...(await samples("spiffe_authentication_failures_total")),
                ...(await samples("pqc_handshakes_total")),
            ].map((line) => line.slice(0, line.lastIndexOf(" ")));
        const before = await series();
        for (const side of ["client", "server"] as const) {
            for (const error of [new HandshakeError("signature_algorithm", "too weak"), new Error("anything")]) {
                metrics.handshakes(failureEvent(side, error));
            }
        }
        assert.equal((await counted("spiffe_authentication_failures_total")).length, 4);
        assert.equal((await counted("pqc_handshakes_total")).length, 2);
        assert.deepEqual(await series(), before);
    });

    it("counts handshakes by side, group, result and the peer's trust domain", async () => {
        metrics.handshakes({ side: "server", result: "success", group, peer });
        metrics.handshakes({ side: "server", result: "success", group, peer });
        metrics.handshakes({ side: "client", result: "aborted" });
        assert.deepEqual(await counted("pqc_handshakes_total"), [
            'pqc_handshakes_total{side="server",result="success",group="X25519MLKEM768",pqc="true",trust_domain="example.org"} 2',
            'pqc_handshakes_total{side="client",result="aborted",group="none",pqc="false",trust_domain=""} 1',
        ]);
        assert.deepEqual(await counted("spiffe_authentication_failures_total"), []);
    });

    it("counts a failure by its reason, and as a handshake that failed", async () => {
        metrics.handshakes({ side: "server", result: "failure", reason: "expired", group });
        assert.deepEqual(await counted("spiffe_authentication_failures_total"), [
            'spiffe_authentication_failures_total{side="server",reason="expired"} 1',
        ]);
        assert.equal((await counted("pqc_handshakes_total")).length, 1);
    });

    for (const reason of ["distrusted", "deauthorized", "refused_by_peer", "protocol"] as const) {
        it(`counts ${reason} as a failure but not as another handshake`, async () => {
            metrics.handshakes({ side: "client", result: "failure", reason });
            assert.deepEqual(await counted("spiffe_authentication_failures_total"), [
                `spiffe_authentication_failures_total{side="client",reason="${reason}"} 1`,
            ]);
            assert.deepEqual(await counted("pqc_handshakes_total"), []);
        });
    }

    it("doesn't count the peaceful end of a connection, and keeps unknown domains out of the labels", async () => {
        metrics.handshakes({ side: "server", result: "closed", reason: "max_age", peer });
        metrics.handshakes({ side: "server", result: "failure", reason: "unauthorized", peer, group });
        assert.deepEqual(await counted("pqc_handshakes_total"), [
            'pqc_handshakes_total{side="server",result="failure",group="X25519MLKEM768",pqc="true",trust_domain=""} 1',
        ]);
    });

    it("measures how long successful handshakes of clients take, in seconds", async () => {
        metrics.handshakes({ side: "client", result: "success", group, peer, durationMs: 30 });
        metrics.handshakes({ side: "client", result: "failure", reason: "expired", durationMs: 9_000 });
        const lines = await samples("pqc_handshake_duration_seconds");
        assert.ok(lines.includes('pqc_handshake_duration_seconds_sum{group="X25519MLKEM768"} 0.03'));
        assert.ok(lines.includes('pqc_handshake_duration_seconds_count{group="X25519MLKEM768"} 1'));
    });

    it("shows expiry and authorities of an identity and counts its rotations until it is told to stop", async () => {
        const ca = await TestCa.create("example.org");
        const notAfter = new Date(Date.now() + 7_200_000);
        const bundles = new X509BundleSet([ca.bundle]);
        const identity = new StaticX509Provider({ svid: await ca.issue("/web", { notAfter }), bundles });
        const stop = metrics.trackIdentity(identity);
        const expiry = Number((await samples("spiffe_svid_expiry_seconds"))[0]?.split(" ").at(-1));
        assert.ok(expiry > 7_100 && expiry <= 7_200, String(expiry));
        assert.deepEqual(await samples("spiffe_bundle_authorities"), [
            'spiffe_bundle_authorities{trust_domain="example.org"} 1',
        ]);
        identity.set(identity.snapshot());
        assert.deepEqual(await samples("spiffe_svid_rotations_total"), []);
        identity.set({ svid: await ca.issue("/web"), bundles });
        assert.deepEqual(await samples("spiffe_svid_rotations_total"), [
            'spiffe_svid_rotations_total{spiffe_id="spiffe://example.org/web"} 1',
        ]);
        stop();
        assert.equal(identity.listenerCount("update"), 0);
        assert.deepEqual(await samples("spiffe_svid_expiry_seconds"), []);
    });

    it("leaves out an identity that has nothing to show", async () => {
        const ca = await TestCa.create("example.org");
        const identity = new StaticX509Provider({ svid: await ca.issue("/web"), bundles: new X509BundleSet() });
        identity.snapshot = () => {
            throw new SpiffeError("not_ready", "not started");
        };
        metrics.trackIdentity(identity);
        assert.deepEqual(await samples("spiffe_svid_expiry_seconds"), []);
    });

    it("shows health and state of each stream until it is told to stop", async () => {
        let health = { healthy: true, state: "streaming" };
        const stop = metrics.trackStream("x509", { health: () => health });
        assert.deepEqual(await samples("spiffe_stream_healthy"), ['spiffe_stream_healthy{stream="x509"} 1']);
        health = { healthy: false, state: "interrupted" };
        assert.deepEqual(await samples("spiffe_stream_healthy"), ['spiffe_stream_healthy{stream="x509"} 0']);
        assert.deepEqual(await samples("spiffe_stream_state"), [
            'spiffe_stream_state{stream="x509",state="interrupted"} 1',
        ]);
        stop();
        assert.deepEqual(await samples("spiffe_stream_state"), []);
    });

    it("tells every observer of a combination", () => {
        const seen: string[] = [];
        const observe = combineObservers(
            ({ result }) => seen.push(`a ${result}`),
            ({ result }) => seen.push(`b ${result}`),
        );
        observe({ side: "client", result: "aborted" });
        assert.deepEqual(seen, ["a aborted", "b aborted"]);
    });
});
