import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Expected } from "../../../hardening/verify/expected";
import type { Live } from "../../../hardening/verify/live";
import type { Body } from "../../../policies/kubernetes/kube";
import { FakeCluster, verdictsOn } from "../../support/fake-cluster";

const POD = {
    metadata: { name: "web-1", namespace: "apps", labels: { app: "x0tta6bl4" } },
    spec: { containers: [{ name: "web" }] },
    status: { conditions: [{ type: "Ready", status: "True" }] },
};

const RULE = {
    kind: "PrometheusRule",
    metadata: { name: "identity", namespace: "monitoring" },
    spec: { groups: [{ name: "identity", rules: [{ alert: "AgentMissing", expr: "absent(up)" }] }] },
};

const STACK = new Expected("staging", [
    { kind: "Namespace", metadata: { name: "apps" } },
    workload("Deployment", "web", { app: "x0tta6bl4" }),
    workload("DaemonSet", "spire-agent", { app: "x0tta6bl4" }),
    RULE,
]);

function workload(kind: string, name: string, labels: Body): Body {
    const containers = [{ name: "web", ports: [{ containerPort: 8080 }] }];
    return {
        kind,
        metadata: { name, namespace: "apps" },
        spec: { selector: { matchLabels: labels }, template: { spec: { containers } } },
    };
}

const verdictsOf = (name: string, live: Live, now?: Date): Promise<string[]> => verdictsOn(STACK, name, live, now);

describe("metrics-meet-targets", () => {
    const good = [
        "# TYPE pqc_handshakes_total counter",
        'pqc_handshakes_total{result="success",pqc="true"} 9999',
        'pqc_handshakes_total{result="failure",pqc="true"} 1',
        'pqc_handshakes_total{result="aborted",pqc="true"} 500',
        'spiffe_authentication_failures_total{reason="expired"} 2',
        'spiffe_svid_expiry_seconds{spiffe_id="spiffe://x/y"} 1800',
    ].join("\n");

    function live(metrics: string): FakeCluster {
        const cluster = new FakeCluster();
        cluster.lists["pods"] = [POD];
        cluster.metrics = metrics;
        return cluster;
    }

    it("proves MET-1 to MET-3 from the counters, without handshakes that the client gave up", async () => {
        // The stack's two workloads select the same pod.
        assert.deepEqual((await verdictsOf("metrics-meet-targets", live(good))).slice(0, 3), [
            "proved Pod apps/web-1: 99.99 % of 10000 handshakes since its start succeeded (target: more than 99.9 %)",
            "proved Pod apps/web-1: 2 authentication failures (expired 2) in 10500 handshakes since its start (target: less than 0.1 %)",
            "proved Pod apps/web-1: its SVID has 30 minutes left",
        ]);
    });

    it("says what authentication failed for, the commonest first", async () => {
        const more = [
            '{side="server",reason="untrusted"} 3',
            '{side="client",reason="expired"} 4',
            "{} 1",
            '{reason="unauthorized"} 0',
        ];
        const metrics = [good, ...more.map((sample) => `spiffe_authentication_failures_total${sample}`)].join("\n");
        assert.equal(
            (await verdictsOf("metrics-meet-targets", live(metrics)))[1],
            "proved Pod apps/web-1: 10 authentication failures (expired 6, untrusted 3, no reason given 1) in 10500 " +
                "handshakes since its start (target: less than 0.1 %)",
        );
    });

    it("fails where a target is missed", async () => {
        const bad = good.replace("} 1\n", "} 100\n").replace("} 2\n", "} 20\n").replace("1800", "599");
        assert.deepEqual((await verdictsOf("metrics-meet-targets", live(bad))).slice(0, 3), [
            "failed Pod apps/web-1: 99.01 % of 10099 handshakes since its start succeeded (target: more than 99.9 %)",
            "failed Pod apps/web-1: 20 authentication failures (expired 20) in 10599 handshakes since its start (target: less than 0.1 %)",
            "failed Pod apps/web-1: its SVID has 599 s left: renewal has stopped",
        ]);
    });

    it("fails where a metric is missing: nothing is proved by silence", async () => {
        assert.deepEqual((await verdictsOf("metrics-meet-targets", live("up 1"))).slice(0, 3), [
            "failed Pod apps/web-1: pqc_handshakes_total counts no handshake, so nothing proves MET-1",
            "failed Pod apps/web-1: spiffe_authentication_failures_total is not there, so nothing proves MET-3",
            "failed Pod apps/web-1: spiffe_svid_expiry_seconds is not there: the pod has no identity, or does not say so",
        ]);
    });

    it("can't tell where the metrics can't be reached", async () => {
        const [verdict] = await verdictsOf("metrics-meet-targets", live(""));
        assert.equal(
            verdict,
            "unknown Pod apps/web-1: /metrics can't be reached, neither by Prometheus nor by the API server",
        );
    });
});

describe("no-secret-in-logs", () => {
    function live(log: string): FakeCluster {
        const cluster = new FakeCluster();
        cluster.lists["pods"] = [POD];
        cluster.lists["secrets"] = [
            {
                metadata: { name: "db", namespace: "apps" },
                data: { password: Buffer.from("correct horse").toString("base64") },
            },
        ];
        cluster.logText = log;
        return cluster;
    }

    it("proves that neither values nor their shapes are logged", async () => {
        assert.deepEqual(await verdictsOf("no-secret-in-logs", live("started\nlistening on 8080")), [
            "proved log of apps/web-1/web: holds none of 1 secret values, nor anything of their shape",
        ]);
    });

    it("finds the value of a Secret and names the Secret, never the value", async () => {
        const verdicts = await verdictsOf("no-secret-in-logs", live("connecting with correct horse"));
        assert.deepEqual(verdicts, ["failed log of apps/web-1/web: holds the value of Secret apps/db, key password"]);
        assert.ok(!verdicts.join("").includes("correct horse"));
    });

    for (const [what, line] of [
        ["a private key", "-----BEGIN EC PRIVATE KEY-----"],
        ["a JSON Web Token", "got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0AAAAAAA.c2lnbmF0dXJlc2lnbmF0dXJl"],
        ["a credential", "password=hunter2hunter2"],
        ["a password in an address", "dialing postgres://app:s3cr3tpw@db/x"],
    ] as const) {
        it(`finds ${what} by its shape`, async () => {
            assert.deepEqual(await verdictsOf("no-secret-in-logs", live(`started\n${line}\ngoing on`)), [
                `failed log of apps/web-1/web: holds what looks like ${what}, 2 lines from its end`,
            ]);
        });
    }

    it("can't prove it without reading the Secrets", async () => {
        const cluster = live("started");
        delete cluster.lists["secrets"];
        assert.deepEqual(await verdictsOf("no-secret-in-logs", cluster), [
            "unknown log of apps/web-1/web: holds nothing of a secret's shape; the Secrets' values can't be read to look for them",
        ]);
    });
});

describe("identity-logs-free-of-errors", () => {
    function live(log: string): FakeCluster {
        const cluster = new FakeCluster();
        cluster.lists["pods"] = [POD];
        cluster.logText = log;
        return cluster;
    }

    it("proves a log without errors", async () => {
        assert.deepEqual(await verdictsOf("identity-logs-free-of-errors", live('level=info msg="no errors here"')), [
            "proved log of web-1/web: no error in its last lines",
        ]);
    });

    it("finds errors in either format of SPIRE's logs and shows the last message", async () => {
        const log = '{"level":"error","msg":"first"}\ntime="x" level=error msg="Failed to attest" error="refused"';
        assert.deepEqual(await verdictsOf("identity-logs-free-of-errors", live(log)), [
            "failed log of web-1/web: 2 errors; the last one says: Failed to attest",
        ]);
    });

    it("tells refusals and what is tried again from errors, as they turn up whenever pods start", async () => {
        const refusal = '{"level":"error","method":"FetchX509SVID","msg":"No identity issued","registered":false}';
        const retried = '{"level":"error","logger":"entry-reconciler","msg":"Failed to render entry"}';
        assert.deepEqual(
            await verdictsOf("identity-logs-free-of-errors", live([refusal, retried, refusal].join("\n"))),
            [
                "proved log of web-1/web: no error in its last lines, " +
                    "2 requests of workloads without an entry refused, 1 entries put off",
            ],
        );
        const error = '{"level":"error","msg":"No identity issued to the agent"}';
        assert.deepEqual(await verdictsOf("identity-logs-free-of-errors", live([refusal, error].join("\n"))), [
            "failed log of web-1/web: 1 errors; the last one says: No identity issued to the agent",
        ]);
    });

    it("fails where there is no pod to read from", async () => {
        const cluster = live("");
        cluster.lists["pods"] = [];
        assert.deepEqual(await verdictsOf("identity-logs-free-of-errors", cluster), [
            "failed SPIRE: no pod of the server or the agent is there",
        ]);
    });
});

describe("alert-rules-loaded", () => {
    function live(rules: readonly Body[], answer?: string): FakeCluster {
        const cluster = new FakeCluster();
        cluster.lists["prometheusrules"] = rules;
        cluster.prometheus = answer === undefined ? undefined : () => answer;
        return cluster;
    }

    function loaded(...names: readonly string[]): string {
        return JSON.stringify({ data: { groups: [{ rules: names.map((name) => ({ name })) }] } });
    }

    it("proves that Prometheus has every alert", async () => {
        assert.deepEqual(await verdictsOf("alert-rules-loaded", live([RULE], loaded("AgentMissing", "Other"))), [
            "proved PrometheusRule monitoring/identity: all 1 alerts are loaded",
        ]);
    });

    it("names the alerts that Prometheus has not loaded", async () => {
        assert.deepEqual(await verdictsOf("alert-rules-loaded", live([RULE], loaded("Other"))), [
            "failed PrometheusRule monitoring/identity: Prometheus has not loaded AgentMissing",
        ]);
    });

    it("finds a rule that is missing or was changed", async () => {
        assert.deepEqual(await verdictsOf("alert-rules-loaded", live([])), [
            "failed PrometheusRule monitoring/identity: is not there",
        ]);
        assert.deepEqual(await verdictsOf("alert-rules-loaded", live([{ ...RULE, spec: { groups: [] } }])), [
            "failed PrometheusRule monitoring/identity: is not what the stack says",
        ]);
    });

    it("can't tell whether an unreachable Prometheus has them", async () => {
        assert.deepEqual(await verdictsOf("alert-rules-loaded", live([RULE])), [
            "unknown PrometheusRule monitoring/identity: is as the stack says; Prometheus can't be reached to see whether it has it",
        ]);
    });
});

describe("certificates-not-expiring", () => {
    let pem: string;

    before(() => {
        const folder = mkdtempSync(join(tmpdir(), "certificate-"));
        const file = join(folder, "tls.crt");
        execFileSync(
            "openssl",
            [
                ...[
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                    "-days",
                    "30",
                ],
                ...["-subj", "/CN=test", "-keyout", join(folder, "tls.key"), "-out", file],
            ],
            { stdio: "ignore" },
        );
        pem = readFileSync(file, "utf8");
        rmSync(folder, { recursive: true });
    });

    function live(content: string): FakeCluster {
        const cluster = new FakeCluster();
        const data = { "cert.pem": Buffer.from(content).toString("base64") };
        cluster.lists["secrets"] = [{ metadata: { name: "certs", namespace: "apps" }, data }];
        return cluster;
    }

    const after = (days: number): Date => new Date(Date.now() + days * 86_400_000 + 60_000);

    it("proves the days left, fails at seven, and says when it is too late", async () => {
        assert.deepEqual(await verdictsOf("certificates-not-expiring", live(pem), after(10)), [
            "proved Secret apps/certs, cert.pem: 19 days left",
        ]);
        assert.deepEqual(await verdictsOf("certificates-not-expiring", live(pem), after(23)), [
            "failed Secret apps/certs, cert.pem: 6 days left",
        ]);
        assert.deepEqual(await verdictsOf("certificates-not-expiring", live(pem), after(31)), [
            "failed Secret apps/certs, cert.pem: has expired",
        ]);
    });

    it("fails at a certificate that can't be read", async () => {
        const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
        assert.deepEqual(await verdictsOf("certificates-not-expiring", live(broken)), [
            "failed Secret apps/certs, cert.pem: holds a certificate that can't be read",
        ]);
    });
});

describe("a check whose question the API server refuses", () => {
    it("is unknown, with the reason", async () => {
        assert.deepEqual(await verdictsOf("node-programs-on-every-node", new FakeCluster()), [
            "unknown cluster: the API server did not answer: nodes is forbidden",
        ]);
    });
});
