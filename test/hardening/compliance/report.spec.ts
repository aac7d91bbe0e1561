import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { complianceHtml } from "../../../hardening/compliance/html";
import { complianceMarkdown } from "../../../hardening/compliance/markdown";
import { complianceOscal } from "../../../hardening/compliance/oscal";
import { complianceMetrics } from "../../../hardening/compliance/prometheus";
import type { Finding } from "../../../hardening/findings";
import { report } from "../../support/compliance-report";
import { hasPromtool } from "../../support/promtool";
import { finding } from "../../support/run";

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

    it("does not say of a requirement that it holds where a control could not tell", () => {
        const unverifiable = { ...finding({ control: "no-host-pid" }), status: "unverifiable" as const };
        const untold = report([], [unverifiable]);
        const pss = untold.frameworks.find(({ name }) => name === "pss");
        const [host] = pss?.requirements.filter(({ controls: names }) => names.includes("no-host-pid")) ?? [];
        assert.equal(host?.state, "unknown");
        const all = pss?.requirements.length ?? 0;
        const { title, version } = pss ?? {};
        assert.ok(
            complianceMarkdown(untold).includes(
                `- **${title} ${version}**: ${all} requirements answered by controls, ${all - 1} met, 0 waived, 1 unknown, 0 failed.`,
            ),
        );
        assert.ok(
            complianceHtml(untold).includes(`${title} ${version}: ${all - 1} of ${all} answered requirements hold`),
        );
    });

    it("is Markdown whose tables hold, with every open row by name", () => {
        const text = complianceMarkdown(report());
        assert.ok(text.startsWith("# Compliance of stack staging: 50 %\n"));
        assert.ok(text.includes("- **NET-2** Applied: Ask &#60;somebody&#62; &#38; wait."));
        const table = text.split("\n").filter((line) => line.startsWith("| NET-1"));
        assert.deepEqual(table, [
            "| NET-1 Policies &#124; implemented | satisfied | control `namespaces-deny-by-default`: no &#124; violation<br>test `a.spec.ts: x`: passed |",
        ]);
    });

    it("says of every statement whether it counts, and why not, in every form", () => {
        assert.deepEqual(
            complianceMarkdown(report())
                .split("\n")
                .filter((line) => /^\| (?:tests-1|old)/.test(line)),
            [
                "| tests-1.json | tests | 2026-11-22T09:00:00Z | mocha 1 | nobody | yes |",
                "| old&#124;.json |  |  |  | nobody | no: it is no statement: &#60;nothing&#62; |",
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

    it("is metrics of each area and each row that applies, and of what ends", () => {
        const lines = complianceMetrics(report()).split("\n");
        const of = (name: string): readonly string[] => lines.filter((line) => line.startsWith(`${name}{`));
        assert.deepEqual(of("hardening_compliance_area_score_ratio"), [
            'hardening_compliance_area_score_ratio{stack="staging",area="NET"} 0.5',
        ]);
        assert.deepEqual(of("hardening_compliance_row_holds"), [
            'hardening_compliance_row_holds{stack="staging",area="NET",row="NET-1",owner="platform-team"} 1',
            'hardening_compliance_row_holds{stack="staging",area="NET",row="NET-2",owner="platform-team"} 0',
        ]);
        assert.deepEqual(of("hardening_compliance_end_timestamp_seconds"), [
            'hardening_compliance_end_timestamp_seconds{stack="staging",kind="waiver",what="waiver of no-host-pid for DaemonSet spire/spire-agent",owner="security-team"} 1809129600',
        ]);
    });

    it("is metrics in which no text ends its label, and no series stands twice", () => {
        const waiver = (from: string, expires: string, object: string): Finding => {
            const given = { ...{ reason: "r", owner: 'a"}\n 1\\', ticket: "t" }, expires, from };
            return { ...finding({ control: "c" }), status: "waived", name: object, waiver: given };
        };
        const text = complianceMetrics(report([], [waiver("a", "2027-04-30", "x"), waiver("b", "2027-01-31", "x")]));
        const ends = text.split("\n").filter((line) => line.startsWith("hardening_compliance_end"));
        assert.deepEqual(ends, [
            'hardening_compliance_end_timestamp_seconds{stack="staging",kind="waiver",what="waiver of c for Deployment prod/x",owner="a\\"}\\n 1\\\\"} 1801440000',
        ]);
    });

    it("is metrics as Prometheus' own tool reads them", function () {
        if (!hasPromtool()) {
            this.skip();
        }
        const { status, stderr } = spawnSync("promtool", ["check", "metrics"], { input: complianceMetrics(report()) });
        assert.deepEqual([status, stderr.toString()], [0, ""]);
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
