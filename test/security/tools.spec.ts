import assert from "node:assert/strict";
import { globSync } from "node:fs";

import { securityReport, securitySarif } from "../../security/report";
import type { SecurityFinding, ToolResult } from "../../security/tool";
import { parseActionlint } from "../../security/tools/actionlint";
import { parseEslint } from "../../security/tools/eslint";
import { parseGitleaks } from "../../security/tools/gitleaks";
import { parseNpmAudit } from "../../security/tools/npm-audit";
import { parseOsv } from "../../security/tools/osv-scanner";
import { parseSemgrep } from "../../security/tools/semgrep";
import { AUDITED, parseZizmor } from "../../security/tools/zizmor";

describe("security scanners", () => {
    it("take an ESLint error as high and a warning as medium", () => {
        const text = JSON.stringify([
            {
                filePath: "/repo/a.ts",
                messages: [
                    { ruleId: "eqeqeq", severity: 2, line: 3, message: "Expected ===" },
                    { ruleId: null, severity: 1, message: "Ignored" },
                ],
            },
        ]);
        assert.deepEqual(parseEslint(text, "/repo"), [
            { tool: "eslint", level: "high", rule: "eqeqeq", file: "a.ts", line: 3, message: "Expected ===" },
            { tool: "eslint", level: "medium", rule: "syntax", file: "a.ts", line: 0, message: "Ignored" },
        ]);
    });

    it("take a file that Semgrep can't read as a finding", () => {
        const text = JSON.stringify({
            results: [
                {
                    check_id: "folder.semgrep.shell-command",
                    path: "a.ts",
                    start: { line: 7 },
                    extra: { severity: "ERROR", message: "A shell." },
                },
            ],
            errors: [
                { level: "error", message: "b.ts: syntax error" },
                { level: "warn", message: "timeout" },
            ],
        });
        assert.deepEqual(parseSemgrep(text), [
            { tool: "semgrep", level: "high", rule: "shell-command", file: "a.ts", line: 7, message: "A shell." },
            { tool: "semgrep", level: "high", rule: "unreadable", file: "", line: 0, message: "b.ts: syntax error" },
        ]);
    });

    it("take every leak as critical, and name the commit instead of the secret", () => {
        const text = JSON.stringify([
            {
                RuleID: "private-key",
                Description: "A key",
                File: "k.pem",
                StartLine: 1,
                Commit: "0123456789abcdef",
                Secret: "REDACTED",
            },
        ]);
        assert.deepEqual(parseGitleaks(text), [
            {
                tool: "gitleaks",
                level: "critical",
                rule: "private-key",
                file: "k.pem",
                line: 1,
                message: "A key (commit 0123456789ab)",
            },
        ]);
    });

    it("take what actionlint and zizmor say of workflows", () => {
        assert.deepEqual(parseActionlint('[{"message":"m","filepath":"w.yml","line":2,"kind":"expression"}]'), [
            { tool: "actionlint", level: "high", rule: "expression", file: "w.yml", line: 2, message: "m" },
        ]);
        const at = (kind: string, row: number) => ({
            symbolic: { key: { Local: { verbatim_path: "w.yml" } }, kind },
            concrete: { location: { start_point: { row } } },
        });
        const audit = {
            ident: "unpinned-uses",
            desc: "unpinned action reference",
            determinations: { severity: "High" },
            locations: [at("Related", 1), at("Primary", 4)],
        };
        assert.deepEqual(parseZizmor(JSON.stringify([audit])), [
            {
                tool: "zizmor",
                level: "high",
                rule: "unpinned-uses",
                file: "w.yml",
                line: 5,
                message: "unpinned action reference",
            },
        ]);
        // A finding that nobody could look up is no finding taken.
        const [hidden] = audit.locations;
        const elsewhere = { ...at("Primary", 4), symbolic: { key: {}, kind: "Primary" } };
        for (const locations of [[], [hidden], [elsewhere]]) {
            assert.throws(() => parseZizmor(JSON.stringify([{ ...audit, locations }])), {
                message: "zizmor names no file for unpinned-uses",
            });
        }
    });

    it("look at every workflow and every action of the repository", () => {
        const places = globSync(["**/action.{yml,yaml}", ".github/**/*.{yml,yaml}"], {
            exclude: ["**/node_modules", "**/dist", ".git"],
        });
        assert.ok(places.includes("action.yml") && places.length > 5, places.join());
        assert.deepEqual(
            places.filter((path) => !AUDITED.some((one) => path === one || path.startsWith(`${one}/`))),
            [],
        );
    });

    it("tell a registry without advisories from one that found nothing", () => {
        assert.equal(parseNpmAudit('{"error":{"code":"ENOAUDIT"}}'), undefined);
        assert.deepEqual(parseNpmAudit('{"vulnerabilities":{}}'), []);
        const vulnerabilities = { left: { severity: "moderate", via: ["right", { title: "Overflow" }], range: "<2" } };
        assert.deepEqual(parseNpmAudit(JSON.stringify({ vulnerabilities })), [
            {
                tool: "npm-audit",
                level: "medium",
                rule: "left",
                file: "package-lock.json",
                line: 0,
                message: "left <2: through right; Overflow",
            },
        ]);
    });

    it("rate an OSV advisory by its score, and one without a score as high", () => {
        const groups = ["9.8", "7.0", "6.9", ""].map((max_severity, index) => ({
            ids: [`OSV-${index}`],
            max_severity,
        }));
        const text = JSON.stringify({
            results: [
                { source: { path: "/repo/go.mod" }, packages: [{ package: { name: "m", version: "1" }, groups }] },
            ],
        });
        const found = parseOsv(text, "/repo");
        assert.deepEqual(
            found.map(({ level }) => level),
            ["critical", "high", "medium", "high"],
        );
        assert.equal(found[0]?.file, "go.mod");
    });
});

describe("security report", () => {
    const finding = (level: SecurityFinding["level"]): SecurityFinding => ({
        tool: "t",
        level,
        rule: "r",
        file: "f.ts",
        line: 1,
        message: "m",
    });
    const report = (result: ToolResult) => securityReport([{ name: "t", description: "d", result }]);
    const ran = (...levels: SecurityFinding["level"][]): ToolResult => ({
        kind: "ran",
        version: "1",
        findings: levels.map(finding),
    });

    it("blocks on critical and high findings only", () => {
        assert.deepEqual(
            [ran("critical"), ran("high"), ran("medium"), ran("low"), ran()].map((result) => report(result).passed),
            [false, false, true, true, true],
        );
    });

    it("blocks on a scanner that failed and lets one be skipped, each with its reason", () => {
        assert.equal(report({ kind: "failed", reason: "crashed" }).passed, false);
        const skipped = report({ kind: "skipped", reason: "offline" });
        assert.equal(skipped.passed, true);
        assert.deepEqual(skipped.tools, [
            { name: "t", description: "d", status: "skipped", reason: "offline", findings: 0 },
        ]);
    });

    it("lists the gravest first and counts by level", () => {
        const { results, summary } = report(ran("low", "critical", "medium", "high"));
        assert.deepEqual(
            results.map(({ level }) => level),
            ["critical", "high", "medium", "low"],
        );
        assert.deepEqual(summary, { critical: 1, high: 1, medium: 1, low: 1 });
    });

    it("writes SARIF with a run for each scanner that ran and levels that code scanning blocks on", () => {
        const sarif = securitySarif(report(ran("high", "low"))) as {
            runs: { tool: { driver: { name: string } }; results: { level: string }[] }[];
        };
        assert.equal(sarif.runs.length, 1);
        assert.deepEqual(
            sarif.runs[0]?.results.map(({ level }) => level),
            ["error", "note"],
        );
    });
});
