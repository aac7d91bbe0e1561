import type { Result } from "../hardening/evidence/statement";
import type { Level, SecurityFinding, ToolResult } from "./tool";

/** The machine-readable report, `security-report.json`. */
export interface SecurityReport {
    readonly schema: 1;
    readonly tools: readonly {
        readonly name: string;
        readonly description: string;
        readonly status: ToolResult["kind"];
        readonly version?: string;
        readonly reason?: string;
        readonly findings: number;
    }[];
    /** Gravest first. */
    readonly results: readonly SecurityFinding[];
    readonly summary: Readonly<Record<Level, number>>;
    /** False where a critical or high finding, or a tool that failed, blocks. */
    readonly passed: boolean;
}

export interface ToolRun {
    readonly name: string;
    readonly description: string;
    readonly result: ToolResult;
}

const ORDER: readonly Level[] = ["critical", "high", "medium", "low"];

/** Joins the results of all tools. */
export function securityReport(runs: readonly ToolRun[]): SecurityReport {
    const results = runs
        .flatMap(({ result }) => (result.kind === "ran" ? result.findings : []))
        .sort(
            (a, b) =>
                ORDER.indexOf(a.level) - ORDER.indexOf(b.level) || a.file.localeCompare(b.file) || a.line - b.line,
        );
    const of = (level: Level): number => results.filter((finding) => finding.level === level).length;
    const summary = { critical: of("critical"), high: of("high"), medium: of("medium"), low: of("low") };
    const failed = runs.some(({ result }) => result.kind === "failed");
    return {
        schema: 1,
        tools: runs.map(({ name, description, result }) => ({
            name,
            description,
            status: result.kind,
            ...(result.kind === "ran" ? { version: result.version } : { reason: result.reason }),
            findings: result.kind === "ran" ? result.findings.length : 0,
        })),
        results,
        summary,
        passed: !failed && summary.critical === 0 && summary.high === 0,
    };
}

/** What each scanner came to, as evidence says it. */
export function scanResults({ tools, results }: SecurityReport): readonly Result[] {
    return tools.map(({ name, status, version = "", reason = "" }) => {
        if (status !== "ran") {
            return { name, outcome: "unknown", detail: `${status}: ${reason}` };
        }
        const grave = results.filter(({ tool, level }) => tool === name && (level === "critical" || level === "high"));
        return grave.length > 0
            ? { name, outcome: "failed", detail: `${grave.length} critical or high` }
            : { name, outcome: "passed", detail: `nothing critical or high by ${version}` };
    });
}

const SARIF_LEVEL = { critical: "error", high: "error", medium: "warning", low: "note" } as const;

/** The same findings as SARIF 2.1.0, one run for each tool, for code scanning. */
export function securitySarif(report: SecurityReport): object {
    return {
        $schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: report.tools
            .filter(({ status }) => status === "ran")
            .map(({ name, version = "" }) => {
                const findings = report.results.filter(({ tool }) => tool === name);
                const rules = [...new Set(findings.map(({ rule }) => rule))].map((id) => ({ id }));
                return {
                    tool: { driver: { name, version, rules } },
                    results: findings.map(({ rule, level, message, file, line }) => ({
                        ruleId: rule,
                        level: SARIF_LEVEL[level],
                        message: { text: message },
                        locations: [
                            {
                                physicalLocation: {
                                    artifactLocation: { uri: file },
                                    region: { startLine: Math.max(1, line) },
                                },
                            },
                        ],
                    })),
                };
            }),
    };
}
