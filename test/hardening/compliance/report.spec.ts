import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { addToHistory, readHistory } from "../../../hardening/compliance/history";
import { complianceHtml } from "../../../hardening/compliance/html";
import { complianceMarkdown } from "../../../hardening/compliance/markdown";
import type { ComplianceReport } from "../../../hardening/compliance/model";
import { complianceReport } from "../../../hardening/compliance/model";
import { complianceOscal } from "../../../hardening/compliance/oscal";
import { complianceMetrics } from "../../../hardening/compliance/prometheus";
import { nextStep, outlookOf } from "../../../hardening/compliance/outlook";
import type { Proof, ScoredArea, ScoredRow } from "../../../hardening/compliance/score";
import type { Submission } from "../../../hardening/evidence/admission";
import { NOT_GIVEN } from "../../../hardening/evidence/observations";
import type { Finding } from "../../../hardening/findings";
import { cbom } from "../../../hardening/inventory/cbom";
import { cryptoAssets } from "../../../hardening/inventory/crypto";
import { controls } from "../../../policies/controls";
import { resourceOf } from "../../support/controls";
import { cycloneDxValidator } from "../../support/cyclonedx";

const areas: readonly ScoredArea[] = [
    {
        id: "NET",
        title: "Network <security>",
        rows: [
            {
                id: "NET-1",
                title: "Policies | implemented",
                state: "satisfied",
                owner: "platform-team",
                reason: "",
                proofs: [
                    {
                        kind: "controls",
                        entry: "namespaces-deny-by-default",
                        state: "proven",
                        detail: "no | violation",
                    },
                    {
                        kind: "tests",
                        entry: "a.spec.ts: x",
                        state: "proven",
                        detail: "passed",
                        statement: "tests-1.json",
                    },
                ],
            },
            {
                id: "NET-2",
                title: "Applied",
                owner: "platform-team",
                state: "open",
                reason: "Ask <somebody> & wait.",
                proofs: [],
            },
            {
                id: "NET-4",
                title: "Mesh",
                owner: "platform-team",
                state: "not-applicable",
                reason: "No mesh.",
                proofs: [],
            },
        ],
    },
];
const submissions: readonly Submission[] = [
    {
        file: "tests-1.json",
        sha256: "ab".repeat(32),
        kind: "tests",
        at: "2026-11-22T09:00:00Z",
        tool: "mocha 1",
        results: [],
    },
    { file: "old|.json", sha256: "cd".repeat(32), results: [], refused: "is no statement: <nothing>" },
];
const waived = {
    control: "no-host-pid",
    status: "waived",
    kind: "DaemonSet",
    namespace: "spire",
    name: "spire-agent",
    waiver: {
        reason: "Attestation.",
        owner: "security-team",
        ticket: "SEC-1",
        expires: "2027-04-30",
        from: "waivers/staging.yaml: waivers[0]",
    },
} as unknown as Finding;

function report(history: ComplianceReport["history"] = []): ComplianceReport {
    return complianceReport({
        stack: "staging",
        at: new Date("2026-11-22T10:00:00Z"),
        areas,
        submissions,
        findings: [waived, waived],
        controls,
        history,
    });
}

describe("compliance report", () => {
    it("counts, and lists each waiver once with what it covers", () => {
        const { score, waivers } = report();
        assert.deepEqual(score, { satisfied: 1, waived: 0, notApplicable: 1, open: 1, percent: 50 });
        assert.deepEqual(waivers, [
            {
                control: "no-host-pid",
                object: "DaemonSet spire/spire-agent",
                reason: "Attestation.",
                owner: "security-team",
                ticket: "SEC-1",
                expires: "2027-04-30",
                findings: 2,
            },
        ]);
    });

    it("shows for every standard which requirements hold and what it does not cover", () => {
        const pss = report().frameworks.find(({ name }) => name === "pss");
        const hostNamespaces = pss?.requirements.find(({ controls: names }) => names.includes("no-host-pid"));
        assert.equal(hostNamespaces?.state, "waived");
        assert.ok(pss?.requirements.some(({ state }) => state === "met"));
        assert.ok(report().frameworks.every(({ notCovered }) => notCovered.length > 0));
    });

    it("is Markdown whose tables hold, with every open row by name", () => {
        const text = complianceMarkdown(report());
        assert.ok(text.startsWith("# Compliance of stack staging: 50 %\n"));
        assert.ok(text.includes("- **NET-2** Applied: Ask <somebody> & wait."));
        const table = text.split("\n").filter((line) => line.startsWith("| NET-1"));
        assert.deepEqual(table, [
            "| NET-1 Policies \\| implemented | satisfied | control `namespaces-deny-by-default`: no \\| violation<br>test `a.spec.ts: x`: passed |",
        ]);
    });

    it("says of every statement whether it counts, and why not, in every form", () => {
        assert.deepEqual(
            complianceMarkdown(report())
                .split("\n")
                .filter((line) => /^\| (?:tests-1|old)/.test(line)),
            [
                "| tests-1.json | tests | 2026-11-22T09:00:00Z | mocha 1 | nobody | yes |",
                "| old\\|.json |  |  |  | nobody | no: it is no statement: <nothing> |",
            ],
        );
        assert.ok(complianceHtml(report()).includes("no: it is no statement: &#60;nothing&#62;"));
        const lines = complianceMetrics(report()).split("\n");
        assert.ok(lines.includes('hardening_evidence_statements{stack="staging",counts="no"} 1'));
        assert.ok(
            lines.includes('hardening_evidence_newest_timestamp_seconds{stack="staging",kind="tests"} 1795338000'),
        );
        const { "assessment-results": oscal } = complianceOscal(report()) as {
            "assessment-results": {
                results: { observations: { "relevant-evidence"?: { href: string }[] }[] }[];
                "back-matter": { resources: { uuid: string; description: string }[] };
            };
        };
        const [, taken, refused] = oscal["back-matter"].resources;
        assert.equal(oscal.results[0]?.observations[0]?.["relevant-evidence"]?.[0]?.href, `#${taken?.uuid}`);
        assert.equal(refused?.description, "Proves nothing: it is no statement: <nothing>");
        const json = JSON.parse(JSON.stringify(report())) as { statements: object[] };
        assert.deepEqual(Object.keys(json.statements[1] ?? {}), ["file", "sha256", "refused"]);
    });

    it("is metrics that the alerts read", () => {
        const lines = complianceMetrics(report()).split("\n");
        assert.ok(lines.includes('hardening_compliance_score_ratio{stack="staging"} 0.5'));
        assert.ok(lines.includes('hardening_compliance_rows{stack="staging",state="open"} 1'));
    });

    it("is OSCAL with one finding for each row, the same for the same input", () => {
        const document = complianceOscal(report()) as {
            "assessment-results": {
                uuid: string;
                results: {
                    findings: { description: string; target: { "target-id": string; status: { state: string } } }[];
                }[];
            };
        };
        assert.deepEqual(document, complianceOscal(report()));
        const results = document["assessment-results"];
        assert.match(results.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.deepEqual(
            results.results[0]?.findings.map(({ target }) => `${target["target-id"]} ${target.status.state}`),
            ["net-1 satisfied", "net-2 not-satisfied", "net-4 satisfied"],
        );
        assert.equal(results.results[0].findings[0]?.description, "Proven by 2 pieces of evidence.");
    });

    describe("as a page", () => {
        const page = complianceHtml(report([{ at: "2026-11-01T00:00:00.000Z", percent: 40, open: 2 }]));

        it("escapes what it shows, loads nothing and runs nothing", () => {
            assert.ok(page.includes("Network &#60;security&#62;"));
            assert.ok(page.includes("Ask &#60;somebody&#62; &#38; wait."));
            assert.doesNotMatch(page, /<script|\bsrc=|\bhref=|\bstyle="|\bon[a-z]+="/);
            assert.match(page, /content="default-src 'none'; style-src 'sha256-/);
        });

        it("says first how it stands to the former report, what ends soon and what to do, by whom", () => {
            assert.ok(page.includes("<p>Up by 10 points since 2026-11-01, when 2 rows were open.</p>"));
            assert.ok(page.includes("Can't be told: no former report says which rows were open."));
            assert.ok(page.includes("<p>No waiver and no attestation.</p>"));
            assert.ok(page.includes("<tr><td>NET-2 Applied</td><td>platform-team</td><td>Close the rows that it"));
            assert.ok(complianceHtml(report()).includes("No former report was given (--history)"));
        });

        it("draws the trend and a bar for each area", () => {
            assert.ok(page.includes('aria-label="2 reports, from 40 % to 50 %"'));
            assert.ok(page.includes('aria-label="1 of 2"'));
        });

        const chromium = ["chromium", "chromium-browser", "google-chrome"].find(
            (name) => spawnSync(name, ["--version"]).status === 0,
        );
        it(`is drawn by a browser, light and dark${chromium === undefined ? " (skipped: no chromium on PATH)" : ""}`, function () {
            if (chromium === undefined) {
                this.skip();
            }
            this.timeout(60_000);
            const folder = mkdtempSync(join(tmpdir(), "compliance-"));
            try {
                writeFileSync(join(folder, "page.html"), page);
                const shots = ["light", "dark"].map((scheme) => {
                    const file = join(folder, `${scheme}.png`);
                    const outcome = spawnSync(chromium, [
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--no-first-run",
                        `--user-data-dir=${join(folder, scheme)}`,
                        `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`,
                        "--window-size=1000,1400",
                        `--screenshot=${file}`,
                        `file://${join(folder, "page.html")}`,
                    ]);
                    assert.equal(outcome.status, 0, outcome.stderr.toString());
                    assert.ok(statSync(file).size > 10_000, "the page is blank");
                    return readFileSync(file);
                });
                assert.notDeepEqual(shots[0], shots[1]);
            } finally {
                rmSync(folder, { recursive: true, force: true });
            }
        });
    });
});

describe("the outlook of a report", () => {
    const proof = (kind: Proof["kind"], state: Proof["state"], over: Partial<Proof> = {}): Proof => ({
        ...{ kind, entry: "x", state, detail: "", ...over },
    });
    const row = (id: string, ...proofs: readonly Proof[]): ScoredRow => ({
        ...{ id, title: id, owner: "o", reason: "", proofs },
        state: proofs.some(({ state }) => state !== "proven") ? "open" : "satisfied",
    });
    const rows = [
        row("A", proof("attestations", "proven", { until: "2026-12-01" })),
        row("B", proof("attestations", "proven", { until: "2027-11-01" })),
        row("C", proof("tests", "unproven", { detail: NOT_GIVEN }), proof("documents", "proven")),
        row("D", proof("tests", "unproven", { detail: NOT_GIVEN }), proof("documents", "missing")),
        row("E", proof("documents", "missing"), proof("alerts", "missing")),
        row("F", proof("controls", "unproven")),
    ];
    const outlook = (openRows?: readonly string[]) =>
        outlookOf({
            ...report([{ at: "2026-11-01T00:00:00.000Z", percent: 40, open: 2, ...(openRows && { openRows }) }]),
            areas: [{ id: "X", title: "X", rows }],
            waivers: [{ ...report().waivers[0], expires: "2026-11-30" } as ComplianceReport["waivers"][number]],
        });
    const ids = (found: readonly ScoredRow[] = []): string => found.map(({ id }) => id).join(" ");

    it("finds what fell, and can't tell without a former report that says what was open", () => {
        assert.equal(ids(outlook(["C", "D", "E"]).fallen), "F");
        assert.deepEqual(outlook(["C", "D", "E", "F"]).fallen, []);
        assert.equal(outlook().fallen, undefined);
    });

    it("puts what fell first, then what lacks most, and keeps apart what waits for runs alone", () => {
        const { worst, waiting } = outlook(["C", "D", "E"]);
        assert.equal(ids(worst), "F E D");
        assert.equal(ids(waiting), "C");
    });

    it("names waivers and attestations that end soon, in their order", () => {
        assert.deepEqual(outlook().ending, [
            {
                until: "2026-11-30",
                owner: "security-team",
                what: "waiver of no-host-pid for DaemonSet spire/spire-agent",
            },
            { until: "2026-12-01", owner: "o", what: "attestation x (A)" },
        ]);
    });

    it("says of a row what to do about what failed before what was not looked at", () => {
        assert.deepEqual(rows.slice(2).map(nextStep), [
            "Run the tests, and give the statement (--evidence).",
            "Write or review x.",
            "Write or review x.",
            "Tell the values that x can't see.",
        ]);
        assert.equal(nextStep(row("G", proof("verify", "missing"))), "Mend what check x shows.");
    });
});

describe("compliance history", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "history-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("reads back what was added, oldest first and by stack", () => {
        addToHistory(folder, report());
        addToHistory(folder, {
            ...report(),
            at: "2026-10-01T10:00:00.000Z",
            score: { ...report().score, percent: 30 },
        });
        addToHistory(folder, { ...report(), stack: "production" });
        assert.deepEqual(
            readHistory(folder, "staging").map(({ percent }) => percent),
            [30, 50],
        );
        assert.equal(readdirSync(folder).length, 3);
    });

    it("refuses a file that is no report, by name", () => {
        writeFileSync(join(folder, "staging-1.json"), "{}");
        assert.throws(() => readHistory(folder, "staging"), {
            faults: [
                `${join(folder, "staging-1.json")}: at is missing; it must be a text that is not empty`,
                `${join(folder, "staging-1.json")}: score is missing; it must be an object with percent, open`,
                `${join(folder, "staging-1.json")}: areas is missing; it must be a list`,
            ],
        });
    });

    it("refuses a file where the folder should be", () => {
        const file = join(folder, "history");
        writeFileSync(file, "");
        assert.throws(() => readHistory(file, "staging"), {
            name: "UsageError",
            message: `--history ${file} is not a folder that can be written to (EEXIST)`,
        });
    });
});

describe("cryptographic inventory", () => {
    const server = {
        server: { trust_domain: "prod.example.org", ca_key_type: "ec-p384", ca_ttl: "48h" },
        plugins: { DataStore: [{ sql: { plugin_data: { database_type: "postgres" } } }] },
    };
    const configMap = (data: Record<string, string>) =>
        resourceOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "spire" }, data });

    it("finds SPIRE's keys, lives and connections, classical ones with a date to migrate by", () => {
        const assets = cryptoAssets([configMap({ "server.conf": JSON.stringify(server) })]);
        assert.deepEqual(
            assets.map(({ name, algorithm, lifetime, migrateBy }) => [name, algorithm, lifetime, migrateBy]),
            [
                ["spire-x509-authority", "ECDSA-P384", "48h", "2035-12-31"],
                ["spire-jwt-authority", "ECDSA-P384", undefined, "2035-12-31"],
                ["workload-x509-svid", "ECDSA-P256", "1h", "2035-12-31"],
                ["spire-database-connection", "TLS", undefined, undefined],
            ],
        );
    });

    it("tells a required post-quantum key agreement from a preferred one", () => {
        const names = (experimental: object) =>
            cryptoAssets([
                configMap({ "agent.conf": JSON.stringify({ agent: { trust_domain: "td", experimental } }) }),
            ]).map(({ name, nistQuantumSecurityLevel }) => `${name} ${nistQuantumSecurityLevel}`);
        assert.deepEqual(names({ require_pq_kem: true }), ["spire-agent-connection 0", "spire-agent-key-agreement 3"]);
        assert.deepEqual(names({}), ["spire-agent-connection 0", "spire-agent-key-agreement-preferred 3"]);
    });

    it("says nothing of ConfigMaps that hold no SPIRE configuration", () => {
        assert.deepEqual(cryptoAssets([configMap({ "server.conf": "not json", "app.conf": "{}" })]), []);
    });

    it("is a CycloneDX 1.6 document by CycloneDX's own schema", () => {
        const validate = cycloneDxValidator();
        const certificate = resourceOf({
            apiVersion: "cert-manager.io/v1",
            kind: "Certificate",
            metadata: { name: "web", namespace: "shop" },
            spec: { duration: "2160h", privateKey: { algorithm: "ECDSA", size: 256 } },
        });
        const agent = { agent: { trust_domain: "td", experimental: { require_pq_kem: true } } };
        const assets = cryptoAssets([
            configMap({ "server.conf": JSON.stringify(server), "agent.conf": JSON.stringify(agent) }),
            certificate,
        ]);
        assert.equal(assets.length, 7);
        assert.deepEqual([validate(cbom("staging", assets)), validate.errors], [true, null]);
        assert.equal(validate({ ...cbom("staging", assets), bomFormat: "Other" }), false);
    });
});
