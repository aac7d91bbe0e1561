import { summarise } from "../findings";
import type { ReportFormat } from "./report";

/** The stable form that other tools read: results, errors, summary. See docs/cli.md for its fields. */
export const json: ReportFormat = {
    name: "json",
    description: "findings, errors and summary for other tools; also the form of --baseline",
    render(run) {
        const report = {
            schema: 1,
            results: run.findings,
            errors: run.failures,
            summary: summarise(run.findings, run.resources),
        };
        return `${JSON.stringify(report, undefined, 2)}\n`;
    },
};
