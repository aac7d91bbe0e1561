import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { Recording } from "../hardening/evidence/write";
import { version } from "../package.json";
import { scanResults, securityReport, securitySarif } from "./report";
import { TOOLS } from "./tools";

/**
 * Runs every scanner and writes `security-report.json` and `security-report.sarif`. Fails on a critical or high finding,
 * and on a scanner that could not do its work. Where EVIDENCE names a folder, a statement of it is added there.
 */
function main(): void {
    const { values } = parseArgs({ options: { online: { type: "boolean", default: false } } });
    const evidence = process.env["EVIDENCE"] ?? "";
    const recording = evidence === "" ? undefined : new Recording(process.cwd(), evidence);
    const runs = TOOLS.map((tool) => {
        process.stderr.write(`${tool.name}: ${tool.description} …\n`);
        const result = tool.run({ online: values.online });
        const said =
            result.kind === "ran" ? `${result.findings.length} finding(s)` : `${result.kind}: ${result.reason}`;
        process.stderr.write(`${tool.name}: ${said}\n`);
        return { name: tool.name, description: tool.description, result };
    });
    const report = securityReport(runs);
    writeFileSync("security-report.json", `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync("security-report.sarif", `${JSON.stringify(securitySarif(report), null, 2)}\n`);
    const suite = { name: "security", version };
    recording?.write({
        kind: "scans",
        predicate: { tool: suite, at: new Date().toISOString(), results: scanResults(report) },
    });
    for (const { tool, level, rule, file, line, message } of report.results) {
        process.stdout.write(`${level.padEnd(8)} ${file}:${line} ${tool}/${rule}: ${message.trim().split("\n")[0]}\n`);
    }
    const { critical, high, medium, low } = report.summary;
    process.stdout.write(
        `${report.passed ? "passed" : "FAILED"}: ${critical} critical, ${high} high, ${medium} medium, ${low} low\n`,
    );
    process.exitCode = report.passed ? 0 : 1;
}

main();
