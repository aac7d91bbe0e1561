import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { StoredSecret } from "../../../hardening/verify/control-plane-side";
import { auditLogReader, etcdReader } from "../../../hardening/verify/control-plane-side";
import { Expected } from "../../../hardening/verify/expected";
import { FakeCluster, verdictsOn } from "../../support/fake-cluster";
import { withFiles } from "../../support/files";

const STACK = new Expected("staging", [{ kind: "Namespace", metadata: { name: "shop" } }]);

function serving(...lines: readonly string[]): FakeCluster {
    const cluster = new FakeCluster();
    cluster.metrics = lines.join("\n");
    return cluster;
}

describe("secrets-encrypted-at-rest", () => {
    const verdicts = (...lines: readonly string[]) =>
        verdictsOn(STACK, "secrets-encrypted-at-rest", serving("x 1", ...lines));
    const stored = (prefix: string, count: number, resource = "secrets", way = "to_storage"): string =>
        `apiserver_storage_transformation_operations_total{resource="${resource}",status="OK",transformation_type="${way}",transformer_prefix="${prefix}"} ${count}`;

    it("is proved by Secrets that were stored encrypted, and by them alone", async () => {
        assert.deepEqual(
            await verdicts(stored("k8s:enc:secretbox:v1:", 3), stored("key1:", 3), stored("", 9, "configmaps")),
            ["proved API server: has encrypted all Secrets that it has stored since it started (3 times)"],
        );
    });

    it("fails by one that was stored as it is, whatever else was encrypted", async () => {
        assert.deepEqual(await verdicts(stored("k8s:enc:kms:v2:k:", 3), stored("", 1)), [
            "failed API server: has stored Secrets 1 times without encryption since it started",
        ]);
    });

    it("is told of what etcd holds too, where somebody lets the tool look there", async () => {
        const behind = async (...secrets: readonly StoredSecret[]): Promise<string | undefined> => {
            const cluster = serving(stored("k8s:enc:kms:v2:k:", 3));
            cluster.side = { storedSecrets: () => Promise.resolve(secrets) };
            return (await verdictsOn(STACK, "secrets-encrypted-at-rest", cluster)).at(-1);
        };
        const secret = (name: string, transformer: string): StoredSecret => ({ name: `shop/${name}`, transformer });
        const [kms, old] = [secret("new", "k8s:enc:kms:v2:"), secret("old", "")];
        assert.equal(await behind(kms), "proved etcd: holds 1 Secret, all of them encrypted");
        assert.equal(await behind(kms, old), "failed etcd: holds Secrets without encryption: shop/old");
        assert.match(
            (await behind(...Array.from({ length: 7 }, () => old))) ?? "",
            /^failed etcd: holds Secrets without encryption: (?:shop\/old, ){5}and 2 more$/,
        );
        assert.equal(await behind(), "unknown etcd: holds no Secret that could be looked at");
    });

    it("is unknown where none was stored, though some were read", async () => {
        const [verdict = ""] = await verdicts(stored("k8s:enc:aesgcm:v1:k:", 5, "secrets", "from_storage"));
        assert.match(verdict, /^unknown API server: .* counts no Secret: none was stored since it started/);
    });
});

describe("audit-events-written", () => {
    const verdicts = (...lines: readonly string[]) =>
        verdictsOn(STACK, "audit-events-written", serving("x 1", ...lines));

    const HANDED = "has handed 12 audit events on since it started, and failed with none";

    it("is proved by the event of a request of its own that arrives, and fails by one that does not", async () => {
        for (const arrives of [true, false]) {
            const cluster = serving("apiserver_audit_event_total 12");
            let looked = "";
            cluster.side = {
                audited: (mark) => {
                    looked = mark;
                    return Promise.resolve(arrives);
                },
            };
            const [verdict = ""] = await verdictsOn(STACK, "audit-events-written", cluster);
            assert.match(looked, /^hardening-verify-[0-9a-f-]{36}$/);
            assert.equal(cluster.asked.at(-1), `/api/v1/namespaces/default/secrets/${looked}`);
            assert.equal(
                verdict,
                arrives
                    ? `proved API server: ${HANDED}; the one of a request for Secret default/${looked} has arrived in the log`
                    : `failed API server: ${HANDED}, but that of a request for Secret default/${looked} did not arrive in the log`,
            );
        }
    });

    it("is unknown where nobody can see events arrive, and fails by none, or by one that was lost", async () => {
        const lost = 'apiserver_audit_error_total{plugin="log"}';
        assert.deepEqual(await verdicts("apiserver_audit_event_total 12", `${lost} 0`), [
            `unknown API server: ${HANDED}; that they arrive is seen where the log is named (--audit-log FILE)`,
        ]);
        assert.deepEqual(await verdicts("apiserver_audit_event_total 0"), [
            "failed API server: has written no audit event since it started",
        ]);
        assert.deepEqual(await verdicts("apiserver_audit_event_total 12", `${lost} 2`), [
            "failed API server: could not write 2 audit events since it started",
        ]);
    });

    it("is unknown where the API server does not say", async () => {
        assert.deepEqual(await verdicts(), ["unknown API server: does not serve apiserver_audit_event_total"]);
    });
});

describe("an audit log", () => {
    it("holds what arrives from now on, also once it was begun anew, and nothing else", async () => {
        await withFiles({ "audit.log": "mark-1\n" }, async (folder) => {
            const file = join(folder, "audit.log");
            const audited = auditLogReader(file, 0);
            assert.equal(await audited("mark-1"), false);
            appendFileSync(file, "a mark-2 b\n");
            assert.equal(await audited("mark-2"), true);
            writeFileSync(file, "mark-3");
            assert.equal(await audited("mark-3"), true);
            assert.equal(await audited("mark-2"), false);
        });
        assert.throws(() => auditLogReader("no/such"), { message: "--audit-log no/such: does not exist" });
        assert.throws(() => auditLogReader("test"), { message: "--audit-log test: is no file" });
    });
});

describe("etcd", () => {
    it("is not asked with files that hold no certificate or key, each named at once", async () => {
        await withFiles({ "ca.crt": "-", "tls.crt": "", "tls.key": "-----BEGIN PRIVATE KEY-----" }, (folder) => {
            const file = (name: string): string => join(folder, name);
            const options = { ca: file("ca.crt"), cert: file("tls.crt"), key: file("tls.key") };
            assert.throws(() => etcdReader({ url: "https://127.0.0.1:1", ...options }), {
                message: [
                    `--etcd-ca ${options.ca}: holds no certificate in PEM`,
                    `--etcd-cert ${options.cert}: holds no certificate in PEM`,
                    `--etcd-key ${options.key}: holds no private key without a passphrase in PEM`,
                ].join("\n"),
            });
            return Promise.resolve();
        });
    });
});

describe("no-grave-vulnerabilities", () => {
    const NOW = new Date("2026-11-22T12:00:00Z");
    const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

    function running(...letters: readonly string[]): FakeCluster {
        const cluster = new FakeCluster();
        const containerStatuses = letters.map((letter) => ({ imageID: `example.org/app@${digest(letter)}` }));
        cluster.lists["pods"] = [
            { metadata: { name: "a", namespace: "shop" }, status: { containerStatuses } },
            {
                metadata: { name: "b", namespace: "other" },
                status: { containerStatuses: [{ imageID: digest("f") }] },
            },
        ];
        return cluster;
    }

    const report = (letter: string, critical: number, high: number, at = "2026-11-22T01:00:00Z") => ({
        report: {
            ...{ updateTimestamp: at, artifact: { digest: digest(letter) } },
            summary: { criticalCount: critical, highCount: high },
        },
    });

    async function verdicts(cluster: FakeCluster, ...reports: readonly object[]): Promise<readonly string[]> {
        cluster.lists["vulnerabilityreports"] = reports as FakeCluster["lists"][string];
        return verdictsOn(STACK, "no-grave-vulnerabilities", cluster, NOW);
    }

    it("is proved where every image that runs was scanned, and together they keep to the target", async () => {
        assert.deepEqual(
            await verdicts(running("a", "b", "a"), report("a", 0, 2), report("b", 0, 2), report("f", 9, 9)),
            ["proved 2 of 2 images: have 0 critical and 4 high vulnerabilities (target: none, and fewer than 5)"],
        );
    });

    it("fails by one critical vulnerability, or by five high ones together", async () => {
        const target = "(target: none, and fewer than 5)";
        assert.deepEqual(await verdicts(running("a"), report("a", 1, 0)), [
            `failed 1 of 1 images: have 1 critical and 0 high vulnerabilities ${target}`,
        ]);
        assert.deepEqual(await verdicts(running("a", "b"), report("a", 0, 3), report("b", 0, 2)), [
            `failed 2 of 2 images: have 0 critical and 5 high vulnerabilities ${target}`,
        ]);
    });

    it("judges an image by its newest report", async () => {
        const [verdict = ""] = await verdicts(
            running("a"),
            report("a", 0, 0, "2026-11-20T00:00:00Z"),
            report("a", 2, 0),
        );
        assert.match(verdict, /^failed /);
    });

    it("is unknown about an image that nobody has scanned of late", async () => {
        const [verdict = ""] = await verdicts(running("a"), report("a", 0, 0, "2026-11-01T00:00:00Z"));
        assert.equal(verdict, `unknown image ${digest("a")}: no report of the last 8 days is about it`);
    });

    it("is unknown about an image whose report counts nothing, and about one that runs without a digest", async () => {
        const { summary, ...rest } = report("a", 0, 0).report;
        for (const left of [undefined, {}, { ...summary, highCount: undefined }, { ...summary, criticalCount: "0" }]) {
            const [verdict = ""] = await verdicts(running("a"), { report: { ...rest, summary: left } });
            assert.equal(verdict, `unknown image ${digest("a")}: no report of the last 8 days is about it`);
        }
        const cluster = running("a");
        cluster.lists["pods"] = [
            ...(cluster.lists["pods"] ?? []),
            {
                metadata: { name: "c", namespace: "shop" },
                status: { containerStatuses: [{ imageID: "example.org/own:1" }, { imageID: "" }] },
            },
        ];
        assert.deepEqual(await verdicts(cluster, report("a", 0, 0)), [
            "unknown image example.org/own:1: runs without a digest that a report could be found by",
            "proved 1 of 1 images: have 0 critical and 0 high vulnerabilities (target: none, and fewer than 5)",
        ]);
    });

    it("is unknown where nothing runs, or nothing scans", async () => {
        assert.deepEqual(await verdicts(running()), [
            "unknown stack staging: runs no container whose image's digest is known",
        ]);
        const [verdict = ""] = await verdictsOn(STACK, "no-grave-vulnerabilities", running("a"), NOW);
        assert.match(verdict, /^unknown cluster: the API server did not answer: vulnerabilityreports is forbidden$/);
    });
});
